#include "crypto/hash_formats.hpp"

#include "core/text.hpp"
#include "crypto/crypt_hash.hpp"
#include "crypto/firebase_hash.hpp"
#include "crypto/hash_bounds.hpp"
#include "crypto/ldap_hash.hpp"
#include "crypto/pbkdf2_hash.hpp"
#include "crypto/phc.hpp"
#include "crypto/scrypt_hash.hpp"
#include "crypto/werkzeug.hpp"

#include <algorithm>

namespace watchword::crypto {
namespace {

template <auto Parse> core::error_code check(std::string_view stored)
{
    const auto parsed = Parse(stored);
    return parsed ? core::error_code() : parsed.error();
}

template <auto Parse> core::result<bool> compare(std::string_view stored, std::string_view password)
{
    const auto parsed = Parse(stored);
    if (!parsed) return {boost::system::in_place_error, parsed.error()};
    return matches(*parsed, password);
}

core::result<argon2_hash> parse_argon2_part(std::string_view stored)
{
    return parse_argon2(argon2_part(stored));
}

template <auto Parse> constexpr hash_format format(std::string_view prefix, std::string_view name)
{
    return {prefix, name, check<Parse>, compare<Parse>};
}

constexpr std::string_view django_argon2 = "argon2$argon2";

// Both begin with scrypt$: Django's has five '$', Werkzeug's without parameters can have no more than two.
constexpr auto django_scrypt = format<parse_django_scrypt>("scrypt$", "scrypt (Django)");
constexpr auto werkzeug_scrypt = format<parse_werkzeug>("scrypt$", "scrypt (Werkzeug)");

constexpr hash_format formats[] = {
    {"$argon2", "Argon2", check<parse_argon2_part>, nullptr},
    {django_argon2, "Argon2 (Django)", check<parse_argon2_part>, nullptr},
    format<parse_crypt>("$2", "bcrypt"),
    format<parse_django_bcrypt>("bcrypt$", "bcrypt (Django)"),
    format<parse_django_bcrypt>("bcrypt_sha256$", "bcrypt_sha256 (Django)"),
    format<parse_crypt>("$6$", "sha512crypt"),
    format<parse_crypt>("$5$", "sha256crypt"),
    format<parse_ldap_crypt>("{CRYPT}", "crypt (LDAP)"),
    format<parse_ldap>("{SSHA", "salted SHA (LDAP)"),
    format<parse_passlib_pbkdf2>("$pbkdf2", "PBKDF2"),
    format<parse_django_pbkdf2>("pbkdf2_", "PBKDF2 (Django)"),
    format<parse_werkzeug>("pbkdf2:", "PBKDF2 (Werkzeug)"),
    format<parse_phc_scrypt>("$scrypt$", "scrypt"),
    format<parse_werkzeug>("scrypt:", "scrypt (Werkzeug)"),
    format<parse_firebase>("$fbscrypt$", "scrypt (Firebase)"),
};

bool begins_with(std::string_view stored, std::string_view prefix) noexcept
{
    if (prefix.front() == '{') return core::iequals(stored.substr(0, prefix.size()), prefix);
    return stored.starts_with(prefix);
}

} // namespace

const hash_format* find_hash_format(std::string_view stored) noexcept
{
    if (stored.size() > hash_bounds::stored_size) return nullptr;
    if (stored.starts_with(django_scrypt.prefix))
        return std::count(stored.begin(), stored.end(), '$') > 2 ? &django_scrypt : &werkzeug_scrypt;
    for (const auto& f : formats)
        if (begins_with(stored, f.prefix)) return &f;
    return nullptr;
}

std::string_view argon2_part(std::string_view stored) noexcept
{
    constexpr std::string_view djangos = "argon2"; // then the PHC string: argon2$argon2id$v=19$…
    return stored.starts_with(django_argon2) ? stored.substr(djangos.size()) : stored;
}

core::result<std::string_view> check_hash(std::string_view stored)
{
    const auto* const format = find_hash_format(stored);
    if (format == nullptr) return core::errc::unsupported;
    if (const auto wrong = format->check(stored)) return wrong;
    return format->name;
}

} // namespace watchword::crypto
