#include "api/json_body.hpp"

#include "http/media_type.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <utility>

namespace watchword::api {
namespace {

using http::status;
template <class T> using result = boost::system::result<T, body_problem>;

constexpr std::string_view json_type = "application/json";

bool is_json(const http::request& q)
{
    const auto type = http::parse_media_type(q.header("Content-Type"));
    return type && type->essence == json_type;
}

result<std::vector<core::secret_string>> texts_in(const boost::json::object& body,
                                                  std::initializer_list<std::string_view> names)
{
    std::vector<core::secret_string> all;
    all.reserve(names.size());
    for (const auto name : names) {
        const auto* const member = body.if_contains({name.data(), name.size()});
        if (!member) return body_problem{status::bad_request, "missing_field", name};
        if (!member->is_string()) return body_problem{status::bad_request, "invalid_type", name};
        const auto& text = member->get_string();
        if (text.empty()) return body_problem{status::bad_request, "missing_field", name};
        all.emplace_back(std::string_view(text.data(), text.size()));
    }
    return all;
}

// No name: no flag.
result<bool> flag_in(const boost::json::object& body, std::string_view name)
{
    const auto* const member = name.empty() ? nullptr : body.if_contains({name.data(), name.size()});
    if (!member) return false;
    if (!member->is_bool()) return body_problem{status::bad_request, "invalid_type", name, "true or false"};
    return member->get_bool();
}

// Not inlined, so that all it needs lies on the stack that is wiped.
[[gnu::noinline]] result<texts_and_flag> read(const http::request& q, std::initializer_list<std::string_view> names,
                                              std::string_view flag, core::json_limits limits)
{
    if (!is_json(q)) return body_problem{status::unsupported_media_type, "unsupported_media_type"};
    const auto body = core::parse_secret_json(q.body, limits);
    if (!body || !body->is_object()) return body_problem{status::bad_request, "invalid_json"};
    auto texts = texts_in(body->get_object(), names);
    if (!texts) return texts.error();
    const auto is_set = flag_in(body->get_object(), flag);
    if (!is_set) return is_set.error();
    return texts_and_flag{std::move(*texts), *is_set};
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
    const std::string what =
        p.code == "missing_field" ? "' is missing or empty." : "' must be " + std::string(p.expected) + ".";
    return http::problem(p.status, p.code, name + what, p.field);
}

result<std::vector<core::secret_string>>
read_texts(const http::request& q, std::initializer_list<std::string_view> names, core::json_limits limits)
{
    const core::stack_wipe afterwards;
    auto found = read(q, names, {}, limits);
    if (!found) return found.error();
    return std::move(found->texts);
}

result<texts_and_flag> read_texts_and_flag(const http::request& q, std::initializer_list<std::string_view> names,
                                           std::string_view flag, core::json_limits limits)
{
    const core::stack_wipe afterwards;
    return read(q, names, flag, limits);
}

} // namespace watchword::api
