#pragma once

#include "accounts/revocations.hpp"
#include "accounts/sessions.hpp"
#include "core/task.hpp"

#include <chrono>

namespace watchword::server {

// What has to be done for sessions: deletes those that nobody needs any more, and forgets revocations that no token
// needs. One thread; what is referred to must outlive its tasks.
class session_upkeep {
public:
    session_upkeep(accounts::sessions&, accounts::revocations&);

    // To be done a few times a second: it asks the database every minute, but goes on at once while there is more than
    // a portion to delete. Errors are logged; it is tried again.
    core::task<> look();

private:
    accounts::sessions& sessions_;
    accounts::revocations& revoked_;
    std::chrono::steady_clock::time_point next_{};
};

} // namespace watchword::server
