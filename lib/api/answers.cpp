#include "api/answers.hpp"

#include "accounts/session_problem.hpp"
#include "accounts/throttled.hpp"

#include <algorithm>
#include <string>

namespace watchword::api {
namespace {

using http::problem;
using http::status;

constexpr std::chrono::seconds shortly(1);

http::response busy(std::string_view code, std::string_view detail, std::chrono::seconds wait)
{
    auto r = problem(status::service_unavailable, code, detail);
    r.set("Retry-After", std::to_string(std::max(wait, shortly).count()));
    return r;
}

http::response too_many_attempts(std::chrono::seconds wait)
{
    auto r = problem(status::too_many_requests, "too_many_attempts",
                     "Too many attempts to sign in to this account have failed; try again later.");
    r.set("Retry-After", std::to_string(wait.count()));
    return r;
}

http::response no_session(accounts::session_problem why)
{
    const auto code = accounts::code_of(why);
    switch (why) {
    case accounts::session_problem::user_disabled: return problem(status::forbidden, code, "This account is disabled.");
    case accounts::session_problem::reused:
        return unauthorized(code, "This refresh token was used before, and its session has ended: sign in again.");
    case accounts::session_problem::outdated:
        return unauthorized(code, "The account was changed meanwhile: sign in again.");
    case accounts::session_problem::ended: break;
    }
    return unauthorized(code, "The session has ended: sign in again.");
}

} // namespace

http::response unauthorized(std::string_view code, std::string_view detail)
{
    auto r = problem(status::unauthorized, code, detail);
    r.set("WWW-Authenticate", "Bearer");
    return r;
}

http::response failure(core::error_code ec, std::chrono::seconds wait)
{
    if (const auto throttled = accounts::throttled_for(ec)) return too_many_attempts(*throttled);
    if (const auto why = accounts::session_problem_of(ec)) return no_session(*why);
    if (ec.category() == core::category()) {
        switch (static_cast<core::errc>(ec.value())) {
        case core::errc::invalid_input:
            return problem(status::bad_request, "invalid_input", "The request could not be understood.");
        case core::errc::too_large:
            return problem(status::payload_too_large, "too_large", "The request is larger than allowed.");
        case core::errc::not_found: return problem(status::not_found, "not_found", "There is no such thing.");
        case core::errc::already_exists: return problem(status::conflict, "already_exists", "It exists already.");
        case core::errc::wrong_password:
        case core::errc::invalid_token:
        case core::errc::expired_token: return problem(status::unauthorized, "unauthorized", "Not signed in.");
        case core::errc::unsupported:
            return problem(status::unsupported_media_type, "unsupported", "This format is not supported.");
        case core::errc::overloaded:
            return busy("overloaded", "The server has too much to do; try again shortly.", wait);
        case core::errc::timed_out:
            return busy("timed_out", "The server could not do this in time; try again shortly.", wait);
        case core::errc::unavailable:
        case core::errc::cancelled:
            return busy("unavailable", "The server cannot do this now; try again shortly.", shortly);
        }
    }
    return problem(status::internal_server_error, "internal_error", "The server failed to answer this request.");
}

} // namespace watchword::api
