#pragma once

#include "store/database.hpp"
#include "store/users.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace watchword::store {

// All users with their password hashes, in the order of their ids, from one snapshot; servers may be running. One
// thread. All throw std::runtime_error for the operator.
class user_exporter {
public:
    explicit user_exporter(const database_settings&);
    ~user_exporter();

    std::uint64_t count();
    // Some of those that come next; none at the end.
    std::vector<user> next();

private:
    struct parts;
    const std::unique_ptr<parts> parts_;
};

} // namespace watchword::store
