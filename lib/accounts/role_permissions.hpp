#pragma once

#include "accounts/actor.hpp"
#include "accounts/permissions.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/task.hpp"
#include "store/database.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::store {
class session;
}

namespace watchword::accounts {

struct role {
    std::string name;
    permission_set permissions;
};

// What stands for what a role permits.
std::string version_of(const role&);

// What the roles of users permit: a table, of which a copy is kept. After a change here has been answered the copy is
// not older; of others' changes it is as old as store::change_counters::foreign says. Thread-safe. Everything referred
// to must outlive it.
//
// Errors of all members besides those named: overloaded, timed_out, unavailable, cancelled.
class role_permissions {
public:
    role_permissions(store::database&, const core::clock&);

    // With admin, which permits everything, by name.
    core::task<core::result<std::vector<role>>> list();
    // What any of them permits; roles that are not in the table permit nothing.
    core::task<core::result<permission_set>> permissions_of(std::vector<std::string> roles);

    // A new role, or in place of what that name permitted. invalid_input: the name is none (see roles.hpp), or one of
    // the permissions; too_large: there are most_roles_kept; administration_problem::fixed_role, beyond_own.
    // `versions`: only if there is one whose version_of is one of these, or none and no_version is (see versions.hpp);
    // otherwise administration_problem::outdated.
    static constexpr std::size_t most_roles_kept = 500;
    core::task<core::result<role>> set(actor, std::string name, std::vector<std::string> permissions,
                                       std::vector<std::string> versions = {});
    // Users may still have it: then it permits nothing. not_found; administration_problem as above.
    core::task<core::result<void>> remove(actor, std::string name, std::vector<std::string> versions = {});

    // Within a job of the database: exact in a transaction that writes. `words` with spaces between.
    static permission_set find_permissions(store::session&, std::string_view words);

private:
    using table = std::map<std::string, permission_set, std::less<>>;
    struct copy {
        std::shared_ptr<const table> roles;
        std::uint64_t foreign = 0, own = 0; // counters before it was read
    };

    std::shared_ptr<const table> find_current();
    core::task<core::result<std::shared_ptr<const table>>> current();

    store::database& database_;
    const core::clock& clock_;
    std::atomic<std::uint64_t> own_changes_{0};
    std::mutex mutex_;
    copy copy_; // guarded by mutex_
};

} // namespace watchword::accounts
