#pragma once

#include "accounts/actor.hpp"
#include "settings/settings.hpp"
#include "store/database.hpp"

#include <chrono>
#include <string_view>

// Commands that write to the database beside a server that may be running.
namespace watchword::app {

// How long a command waits until the server beside which it has written knows, and what it says if that is over.
inline constexpr std::chrono::seconds noted_within{10};
inline constexpr std::string_view not_noted =
    "this was done, but the running server has not taken note of it within 10 s: it may go by what was so before";

// How such a command opens the database. Forbids core dumps, if the settings do.
store::database_settings beside_server(const settings::settings&);

// After a change: the exit code of the command, which ends when servers on SQLite have heard of it.
int finish_beside_server(const store::database&);

// Who works at the shell: he may do everything.
accounts::actor shell_actor();

} // namespace watchword::app
