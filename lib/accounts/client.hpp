#pragma once

#include "core/network.hpp"

#include <optional>
#include <string>

namespace watchword::accounts {

// Who asks: what limits, queues and delays go by.
struct client {
    std::optional<core::ip_address> address; // none: a Unix-domain socket whose peer named nobody
};

} // namespace watchword::accounts
