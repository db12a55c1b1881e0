#include "crypto/ldap_hash.hpp"

#include "core/text.hpp"
#include "crypto/hash_bounds.hpp"
#include "crypto/hash_text.hpp"

namespace watchword::crypto {
namespace {

constexpr std::size_t shortest_salt = 4;

struct scheme {
    std::string_view prefix; // of any case, RFC 2307 section 5.3
    digest function;
};
constexpr scheme schemes[] = {{"{SSHA}", digest::sha1}, {"{SSHA256}", digest::sha256}, {"{SSHA512}", digest::sha512}};

} // namespace

core::result<ldap_hash> parse_ldap(std::string_view text)
{
    for (const auto& s : schemes) {
        if (!core::iequals(text.substr(0, s.prefix.size()), s.prefix)) continue;
        const auto bytes = decode_base64(text.substr(s.prefix.size()), base64_form::padded);
        const auto size = size_of(s.function);
        if (!bytes || bytes->size() < size + shortest_salt || bytes->size() > size + hash_bounds::salt_size)
            return core::errc::invalid_input;
        return ldap_hash{s.function, bytes->substr(0, size), bytes->substr(size)};
    }
    return core::errc::invalid_input;
}

core::result<bool> matches(const ldap_hash& hash, std::string_view password)
{
    const auto key = hash_of(hash.function, password, hash.salt);
    if (!key) return core::errc::unavailable;
    return core::equal_in_constant_time(key->view(), hash.key);
}

} // namespace watchword::crypto
