#pragma once

#include "core/network.hpp"
#include "core/secret.hpp"

#include <optional>
#include <string>

namespace watchword::accounts {

// Who asks: what limits, queues and delays go by. In a coroutine, give it a name before it goes into a co_await.
struct client {
    std::optional<core::ip_address> address{}; // none: a Unix-domain socket whose peer named nobody
    // What came along that may show that the client has signed in before (device_proofs.hpp); not verified, may be
    // anything.
    core::secret_string device{}, token{};
    std::string request_id{}, trace_id{}; // for the log; trace_id: empty without a trace
};

} // namespace watchword::accounts
