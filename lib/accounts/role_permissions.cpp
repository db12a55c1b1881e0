#include "accounts/role_permissions.hpp"

#include "accounts/administration_problem.hpp"
#include "accounts/audit_notes.hpp"
#include "accounts/roles.hpp"
#include "accounts/versions.hpp"
#include "core/json.hpp"
#include "core/words.hpp"
#include "store/roles.hpp"
#include "store/session.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace watchword::accounts {
namespace {

constexpr auto acquire = std::memory_order_acquire;

boost::json::object details_of(permission_set permissions)
{
    boost::json::array names;
    for (const auto each : permissions.names()) names.emplace_back(core::json_string(each));
    return {{"permissions", std::move(names)}};
}

// What it permits now; nothing if it is not in the table.
core::result<std::optional<permission_set>> find_changeable(store::session& s, const actor& by, const std::string& name,
                                                            const std::vector<std::string>& versions)
{
    const auto found = store::find_role(s, name);
    if (!found) {
        const bool may_be_new =
            versions.empty() || std::find(versions.begin(), versions.end(), no_version) != versions.end();
        if (!may_be_new) return administration_problem::outdated;
        return std::optional<permission_set>();
    }
    const auto permitted = known_permissions(found->permissions);
    if (!is_one_of(versions, version_of({name, permitted}))) return administration_problem::outdated;
    if (!by.permissions.includes(permitted)) return administration_problem::beyond_own;
    return std::optional(permitted);
}

} // namespace

std::string version_of(const role& r)
{
    std::string bits;
    for (unsigned i = 0; i < permission_count; ++i) bits += r.permissions.has(static_cast<permission>(i)) ? '1' : '0';
    return bits;
}

role_permissions::role_permissions(store::database& d, const core::clock& c) : database_(d), clock_(c) {}

permission_set role_permissions::find_permissions(store::session& s, std::string_view words)
{
    permission_set all;
    while (!words.empty()) {
        const auto name = core::take_word(words);
        if (name == admin_role) return permission_set::all();
        if (name.empty()) continue;
        if (const auto found = store::find_role(s, name)) all.add(known_permissions(found->permissions));
    }
    return all;
}

// --- the copy

std::shared_ptr<const role_permissions::table> role_permissions::find_current()
{
    const auto& changes = database_.changes();
    if (!changes.are_known()) return nullptr;
    const auto foreign = changes.foreign.load(acquire), own = own_changes_.load(acquire);
    const std::lock_guard lock(mutex_);
    return copy_.foreign == foreign && copy_.own == own ? copy_.roles : nullptr;
}

core::task<core::result<std::shared_ptr<const role_permissions::table>>> role_permissions::current()
{
    if (auto known = find_current()) co_return known;
    // Before the table is read, so that a change meanwhile makes the copy old.
    copy next{nullptr, database_.changes().foreign.load(acquire), own_changes_.load(acquire)};
    const auto look = [](store::session& s) -> core::result<std::shared_ptr<const table>> {
        auto all = std::make_shared<table>();
        for (const auto& each : store::list_roles(s)) (*all)[each.name] = known_permissions(each.permissions);
        (*all)[std::string(admin_role)] = permission_set::all();
        return std::shared_ptr<const table>(std::move(all));
    };
    auto found = co_await database_.read(look);
    if (!found) co_return found.error();
    next.roles = *found;
    const std::lock_guard lock(mutex_);
    if (next.foreign >= copy_.foreign && next.own >= copy_.own) copy_ = std::move(next);
    co_return std::move(*found);
}

core::task<core::result<std::vector<role>>> role_permissions::list()
{
    const auto known = co_await current();
    if (!known) co_return known.error();
    std::vector<role> all;
    for (const auto& [name, permissions] : **known) all.push_back({name, permissions});
    co_return all;
}

core::task<core::result<permission_set>> role_permissions::permissions_of(std::vector<std::string> roles)
{
    permission_set all;
    if (roles.empty()) co_return all;
    const auto known = co_await current();
    if (!known) co_return known.error();
    for (const auto& name : roles)
        if (const auto found = (*known)->find(name); found != (*known)->end()) all.add(found->second);
    co_return all;
}

// --- changes

core::task<core::result<role>> role_permissions::set(actor by, std::string name, std::vector<std::string> permissions,
                                                     std::vector<std::string> versions)
{
    const auto word = join_roles(std::span(&name, 1));
    const auto wanted = read_permissions(permissions);
    // What paths take for themselves no client could ask for again.
    if (!word || !wanted || name == "." || name == "..") co_return core::errc::invalid_input;
    if (name == admin_role) co_return administration_problem::fixed_role;
    if (!by.permissions.includes(*wanted)) co_return administration_problem::beyond_own;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto seen = find_changeable(s, by, name, versions);
        if (!seen) return seen.error();
        if (*seen == wanted.value()) return {};
        if (!*seen && store::list_roles(s).size() >= most_roles_kept) return core::errc::too_large;
        store::keep_role(s, {name, wanted->words()});
        note_in_audit(s, by, now, "role.changed", name, details_of(*wanted));
        return {};
    };
    const auto done = co_await database_.write(work);
    own_changes_.fetch_add(1, std::memory_order_release); // an error may leave it open whether it was made
    if (!done) co_return done.error();
    role made{std::move(name), *wanted};
    co_return made;
}

core::task<core::result<void>> role_permissions::remove(actor by, std::string name, std::vector<std::string> versions)
{
    if (name == admin_role) co_return administration_problem::fixed_role;
    const auto word = join_roles(std::span(&name, 1));
    if (!word) co_return core::errc::not_found;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto seen = find_changeable(s, by, name, versions);
        if (!seen) return seen.error();
        const auto removed = store::remove_role(s, name);
        if (!removed) return removed;
        note_in_audit(s, by, now, "role.deleted", name);
        return {};
    };
    const auto done = co_await database_.write(work);
    own_changes_.fetch_add(1, std::memory_order_release);
    co_return done;
}

} // namespace watchword::accounts
