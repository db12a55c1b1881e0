#include "load/class_plan.hpp"

#include <algorithm>
#include <stdexcept>

namespace watchword::load {
namespace {

std::string head_of(const request_class& c, std::string_view host)
{
    std::string head = c.method + " " + c.path + " HTTP/1.1\r\n";
    head.append("Host: ").append(host).append("\r\n");
    for (const auto& [name, value] : c.headers) head.append(name).append(": ").append(value).append("\r\n");
    return head;
}

template <class Named> std::size_t position(const std::vector<Named>& all, const std::string& name)
{
    const auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    return static_cast<std::size_t>(at - all.begin());
}

std::uint32_t value_number(const std::vector<std::string>& names, const std::string& name)
{
    return static_cast<std::uint32_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::vector<request_template> templates(const request_class& c, std::string_view host,
                                        const std::vector<std::string>& names)
{
    std::vector<request_template> all;
    for (const auto& [name, value] : c.headers_in_turn)
        all.emplace_back(c, std::string(name).append(": ").append(value).append("\r\n"), nullptr, host, names);
    for (const auto& body : c.bodies) all.emplace_back(c, "", &body, host, names);
    if (all.empty()) all.emplace_back(c, "", nullptr, host, names);
    return all;
}

void plan_requests(class_plan& made, const request_class& c, std::string_view host,
                   const std::vector<std::string>& names)
{
    auto all = templates(c, host, names);
    for (const auto& t : all) made.needs |= t.uses();
    if (std::all_of(all.begin(), all.end(), [](const auto& t) { return t.is_constant(); })) {
        for (const auto& t : all) t.append_to(made.requests.emplace_back(), {});
    } else {
        made.filled = std::move(all);
    }
}

// What a member must have for `k` is not there yet.
bool lacks(const class_plan& k, std::uint32_t has)
{
    return (k.needs & ~has) != 0;
}

} // namespace

request_template::request_template(const request_class& c, const std::string& header_in_turn, const request_body* body,
                                   std::string_view host, const std::vector<std::string>& names)
    : head_(head_of(c, host) + header_in_turn, names), has_body_(body != nullptr)
{
    if (body != nullptr) body_ = text_template(body->text, names, body->values);
}

void request_template::append_to(std::string& to, const std::vector<std::string>& values) const
{
    head_.append_to(to, values);
    if (has_body_) {
        std::string body;
        body_.append_to(body, values);
        to.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    } else {
        to.append("\r\n");
    }
}

class_plan plan_class(const scenario& s, const request_class& c, std::string_view host)
try {
    const auto names = value_names(s, c.chain);
    class_plan made;
    plan_requests(made, c, host, names);
    if (c.ledger) {
        made.ledger.emplace(*c.ledger, names);
        made.needs |= made.ledger->uses();
    }
    made.starts = c.starts;
    made.ends = c.ends;
    for (const auto& k : c.keep) made.keep.push_back({value_number(names, k.name), k.pointer});
    if (!c.chain.empty()) made.chain = position(s.chains, c.chain);
    made.needs |= 1; // what is alive is unique
    made.is_plain = made.filled.empty() && !made.ledger && !made.chain;
    return made;
} catch (const std::runtime_error& e) {
    throw std::runtime_error("class '" + c.name + "': " + e.what());
}

chain_plan plan_chain(const scenario& s, const chain& c, const std::vector<class_plan>& classes)
try {
    chain_plan made;
    const auto names = value_names(s, c.name);
    made.names = names.size();
    made.has = 1;
    for (const auto& [name, texts] : c.values) {
        auto& given = made.values.emplace_back(chain_plan::given{value_number(names, name), {}});
        for (const auto& text : texts) given.texts.emplace_back(text, std::vector<std::string>{"unique"});
        made.has |= 1U << given.value;
    }
    made.members = c.members;
    made.most = c.most;
    made.by_connection = c.by_connection;
    auto has = made.has;
    for (const auto& step : c.prepare) {
        const auto kind = position(s.classes, step);
        if (lacks(classes[kind], has)) throw std::runtime_error("class '" + step + "' needs a value too early");
        for (const auto& k : classes[kind].keep) has |= 1U << k.value;
        made.prepare.push_back(kind);
    }
    for (std::size_t i = 0; i < classes.size(); ++i)
        if (classes[i].starts && s.classes[i].chain == c.name && lacks(classes[i], made.has))
            throw std::runtime_error("class '" + s.classes[i].name + "' starts it and needs a value it has only later");
    return made;
} catch (const std::runtime_error& e) {
    throw std::runtime_error("chain '" + c.name + "': " + e.what());
}

} // namespace watchword::load
