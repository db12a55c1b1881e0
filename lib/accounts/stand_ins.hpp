#pragma once

#include "core/random.hpp"
#include "core/siphash.hpp"
#include "crypto/password.hpp"
#include "store/users.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// Who stands in for accounts that do not exist, where nobody may learn which do.
namespace watchword::accounts {

// A password for an address that is nobody's is compared with the stored hash of somebody else, and the outcome thrown
// away: it takes what it takes for accounts, whatever mixture of formats and costs their hashes are of (an import, a
// raised cost). An address always leads to the same user, or trying it twice would tell; when he signs in and his hash
// is renewed, it changes for both. So what the time says about an address is as likely whether it is known or not.
// Thread-safe.
class stand_ins {
public:
    // `key` decides who leads to whom: secret, the same on all servers of a database, and for good.
    stand_ins(core::siphash_key key, const crypto::password_hasher&, core::random_source&);

    // To be called on a database's thread. `found` if it is a user or a failure; for not_found somebody with nothing
    // but the hash of another, after the same queries. `address` is the one that was looked for, in the form that
    // decides which are the same.
    core::result<store::user> fill_in(store::session&, std::string_view address, core::result<store::user> found) const;

    // As verify_password, and as long for all that fill_in may have returned. match and match_outdated: only for a user
    // with an id and a hash. For a hash that nothing can be compared with, another is computed in its place.
    crypto::verdict verify(crypto::password_hasher&, std::size_t slot, std::string_view password,
                           const store::user&) const;

private:
    const core::siphash_key key_;
    const std::string nobodys_hash_; // of the current cost, when there is nobody to stand in
};

} // namespace watchword::accounts
