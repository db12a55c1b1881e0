#pragma once

#include "store/database.hpp"

namespace watchword::store {

// Hears of changes that others make to the database, and raises the counters for them, as long as it lives.
// Thread-safe.
class change_feed {
public:
    virtual ~change_feed() = default;
    virtual feed_statistics statistics() const = 0;
};

} // namespace watchword::store
