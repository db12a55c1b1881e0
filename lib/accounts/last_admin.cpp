#include "accounts/last_admin.hpp"

#include "accounts/administration_problem.hpp"
#include "accounts/roles.hpp"
#include "core/words.hpp"
#include "store/people.hpp"

namespace watchword::accounts {

bool has_role(std::string_view roles, std::string_view role)
{
    while (!roles.empty())
        if (core::take_word(roles) == role) return true;
    return false;
}

core::result<void> check_last_admin(store::session& s, const store::person& p, bool stays_admin)
{
    const bool is_admin = has_role(p.roles, admin_role) && !p.disabled;
    if (is_admin && !stays_admin && !store::is_role_held(s, admin_role, p.id))
        return administration_problem::last_admin;
    return {};
}

} // namespace watchword::accounts
