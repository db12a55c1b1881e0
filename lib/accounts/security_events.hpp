#pragma once

#include "accounts/client.hpp"
#include "core/error.hpp"

#include <string>
#include <string_view>

namespace watchword::store {
class session;
struct audit_event;
} // namespace watchword::store

// Lines of the stream of security events (core::log::security); config/log.md describes them. None holds an address of
// mail, a password or a token. Thread-safe.
namespace watchword::accounts {

enum class existence;
struct ended_sessions;

// How an attempt to sign in was judged. `user`: the public id of whose address it is, or empty. One that was refused
// unjudged is no event, since a storm of them is to cost little: what refuses them says so once in a while.
void tell_sign_in(const client&, std::string_view user, const core::error_code& outcome) noexcept;
// `user`: the public id that was given; where existence is hidden, nobody is told whether anybody has it.
void tell_sign_up(const client&, const core::result<std::string>& user, existence) noexcept;
void tell_ended(const ended_sessions&) noexcept;
// When the transaction is durable. `trace_id` may be empty.
void tell_when_durable(store::session&, const store::audit_event&, std::string_view trace_id);

} // namespace watchword::accounts
