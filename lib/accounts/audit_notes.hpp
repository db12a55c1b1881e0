#pragma once

#include "accounts/actor.hpp"
#include "core/clock.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace watchword::store {
class session;
}

namespace watchword::accounts {

// Appends to the audit log, in the transaction of the change. To be called within database::write. Never secrets, nor
// what must be gone with a user: the log stays.
void note_in_audit(store::session&, const actor&, core::precise_timestamp now, std::string_view action,
                   std::string_view subject, const boost::json::object& details = {});

} // namespace watchword::accounts
