#pragma once

#include "core/error.hpp"

#include <optional>
#include <string_view>

namespace watchword::accounts {

// Why an administrator's change is refused though he may make such changes. Travels as an error_code.
enum class administration_problem {
    outdated = 1, // what is to be changed is not what the caller has seen: a precondition failed
    last_admin,   // nobody would be left who is enabled and has the role admin
    beyond_own,   // it gives, or takes from somebody, permissions that the caller does not have
    fixed_role,   // the role admin cannot be changed
    is_set_up,    // there is an administrator already
};
core::error_code make_error_code(administration_problem) noexcept;
// Nothing if it is another error.
std::optional<administration_problem> administration_problem_of(const core::error_code&) noexcept;
// For programs: "precondition_failed", "last_admin", "beyond_own_permissions", "fixed_role", "already_set_up".
std::string_view code_of(administration_problem) noexcept;

} // namespace watchword::accounts

template <> struct boost::system::is_error_code_enum<watchword::accounts::administration_problem> : std::true_type {};
