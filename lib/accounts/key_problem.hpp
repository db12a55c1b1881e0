#pragma once

#include "core/error.hpp"

namespace watchword::accounts {

// Why signing keys cannot be used or changed. Travels as an error_code, whose message is for the operator.
enum class key_problem {
    other_secret = 1,  // a key was sealed with another secret than the server's, or was altered
    unknown_algorithm, // a newer program has made a key that this one does not understand
    waiting,           // the next key is published already
    other_algorithm,   // a key is not of the algorithm that the settings ask for
};
core::error_code make_error_code(key_problem) noexcept;

} // namespace watchword::accounts

template <> struct boost::system::is_error_code_enum<watchword::accounts::key_problem> : std::true_type {};
