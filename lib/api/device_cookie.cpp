#include "api/device_cookie.hpp"

#include "http/cookies.hpp"

namespace watchword::api {
namespace {

// No other host of the domain, and nobody on the wire, can set one with that prefix.
std::string_view cookie_name(const http::request& q) noexcept
{
    return q.secure ? "__Host-watchword_device" : "watchword_device";
}

} // namespace

std::string_view find_device(const http::request& q) noexcept
{
    return http::cookie(q, cookie_name(q)).value_or(std::string_view());
}

void remember_device(http::response& r, const http::request& q, accounts::device_proofs& proofs,
                     std::string_view public_id)
{
    const auto text = proofs.issue(public_id, find_device(q));
    if (!text) return;
    http::new_cookie made;
    made.name = cookie_name(q);
    made.value = *text;
    made.max_age = accounts::device_proofs::longest_age;
    made.secure = q.secure;
    if (const auto field = http::set_cookie(made)) r.set("Set-Cookie", *field);
}

} // namespace watchword::api
