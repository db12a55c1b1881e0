#pragma once

#include "accounts/idempotent_requests.hpp"
#include "core/task.hpp"

#include <chrono>

namespace watchword::server {

// Deletes answers to keyed requests that nobody may ask for again. One thread; what is referred to must outlive its
// tasks.
class idempotency_upkeep {
public:
    explicit idempotency_upkeep(accounts::idempotent_requests&);

    // To be done a few times a second: it asks the database every minute, but goes on at once while there is more than
    // a portion to delete. Errors are logged; it is tried again.
    core::task<> look();

private:
    accounts::idempotent_requests& requests_;
    std::chrono::steady_clock::time_point next_{};
};

} // namespace watchword::server
