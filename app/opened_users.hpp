#pragma once

#include "accounts/accounts.hpp"
#include "accounts/user_changes.hpp"
#include "core/clock.hpp"
#include "settings/settings.hpp"
#include "store/accounts.hpp"
#include "store/database.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::app {

// How long a command waits until the server beside which it has written knows, and what it says if that is over.
inline constexpr std::chrono::seconds noted_within{10};
inline constexpr std::string_view not_noted =
    "this was done, but the running server has not taken note of it within 10 s: it may go by what was so before";

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

// What judges and hashes new passwords, as the server would.
class opened_passwords {
public:
    opened_passwords(const settings::settings&, store::database&);

    accounts::service& service() noexcept { return service_; }
    // For people: which rule a password breaks, or what else is wrong.
    std::string explain(const core::error_code&) const;

private:
    core::system_random random_;
    crypto::password_hasher passwords_;
    core::workers hashing_;
    accounts::service service_;
};

} // namespace watchword::app
