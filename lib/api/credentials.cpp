#include "api/credentials.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "http/forms.hpp"
#include "http/media_type.hpp"

#include <boost/json/object.hpp>

namespace watchword::api {
namespace {

std::optional<std::string_view> text_of(const http::form& f, std::string_view name)
{
    return f.get(name);
}

std::optional<std::string_view> text_of(const boost::json::object& o, std::string_view name)
{
    const auto* const value = o.if_contains({name.data(), name.size()});
    if (!value || !value->is_string()) return std::nullopt;
    return std::string_view(value->get_string().data(), value->get_string().size());
}

template <class Fields> credentials take(const Fields& fields)
{
    credentials c;
    c.name = text_of(fields, "name");
    c.email = text_of(fields, "email");
    if (const auto password = text_of(fields, "password")) c.password.emplace(*password);
    return c;
}

core::result<credentials> read_form(const core::result<http::form>& f)
{
    if (f) return take(*f);
    if (f.error() == core::errc::too_large) return core::errc::too_large;
    return credentials();
}

core::result<credentials> read_json(std::string_view body, const core::json_limits& limits)
{
    const auto value = core::parse_secret_json(body, limits);
    if (!value || !value->is_object()) return credentials();
    return take(value->get_object());
}

// Not inlined, so that all it needs lies on the stack that is wiped.
[[gnu::noinline]] core::result<credentials> read_body(const http::request& q, const body_limits& limits)
{
    const auto type = http::parse_media_type(q.header("Content-Type"));
    if (!type) return credentials();
    if (type->essence == "application/x-www-form-urlencoded")
        return read_form(http::parse_urlencoded(q.body, limits.form));
    if (type->essence == "application/json") return read_json(q.body, limits.json);
    if (type->essence == "multipart/form-data") {
        const auto boundary = type->parameter("boundary");
        if (!boundary) return credentials();
        return read_form(http::parse_multipart(q.body, *boundary, limits.form));
    }
    return credentials();
}

} // namespace

core::result<credentials> read_credentials(const http::request& q, const body_limits& limits)
{
    const core::stack_wipe afterwards;
    return read_body(q, limits);
}

} // namespace watchword::api
