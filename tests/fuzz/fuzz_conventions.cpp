// Any bytes where clients speak of conventions: keys, cursors, preferences, media types, conditions, targets, and what
// was stored. No crash, and what is read makes sense. The first byte says which it is.
#include "api/cursor.hpp"
#include "api/idempotency.hpp"
#include "api/stored_response.hpp"
#include "core/text.hpp"
#include "http/accept.hpp"
#include "http/conditional.hpp"
#include "http/link.hpp"
#include "http/list_elements.hpp"
#include "http/preferences.hpp"
#include "http/query.hpp"
#include "http/weight.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace watchword;

void demand(bool holds)
{
    if (!holds) std::abort();
}

http::request with(std::string_view name, std::string_view value)
{
    http::request q;
    q.method = http::method::post;
    q.headers = {{name, value}};
    return q;
}

void check_key(std::string_view value)
{
    const auto key = api::read_idempotency_key(with("Idempotency-Key", value));
    if (!key) return;
    demand(key->has_value() && !(*key)->empty() && (*key)->size() <= 255);
    std::string quoted = "\"";
    for (const char c : **key) {
        demand(c > ' ' && c <= '~');
        if (c == '"' || c == '\\') quoted.push_back('\\');
        quoted.push_back(c);
    }
    quoted.push_back('"');
    demand(value == quoted || value == **key);
    demand(api::read_idempotency_key(with("Idempotency-Key", quoted)).value() == **key);
}

// What is no cursor is not one by accident: only what write() makes is read, and is read as it was.
void check_cursor(std::string_view value)
{
    static const api::cursors cursors{core::secret_string(std::string(32, 'f'))};
    if (const auto position = cursors.read({"list"}, value)) demand(cursors.write({"list"}, *position) == value);
    const auto position = value.substr(0, api::cursors::longest_position);
    const auto cursor = cursors.write({"list", value}, position);
    demand(cursors.read({"list", value}, cursor).value() == position);
    demand(cursors.read({"list"}, cursor).has_error());
}

void check_accept(std::string_view value)
{
    const auto q = with("Accept", value);
    const bool json = http::accepts(q, "application/json");
    const std::string more = std::string(value) + ",application/json;q=0";
    auto sum = with("Accept", value);
    sum.headers.push_back({"Accept", "application/json"});
    demand(http::accepts(sum, "application/json"));
    if (value.find('"') == value.npos && !json) demand(!http::accepts(with("Accept", more), "application/json"));
    std::size_t elements = 0;
    for (auto rest = value; !rest.empty(); ++elements) {
        const auto element = http::take_element(rest);
        demand(core::trim(element) == element && elements <= value.size());
    }
    if (const auto weight = http::parse_weight(value)) demand(*weight >= 0 && *weight <= 1000);
}

void check_preference(std::string_view value)
{
    const auto wanted = http::read_return_preference(with("Prefer", value));
    const std::string behind = "return=minimal," + std::string(value);
    demand(http::read_return_preference(with("Prefer", behind)) == http::return_preference::minimal);
    http::response full(http::status::ok, "application/json", std::string("{}"));
    const auto r = http::as_preferred(with("Prefer", value), full);
    demand(r.body().empty() == (wanted == http::return_preference::minimal));
    demand(r.has("Preference-Applied") == (wanted != http::return_preference::none));
}

void check_conditions(std::string_view value)
{
    demand(http::refuse_change(with("If-Match", value), "").has_value()); // there is nothing that it could name
    demand(!http::refuse_change(with("If-None-Match", value), "").has_value());
    const auto q = with("If-Match", value);
    demand(http::refuse_change(q, "\"1\"").has_value() == !http::is_unchanged(q, "\"1\""));
    demand(http::refuse_change(with("If-None-Match", value), "\"1\"", http::if_match::required)->status() ==
           http::status::precondition_required);
}

void check_target(std::string_view value)
{
    http::request q;
    q.path = "/list";
    q.query = value;
    const auto target = http::target_with(q, "cursor", "a b");
    const auto query = target.substr(target.find('?') + 1);
    const auto before = http::parse_query(value), after = http::parse_query(query);
    if (before && after) {
        std::size_t others = 0;
        for (const auto& field : before->fields()) others += field.first == "cursor" ? 0 : 1;
        demand(after->fields().size() == others + 1 && http::single(*after, "cursor").value() == "a b");
    }
    for (const auto& text : {http::link_value(target, "next"), http::link_value(value, "next")}) {
        demand(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
        demand(std::count(text.begin(), text.end(), '>') == 1 && std::count(text.begin(), text.end(), '"') == 2);
    }
}

void check_stored(std::string_view value)
{
    const auto r = api::read_response(value);
    if (r) demand(api::write_response(*r)->view() == value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view value(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 7 == 0) {
        check_stored(value);
        return 0;
    }
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) return 0; // the reader lets none through
    switch (data[0] % 7) {
    case 1: check_key(value); break;
    case 2: check_cursor(value); break;
    case 3: check_accept(value); break;
    case 4: check_preference(value); break;
    case 5: check_conditions(value); break;
    default: check_target(value); break;
    }
    return 0;
}
