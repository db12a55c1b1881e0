#include "load/request_class.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace watchword::load {
namespace {

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
        c.bodies.push_back({std::move(value)});
    } else if (name == "expect") {
        c.expect = to_statuses(value);
    } else if (name == "answer") {
        c.answer = std::move(value);
    } else if (name == "ledger") {
        c.ledger = std::move(value);
    } else {
        refuse("a class has no field", name);
    }
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
    check_class(c);
    return c;
}

void check_class(const request_class& c)
{
    const auto breaks_line = [](std::string_view text) { return text.find_first_of("\r\n") != text.npos; };
    bool broken = c.method.empty() || c.path.empty() || breaks_line(c.method) || breaks_line(c.path);
    for (const auto* const headers : {&c.headers, &c.headers_in_turn})
        for (const auto& [name, value] : *headers) broken = broken || breaks_line(name) || breaks_line(value);
    if (broken) refuse("method, path and headers stand on one line; class", c.name);
    if (!c.bodies.empty() && !c.headers_in_turn.empty()) refuse("bodies or headers in turn, not both; class", c.name);
    if (c.method == "HEAD" && (c.answer || !c.keep.empty())) refuse("an answer to HEAD has no body; class", c.name);
    if (c.rate > 0 && !c.has_own_lane()) refuse("a rate of its own takes connections of its own; class", c.name);
    if (c.chain.empty() && (c.starts || c.ends || !c.keep.empty()))
        refuse("starts, ends and keep are of a chain; class", c.name);
    if (c.starts && c.ends) refuse("one request cannot both start and end a chain; class", c.name);
}

} // namespace watchword::load
