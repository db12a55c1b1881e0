#pragma once

#include "core/siphash.hpp"
#include "store/user_import.hpp"

#include <array>
#include <set>
#include <string_view>

namespace watchword::store {

// Who an import must not collide with, remembered by hashes of 16 bytes: nobody meets one of another by chance. One
// thread.
class known_users {
public:
    explicit known_users(same_address how) : how_(how) {}

    void add(std::string_view public_id, std::string_view email);
    // What becomes of a user, who is one of those known then if he was added.
    import_outcome decide(const new_user&);

private:
    using hash = std::array<char, 16>;

    hash of_address(std::string_view email) const;

    const same_address how_;
    std::set<hash> ids_, addresses_, users_; // users_: of public id and address together
};

} // namespace watchword::store
