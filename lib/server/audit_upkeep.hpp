#pragma once

#include "accounts/audit_checkpoints.hpp"

#include <chrono>

namespace watchword::server {

// What has to be done for the audit log: it is signed. One thread; what is referred to must outlive its tasks.
class audit_upkeep {
public:
    // As accounts::audit_checkpoints.
    audit_upkeep(const core::secret_string& secret, store::database&, const core::clock&);

    // To be done a few times a second: it asks the database every minute. Errors are logged; it is tried again.
    core::task<> look();

private:
    accounts::audit_checkpoints checkpoints_;
    std::chrono::steady_clock::time_point next_{};
};

} // namespace watchword::server
