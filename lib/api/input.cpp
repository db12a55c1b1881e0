#include "api/input.hpp"

#include "http/media_type.hpp"
#include "http/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace watchword::api {
namespace {

namespace json = boost::json;
using http::status;

constexpr std::string_view json_type = "application/json";

bool is_json(const http::request& q)
{
    const auto type = http::parse_media_type(q.header("Content-Type"));
    return type && type->essence == json_type;
}

http::response refuse_type()
{
    auto r = http::problem(status::unsupported_media_type, "unsupported_media_type",
                           "The body must be JSON, with the Content-Type application/json.");
    r.set("Accept", json_type);
    return r;
}

// Not inlined, so that all it needs lies on the stack that is wiped.
[[gnu::noinline]] read<json::object> parse(const http::request& q, const schema& wanted, core::json_limits limits)
{
    auto body = core::parse_secret_json(q.body, limits);
    if (!body || !body->is_object())
        return http::problem(status::bad_request, "invalid_json", "The body must be one JSON object.");
    const auto wrong = judge(wanted, *body);
    if (!wrong.empty()) return refuse_input(wrong);
    return std::move(body->get_object());
}

const json::value* find(const json::object& body, std::string_view name)
{
    const auto* const found = body.if_contains({name.data(), name.size()});
    return found == nullptr || found->is_null() ? nullptr : found;
}

} // namespace

read<json::object> read_body(const http::request& q, const operation& o, core::json_limits limits)
{
    if (!is_json(q)) return refuse_type();
    const core::stack_wipe afterwards;
    return parse(q, *o.body, limits);
}

std::optional<std::string> text_in(const json::object& body, std::string_view name)
{
    const auto* const found = find(body, name);
    if (found == nullptr) return std::nullopt;
    return std::string(core::view(found->get_string()));
}

std::optional<bool> flag_in(const json::object& body, std::string_view name)
{
    const auto* const found = find(body, name);
    if (found == nullptr) return std::nullopt;
    return found->get_bool();
}

std::vector<std::string> texts_in(const json::object& body, std::string_view name)
{
    std::vector<std::string> texts;
    const auto* const found = find(body, name);
    if (found == nullptr) return texts;
    for (const auto& each : found->get_array()) texts.emplace_back(core::view(each.get_string()));
    return texts;
}

core::secret_string secret_in(const json::object& body, std::string_view name)
{
    const auto* const found = find(body, name);
    return found == nullptr ? core::secret_string() : core::secret_string(core::view(found->get_string()));
}

std::optional<std::string> query_values::text(std::string_view name) const
{
    const auto found =
        std::find_if(values_.begin(), values_.end(), [name](const auto& each) { return each.first == name; });
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::int64_t> query_values::integer(std::string_view name) const
{
    const auto found = text(name);
    if (!found) return std::nullopt;
    return std::stoll(*found);
}

std::optional<bool> query_values::flag(std::string_view name) const
{
    const auto found = text(name);
    if (!found) return std::nullopt;
    return *found == "true";
}

read<query_values> read_query(const http::request& q, const operation& o)
{
    const auto given = http::parse_query(q.query);
    if (!given) return http::problem(status::bad_request, "too_many_parameters", "The query has over 100 parameters.");
    std::vector<input_error> wrong;
    query_values values;
    for (const auto& [name, value] : given->fields()) {
        const auto is_it = [wanted = name](const auto& p) { return p.name == wanted; };
        const auto declared = std::find_if(o.query.begin(), o.query.end(), is_it);
        if (declared == o.query.end()) {
            wrong.push_back({{}, "unknown_parameter", "The query has a parameter that this operation does not know."});
        } else if (values.text(name)) {
            wrong.push_back({declared->name, "repeated_parameter", "This parameter stands there twice."});
        } else {
            for (auto& each : judge_parameter(declared->is, declared->name, value)) wrong.push_back(std::move(each));
            values.add(declared->name, std::string(value));
        }
        if (wrong.size() >= most_errors) break;
    }
    for (const auto& p : o.query)
        if (p.required && !values.text(p.name)) wrong.push_back({p.name, "missing_parameter", "This is missing."});
    if (!wrong.empty()) return refuse_input(wrong);
    return values;
}

http::response refuse_input(const std::vector<input_error>& wrong)
{
    const auto& first = wrong.front();
    const std::string field = first.pointer.starts_with('/') ? first.pointer.substr(1) : first.pointer;
    json::array errors;
    for (const auto& each : wrong)
        errors.push_back(
            json::object{{"pointer", each.pointer}, {"code", core::json_string(each.code)}, {"detail", each.detail}});
    json::object body;
    body["type"] = "about:blank";
    body["title"] = core::json_string(http::reason(status::bad_request));
    body["status"] = static_cast<unsigned>(status::bad_request);
    body["code"] = core::json_string(first.code);
    body["detail"] = field.empty() ? first.detail : "The field '" + field + "': " + first.detail;
    if (!field.empty()) body["field"] = field;
    body["errors"] = std::move(errors);
    return http::response(status::bad_request, "application/problem+json", json::serialize(body) + "\n");
}

http::response refuse_input(std::string pointer, std::string_view code, std::string detail)
{
    return refuse_input({input_error{std::move(pointer), code, std::move(detail)}});
}

} // namespace watchword::api
