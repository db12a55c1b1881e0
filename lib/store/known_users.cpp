#include "store/known_users.hpp"

#include "store/email_keys.hpp"

#include <string>

namespace watchword::store {
namespace {

std::array<char, 16> of_both(std::string_view public_id, std::string_view email)
{
    return core::siphash_128(std::string(public_id) + '\0' + std::string(email));
}

} // namespace

known_users::hash known_users::of_address(std::string_view email) const
{
    return core::siphash_128(how_ == same_address::exact ? std::string(email) : email_key(email));
}

void known_users::add(std::string_view public_id, std::string_view email)
{
    ids_.insert(core::siphash_128(public_id));
    addresses_.insert(of_address(email));
    users_.insert(of_both(public_id, email));
}

import_outcome known_users::decide(const new_user& u)
{
    if (users_.contains(of_both(u.public_id, u.email))) return import_outcome::known;
    if (addresses_.contains(of_address(u.email))) return import_outcome::address_taken;
    if (ids_.contains(core::siphash_128(u.public_id))) return import_outcome::id_taken;
    add(u.public_id, u.email);
    return import_outcome::added;
}

} // namespace watchword::store
