#pragma once

#include "core/error.hpp"

#include <optional>
#include <string_view>

namespace watchword::accounts {

// Why there is no session for whoever asks. Travels as an error_code.
enum class session_problem {
    ended = 1,     // it has ended or expired, or its user is gone
    reused,        // it ends now: a refresh token was shown again after its successor had been used (RFC 9700, 4.14.2)
    user_disabled, // the user may have none
    outdated,      // what the user has proved was changed meanwhile, a password for example
};
core::error_code make_error_code(session_problem) noexcept;
// Nothing if it is another error.
std::optional<session_problem> session_problem_of(const core::error_code&) noexcept;
// For programs: "session_ended".
std::string_view code_of(session_problem) noexcept;

} // namespace watchword::accounts

template <> struct boost::system::is_error_code_enum<watchword::accounts::session_problem> : std::true_type {};
