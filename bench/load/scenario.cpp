#include "load/scenario.hpp"

#include "load/json_place.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>

namespace watchword::load {
namespace {

namespace json = boost::json;

constexpr std::size_t most_members = 1'000'000;
constexpr double most_rate = 10'000'000;
constexpr std::size_t most_values = 31; // bits of a mask
constexpr std::string_view form_type = "application/x-www-form-urlencoded", json_type = "application/json";

using reader = std::map<std::string_view, std::function<void(const json_place&)>>;

// Each member by its own function.
void read_members(const json_place& from, const reader& known)
{
    for (const auto& [key, value] : from.members()) {
        const auto found = known.find(key);
        if (found == known.end()) value.refuse("is not known");
        found->second(value);
    }
}

// Literal text is encoded now, values when they are filled in.
void append_form_text(std::string& to, std::string_view text)
{
    while (!text.empty()) {
        const auto at = std::min(text.find("${"), text.size());
        append_encoded(to, text.substr(0, at), encoding::form);
        text.remove_prefix(at);
        const auto end = text.empty() ? 0 : std::min(text.find('}'), text.size() - 1) + 1;
        to.append(text.substr(0, end));
        text.remove_prefix(end);
    }
}

void set_body(request_class& c, const json_place& at, request_body body, std::string_view type)
{
    if (!c.bodies.empty()) at.refuse("is a second body");
    c.headers.emplace_back("Content-Type", type);
    c.bodies.push_back(std::move(body));
}

void read_form(request_class& c, const json_place& from)
{
    request_body body{{}, encoding::form};
    for (const auto& [name, value] : from.members()) {
        if (!body.text.empty()) body.text.push_back('&');
        append_encoded(body.text, name, encoding::form);
        body.text.push_back('=');
        append_form_text(body.text, value.text());
    }
    set_body(c, from, std::move(body), form_type);
}

std::vector<unsigned> read_statuses(const json_place& from)
{
    std::vector<unsigned> statuses;
    for (const auto& s : from.items())
        statuses.push_back(static_cast<unsigned>(s.count(lowest_status, highest_status)));
    if (statuses.empty()) from.refuse("needs at least one status");
    return statuses;
}

void read_keep(request_class& c, const json_place& from)
{
    for (const auto& [name, pointer] : from.members()) {
        const auto text = pointer.text();
        boost::system::error_code failed;
        json::value(json::object()).find_pointer(text, failed);
        if (failed == json::error::missing_slash || failed == json::error::invalid_escape)
            pointer.refuse("must be a JSON pointer, as \"/token\"");
        c.keep.push_back({name, text});
    }
}

request_class read_class(const json_place& from)
{
    request_class c;
    read_members(from,
                 {{"name", [&](const auto& v) { c.name = v.text(); }},
                  {"weight", [&](const auto& v) { c.weight = static_cast<std::uint32_t>(v.count(0, largest_weight)); }},
                  {"rate", [&](const auto& v) { c.rate = v.number(0.001, most_rate); }},
                  {"connections", [&](const auto& v) { c.connections = v.count(1, most_members); }},
                  {"method", [&](const auto& v) { c.method = v.text(); }},
                  {"path", [&](const auto& v) { c.path = v.text(); }},
                  {"headers",
                   [&](const auto& v) {
                       for (const auto& [name, value] : v.members()) c.headers.emplace_back(name, value.text());
                   }},
                  {"headers_in_turn",
                   [&](const auto& v) {
                       for (const auto& [name, values] : v.members())
                           for (const auto& value : values.items()) c.headers_in_turn.emplace_back(name, value.text());
                   }},
                  {"bodies",
                   [&](const auto& v) {
                       if (!c.bodies.empty()) v.refuse("is a second body");
                       for (const auto& body : v.items()) c.bodies.push_back({body.text()});
                   }},
                  {"form", [&](const auto& v) { read_form(c, v); }},
                  {"json",
                   [&](const auto& v) {
                       set_body(c, v, {json::serialize(v.value()), encoding::json}, json_type);
                   }},
                  {"expect", [&](const auto& v) { c.expect = read_statuses(v); }},
                  {"answer", [&](const auto& v) { c.answer = v.text(); }},
                  {"chain", [&](const auto& v) { c.chain = v.text(); }},
                  {"starts", [&](const auto& v) { c.starts = v.yes_or_no(); }},
                  {"ends", [&](const auto& v) { c.ends = v.yes_or_no(); }},
                  {"keep", [&](const auto& v) { read_keep(c, v); }},
                  {"ledger", [&](const auto& v) { c.ledger = v.text(); }}});
    check_class(c);
    return c;
}

void read_values(chain& made, const json_place& from)
{
    for (const auto& [name, value] : from.members()) {
        std::vector<std::string> texts;
        if (value.is_text()) {
            texts.push_back(value.text());
        } else {
            for (const auto& text : value.items()) texts.push_back(text.text());
        }
        if (texts.empty()) value.refuse("needs at least one text");
        for (const auto& text : texts)
            if (text.find_first_of("\r\n") != text.npos) value.refuse("must stand on one line");
        made.values.emplace_back(name, std::move(texts));
    }
}

chain read_chain(const std::string& name, const json_place& from)
{
    chain made;
    made.name = name;
    const auto read_size = [&](const json_place& v) {
        made.by_connection = v.is_text();
        if (!made.by_connection) {
            made.members = v.count(0, most_members);
        } else if (v.text() != "by connection") {
            v.refuse("must be a number or \"by connection\"");
        }
    };
    read_members(from, {{"members", read_size},
                        {"most", [&](const auto& v) { made.most = v.count(1, most_members); }},
                        {"values", [&](const auto& v) { read_values(made, v); }},
                        {"prepare", [&](const auto& v) {
                             for (const auto& step : v.items()) made.prepare.push_back(step.text());
                         }}});
    made.most = std::max(made.most, made.members);
    return made;
}

json::value parse(std::string_view text)
{
    boost::system::error_code failed;
    auto value = json::parse({text.data(), text.size()}, failed);
    if (failed) throw std::runtime_error("it is not JSON: " + failed.message());
    return value;
}

scenario read_scenario(const json::value& text)
{
    scenario all;
    read_members(json_place(text, ""), {{"classes",
                                         [&](const auto& v) {
                                             for (const auto& c : v.items()) all.classes.push_back(read_class(c));
                                         }},
                                        {"chains", [&](const auto& v) {
                                             for (const auto& [name, c] : v.members())
                                                 all.chains.push_back(read_chain(name, c));
                                         }}});
    if (all.classes.empty()) throw std::runtime_error("classes: there must be at least one");
    return all;
}

template <class Named> const Named* find_named(const std::vector<Named>& all, const std::string& name)
{
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
}

template <class Named> void refuse_doubles(const std::vector<Named>& all, const std::string& what)
{
    for (const auto& one : all)
        if (find_named(all, one.name) != &one)
            throw std::runtime_error("two " + what + " have the name '" + one.name + "'");
}

void check_chain(const scenario& s, const chain& c)
{
    const auto refuse = [&](const std::string& why) { throw std::runtime_error("chain '" + c.name + "': " + why); };
    if (value_names(s, c.name).size() > most_values) refuse("has too many values");
    bool started = c.members != 0 || c.by_connection;
    for (const auto& k : s.classes) {
        if (k.chain != c.name) continue;
        started = started || k.starts;
        if (c.by_connection && k.has_own_lane())
            refuse("is by connection, and class '" + k.name + "' has connections of its own");
    }
    if (!started) refuse("has no members: it needs \"members\", or a class that starts them");
    for (const auto& step : c.prepare) {
        const auto* const k = find_named(s.classes, step);
        if (k == nullptr) refuse("is prepared by '" + step + "', which is no class");
        if (k->chain != c.name) refuse("is prepared by class '" + step + "', which is not of this chain");
        if (k->ends) refuse("is prepared by class '" + step + "', which ends it");
    }
}

} // namespace

scenario parse_scenario(std::string_view text)
try {
    return read_scenario(parse(text));
} catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string("the scenario: ") + e.what());
}

void check_scenario(const scenario& s)
{
    refuse_doubles(s.classes, "classes");
    refuse_doubles(s.chains, "chains");
    for (const auto& c : s.chains) check_chain(s, c);
    for (const auto& k : s.classes) {
        const bool prepares = std::any_of(s.chains.begin(), s.chains.end(), [&](const chain& c) {
            return std::find(c.prepare.begin(), c.prepare.end(), k.name) != c.prepare.end();
        });
        if (!k.chain.empty() && find_named(s.chains, k.chain) == nullptr)
            throw std::runtime_error("class '" + k.name + "': there is no chain '" + k.chain + "'");
        if (k.weight == 0 && !prepares)
            throw std::runtime_error("class '" + k.name + "' has no weight and prepares no chain: it is never sent");
    }
}

std::vector<std::string> value_names(const scenario& s, const std::string& name)
{
    std::vector<std::string> names{"unique"};
    const auto add = [&](const std::string& value) {
        if (std::find(names.begin(), names.end(), value) == names.end()) names.push_back(value);
    };
    if (name.empty()) return names;
    if (const auto* const c = find_named(s.chains, name))
        for (const auto& [value, texts] : c->values) add(value);
    for (const auto& k : s.classes)
        if (k.chain == name)
            for (const auto& v : k.keep) add(v.name);
    return names;
}

} // namespace watchword::load
