#pragma once

#include "accounts/key_ring.hpp"

#include <chrono>
#include <string>

namespace watchword::server {

// What has to be done for signing keys: hears what others have done with them, and lets them follow each other. One
// thread; what is referred to must outlive its tasks.
class key_upkeep {
public:
    key_upkeep(accounts::key_ring&, const core::clock&);

    // To be done a few times a second: it asks the database only when somebody has changed something, and every minute.
    // Errors are logged; it is tried again.
    core::task<> look();

private:
    void tell_change();

    accounts::key_ring& keys_;
    const core::clock& clock_;
    std::chrono::steady_clock::time_point next_rotation_{};
    std::string signing_; // the kid that was told last
};

} // namespace watchword::server
