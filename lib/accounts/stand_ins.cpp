#include "accounts/stand_ins.hpp"

#include "accounts/password_forms.hpp"
#include "store/hidden_users.hpp"

namespace watchword::accounts {

stand_ins::stand_ins(core::siphash_key key, const crypto::password_hasher& passwords, core::random_source& random)
    : key_(key), nobodys_hash_(passwords.hash_of_nothing(random))
{}

core::result<store::user> stand_ins::fill_in(store::session& s, std::string_view address,
                                             core::result<store::user> found) const
{
    if (!found && found.error() != core::errc::not_found) return found;
    auto hash = store::hash_in_place_of(s, found, core::siphash_64(address, key_));
    if (found) return found;
    store::user nobody;
    nobody.password_hash = std::move(hash);
    return nobody;
}

crypto::verdict stand_ins::verify(crypto::password_hasher& passwords, std::size_t slot, std::string_view password,
                                  const store::user& u) const
{
    auto outcome = crypto::verdict::mismatch;
    if (u.password_hash && u.public_id) {
        outcome = verify_password(passwords, slot, password, *u.password_hash);
        if (outcome != crypto::verdict::unusable) return outcome;
    } else if (u.password_hash && imitate_verification(passwords, slot, password, *u.password_hash)) {
        return outcome;
    }
    imitate_verification(passwords, slot, password, nobodys_hash_);
    return outcome;
}

} // namespace watchword::accounts
