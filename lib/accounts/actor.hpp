#pragma once

#include "accounts/permissions.hpp"
#include "core/network.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace watchword::accounts {

enum class actor_kind { user, api_key, system, shell };
// "user", "api_key", "system", "shell".
std::string_view name_of(actor_kind) noexcept;

// Who changes something, as the audit log will say it.
struct actor {
    actor_kind kind = actor_kind::system;
    std::string id{}; // a user's public id, or that of an API key; of system and shell what suits
    // What he may do. Nobody gives more than that to anybody, or changes users who may do more. Whether he may make a
    // change of that kind at all is the caller's to ask.
    permission_set permissions{};
    std::optional<core::ip_address> address{};
    std::string request_id{}, trace_id{}; // trace_id: empty without a trace
};

} // namespace watchword::accounts
