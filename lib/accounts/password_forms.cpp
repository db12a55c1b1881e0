#include "accounts/password_forms.hpp"

#include "core/composed.hpp"

namespace watchword::accounts {

std::string hash_password(crypto::password_hasher& passwords, std::size_t slot, std::string_view password,
                          core::random_source& random)
{
    return passwords.hash(slot, core::composed(password).view(), random);
}

crypto::verdict verify_password(crypto::password_hasher& passwords, std::size_t slot, std::string_view password,
                                std::string_view stored)
{
    const auto composed = core::composed(password);
    const auto first = passwords.verify(slot, composed.view(), stored);
    if (first != crypto::verdict::mismatch || core::equal_in_constant_time(composed.view(), password)) return first;
    const auto second = passwords.verify(slot, password, stored);
    return second == crypto::verdict::match ? crypto::verdict::match_outdated : second;
}

bool imitate_verification(crypto::password_hasher& passwords, std::size_t slot, std::string_view password,
                          std::string_view stored)
{
    const auto composed = core::composed(password);
    if (passwords.verify(slot, composed.view(), stored) == crypto::verdict::unusable) return false;
    if (!core::equal_in_constant_time(composed.view(), password)) passwords.verify(slot, password, stored);
    return true;
}

} // namespace watchword::accounts
