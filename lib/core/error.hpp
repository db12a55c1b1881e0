#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

// Failures that a client, the disk or the network can cause travel as an error_code, alone or inside a
// result<T>. Exceptions are left for what nobody planned for; they are caught once around a request handler
// and once around a database job.
namespace watchword::core {

using error_code = boost::system::error_code;
template <class T> using result = boost::system::result<T>;

// What went wrong, in terms that any layer understands. api/ maps them to HTTP in one place.
enum class errc {
    invalid_input = 1, // the client sent something that cannot be accepted
    too_large,         // input beyond a stated limit
    not_found,         // the thing asked for does not exist
    already_exists,    // a unique key (an e-mail address) is taken
    wrong_password,    // the account exists, the password is not its own
    invalid_token,     // a token is malformed, forged, expired or revoked
    expired_token,     // a token was good, and is so no longer; where it is told apart from invalid_token
    unsupported,       // a format, algorithm or option that is not implemented
    overloaded,        // a bounded queue is full: come back later
    timed_out,         // a deadline passed before the work was done
    unavailable,       // a dependency (database, disk) failed; trying again may help
    cancelled,         // the work was given up because nobody waits for it, or at shutdown
};

const boost::system::error_category& category() noexcept;

inline error_code make_error_code(errc e) noexcept
{
    return {static_cast<int>(e), category()};
}

} // namespace watchword::core

template <> struct boost::system::is_error_code_enum<watchword::core::errc> : std::true_type {};
