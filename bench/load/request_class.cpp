#include "load/request_class.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace watchword::load {
namespace {

namespace json = boost::json;

constexpr unsigned lowest_status = 200, highest_status = 599;
constexpr std::uint32_t largest_weight = 1'000'000;

[[noreturn]] void refuse(std::string_view what, std::string_view value)
{
    throw std::runtime_error(std::string(what) + ": '" + std::string(value) + "'");
}

std::uint32_t to_number(std::string_view text, std::uint32_t least, std::uint32_t most, std::string_view what)
{
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || number < least || number > most)
        refuse(what, text);
    return number;
}

// Splits at commas and takes the backslashes away.
std::vector<std::string> split_fields(std::string_view flag)
{
    std::vector<std::string> fields(1);
    for (std::size_t i = 0; i < flag.size(); ++i) {
        if (flag[i] == ',') {
            fields.emplace_back();
        } else {
            if (flag[i] == '\\' && i + 1 < flag.size()) ++i;
            fields.back().push_back(flag[i]);
        }
    }
    return fields;
}

std::vector<unsigned> to_statuses(std::string_view list)
{
    std::vector<unsigned> statuses;
    for (;;) {
        const auto bar = std::min(list.find('|'), list.size());
        statuses.push_back(to_number(list.substr(0, bar), lowest_status, highest_status, "not a final status"));
        if (bar == list.size()) return statuses;
        list.remove_prefix(bar + 1);
    }
}

std::pair<std::string, std::string> to_header(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == text.npos || colon == 0) refuse("a header is NAME:VALUE, not", text);
    return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

void set_field(request_class& c, std::string_view name, std::string value)
{
    if (name == "name") {
        c.name = std::move(value);
    } else if (name == "weight") {
        c.weight = to_number(value, 1, largest_weight, "not a weight");
    } else if (name == "method") {
        c.method = std::move(value);
    } else if (name == "path") {
        c.path = std::move(value);
    } else if (name == "header") {
        c.headers.push_back(to_header(value));
    } else if (name == "body") {
        c.bodies.push_back(std::move(value));
    } else if (name == "expect") {
        c.expect = to_statuses(value);
    } else if (name == "answer") {
        c.answer = std::move(value);
    } else {
        refuse("a class has no field", name);
    }
}

void check(const request_class& c)
{
    const auto breaks_line = [](std::string_view text) { return text.find_first_of("\r\n") != text.npos; };
    bool broken = c.method.empty() || c.path.empty() || breaks_line(c.method) || breaks_line(c.path);
    for (const auto* const headers : {&c.headers, &c.headers_in_turn})
        for (const auto& [name, value] : *headers) broken = broken || breaks_line(name) || breaks_line(value);
    if (broken) refuse("method, path and headers stand on one line; class", c.name);
    if (!c.bodies.empty() && !c.headers_in_turn.empty()) refuse("bodies or headers in turn, not both; class", c.name);
    if (c.method == "HEAD" && c.answer) refuse("an answer to HEAD has no body; class", c.name);
}

std::string to_text(const json::value& v)
{
    const auto* const text = v.if_string();
    if (text == nullptr) throw std::runtime_error("a scenario's names, headers, bodies and answers are strings");
    return std::string(*text);
}

request_class read_class(const json::object& from)
{
    request_class c;
    for (const auto& [key, value] : from) {
        if (key == "headers") {
            for (const auto& [name, text] : value.as_object()) c.headers.emplace_back(name, to_text(text));
        } else if (key == "headers_in_turn") {
            for (const auto& [name, values] : value.as_object())
                for (const auto& text : values.as_array()) c.headers_in_turn.emplace_back(name, to_text(text));
        } else if (key == "bodies") {
            for (const auto& body : value.as_array()) c.bodies.push_back(to_text(body));
        } else if (key == "expect") {
            c.expect.clear();
            for (const auto& status : value.as_array()) c.expect.push_back(status.to_number<unsigned>());
            if (c.expect.empty()) throw std::runtime_error("a class expects at least one status");
        } else if (key == "weight") {
            set_field(c, "weight", std::to_string(value.to_number<std::uint32_t>()));
        } else if (key == "header" || key == "body") {
            refuse("a class of a scenario has no field", std::string_view(key));
        } else {
            set_field(c, key, to_text(value));
        }
    }
    check(c);
    return c;
}

} // namespace

bool request_class::expects(unsigned status) const
{
    return std::find(expect.begin(), expect.end(), status) != expect.end();
}

request_class parse_class(std::string_view flag)
{
    request_class c;
    for (const auto& field : split_fields(flag)) {
        const auto equals = field.find('=');
        if (equals == field.npos) refuse("a field of a class is NAME=VALUE, not", field);
        set_field(c, field.substr(0, equals), field.substr(equals + 1));
    }
    check(c);
    return c;
}

std::vector<request_class> parse_scenario(std::string_view text)
try {
    const auto all = json::parse({text.data(), text.size()}).as_object();
    std::vector<request_class> classes;
    for (const auto& [key, value] : all) {
        if (key != "classes") refuse("a scenario has no member", std::string_view(key));
        for (const auto& c : value.as_array()) classes.push_back(read_class(c.as_object()));
    }
    if (classes.empty()) throw std::runtime_error("a scenario has at least one class");
    return classes;
} catch (const boost::system::system_error& e) {
    throw std::runtime_error("the scenario cannot be read: " + e.code().message());
} catch (const std::invalid_argument&) { // as_object() and as_array() of another type
    throw std::runtime_error("the scenario has a value of the wrong type");
}

std::vector<std::string> to_bytes(const request_class& c, std::string_view host)
{
    std::string head = c.method + " " + c.path + " HTTP/1.1\r\n";
    head.append("Host: ").append(host).append("\r\n");
    for (const auto& [name, value] : c.headers) head.append(name).append(": ").append(value).append("\r\n");
    std::vector<std::string> requests;
    for (const auto& [name, value] : c.headers_in_turn)
        requests.emplace_back(head).append(name).append(": ").append(value).append("\r\n\r\n");
    if (!requests.empty()) return requests;
    if (c.bodies.empty()) return {head.append("\r\n")};
    for (const auto& body : c.bodies) {
        auto& request = requests.emplace_back(head);
        request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    }
    return requests;
}

} // namespace watchword::load
