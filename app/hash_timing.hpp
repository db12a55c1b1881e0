#pragma once

#include "crypto/cost_search.hpp"
#include "store/watcher.hpp"

namespace watchword::app {

// How long password hashes take: on one slot, then on all slots at once. Measures for under a second, or for as long as
// a few hashes take. Throws what hashing throws, and store::stopped.
crypto::measured_cost time_hashes(const crypto::password_hasher::settings&, const store::watcher&);

} // namespace watchword::app
