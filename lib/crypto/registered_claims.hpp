#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// The claims that RFC 7519 section 4.1 names. Thread-safe.
namespace watchword::crypto {

// A NumericDate: seconds, perhaps with a fraction; nothing if there is no value, or no number.
std::optional<double> numeric_date(const boost::json::value*) noexcept;
// Whether a claim that is there is a date no later than `latest`.
bool is_past_or_absent(const boost::json::object& claims, std::string_view name, double latest) noexcept;
// The second that a date lies in, or the one after it begins. Dates before 1970 and after 9999 become those.
core::timestamp round_down(double date) noexcept;
core::timestamp round_up(double date) noexcept;

// For whom tokens must have been issued, and by whom.
struct token_expectations {
    std::string issuer, audience;
    std::chrono::seconds leeway{0}; // between the issuer's clock and ours

    static constexpr std::chrono::seconds most_leeway{60};
};

// Whether the token is meant for us, now: `iss` is the issuer to the letter; `aud` is the audience, or a list of texts
// with it; `sub` is text and not empty; `nbf` and `iat`, if they are there, are not after now, `exp` is. Errors:
// expired_token if only the last is wrong, else invalid_token.
core::error_code check_registered_claims(const boost::json::object& claims, const token_expectations&,
                                         core::timestamp now);

} // namespace watchword::crypto
