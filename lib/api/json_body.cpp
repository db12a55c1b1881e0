#include "api/json_body.hpp"

#include "http/media_type.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace watchword::api {
namespace {

using http::status;
using texts = boost::system::result<std::vector<core::secret_string>, body_problem>;

constexpr std::string_view json_type = "application/json";

bool is_json(const http::request& q)
{
    const auto type = http::parse_media_type(q.header("Content-Type"));
    return type && type->essence == json_type;
}

// Not inlined, so that all it needs lies on the stack that is wiped.
[[gnu::noinline]] texts read(const http::request& q, std::initializer_list<std::string_view> names,
                             core::json_limits limits)
{
    if (!is_json(q)) return body_problem{status::unsupported_media_type, "unsupported_media_type"};
    const auto body = core::parse_secret_json(q.body, limits);
    if (!body || !body->is_object()) return body_problem{status::bad_request, "invalid_json"};
    std::vector<core::secret_string> all;
    all.reserve(names.size());
    for (const auto name : names) {
        const auto* const member = body->get_object().if_contains({name.data(), name.size()});
        if (!member) return body_problem{status::bad_request, "missing_field", name};
        if (!member->is_string()) return body_problem{status::bad_request, "invalid_type", name};
        const auto& text = member->get_string();
        if (text.empty()) return body_problem{status::bad_request, "missing_field", name};
        all.emplace_back(std::string_view(text.data(), text.size()));
    }
    return all;
}

} // namespace

http::response answer(const body_problem& p)
{
    if (p.status == status::unsupported_media_type) {
        auto r = http::problem(p.status, p.code, "The body must be JSON, with the Content-Type application/json.");
        r.set("Accept", json_type);
        return r;
    }
    if (p.field.empty()) return http::problem(p.status, p.code, "The body must be one JSON object.");
    const std::string name = "The field '" + std::string(p.field);
    const bool is_missing = p.code == "missing_field";
    return http::problem(p.status, p.code, name + (is_missing ? "' is missing or empty." : "' must be text."), p.field);
}

texts read_texts(const http::request& q, std::initializer_list<std::string_view> names, core::json_limits limits)
{
    const core::stack_wipe afterwards;
    return read(q, names, limits);
}

} // namespace watchword::api
