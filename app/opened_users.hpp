#pragma once

#include "accounts/accounts.hpp"
#include "accounts/administration.hpp"
#include "accounts/sessions.hpp"
#include "accounts/user_changes.hpp"
#include "core/clock.hpp"
#include "settings/settings.hpp"
#include "store/accounts.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>

namespace watchword::app {

// The users of the database that the settings name, for a command that changes them, beside a server that may be
// running. Constructed it forbids core dumps, if the settings do. Throws std::runtime_error for the operator. One
// thread.
class opened_users {
public:
    explicit opened_users(const settings::settings&);

    // Nothing if there is none who can be changed; why was said then.
    std::optional<store::account> find(const std::string& email);
    accounts::user_changes& changes() noexcept { return changes_; }
    store::database& database() noexcept { return database_; }
    // After a change: the exit code of the command, which ends when servers on SQLite have heard of it.
    int finish() const;

private:
    core::system_clock clock_;
    store::database database_;
    accounts::user_changes changes_;
};

// Says why a change was not made, or may have been. Returns `failed`.
int fail_change(const core::error_code&, const std::string& email);

// What judges and hashes new passwords, and makes users, as the server would.
class opened_passwords {
public:
    opened_passwords(const settings::settings&, store::database&);

    accounts::service& service() noexcept { return service_; }
    accounts::administration& administration() noexcept { return administration_; }
    // For people: which rule a password breaks, or what else is wrong.
    std::string explain(const core::error_code&) const;

private:
    core::system_clock clock_;
    core::system_random random_;
    crypto::password_hasher passwords_;
    core::workers hashing_;
    accounts::service service_;
    accounts::sessions sessions_;
    accounts::administration administration_;
};

} // namespace watchword::app
