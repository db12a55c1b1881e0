// Stored hashes of any bytes: no crash, and a comparison with whatever is accepted and cheap has an outcome; what is
// written again is the one spelling of what it says. Two JSON texts with a NUL between them are Keycloak's credentials.
#include "crypto/crypt_hash.hpp"
#include "crypto/firebase_hash.hpp"
#include "crypto/hash_formats.hpp"
#include "crypto/keycloak_hash.hpp"
#include "crypto/ldap_hash.hpp"
#include "crypto/pbkdf2_hash.hpp"
#include "crypto/phc.hpp"
#include "crypto/scrypt_hash.hpp"
#include "crypto/werkzeug.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

namespace {

using namespace watchword::crypto;

bool is_cheap(const pbkdf2_cost& c)
{
    return c.iterations <= 100;
}
bool is_cheap(const scrypt_cost& c)
{
    return c.n <= 64 && c.r <= 8 && c.p <= 2;
}
bool is_cheap(const pbkdf2_hash& h)
{
    return is_cheap(h.cost);
}
bool is_cheap(const scrypt_hash& h)
{
    return is_cheap(h.cost);
}
bool is_cheap(const firebase_hash& h)
{
    return is_cheap(h.cost);
}
bool is_cheap(const werkzeug_hash& h)
{
    return std::visit([](const auto& cost) { return is_cheap(cost); }, h.cost);
}
bool is_cheap(const ldap_hash&)
{
    return true;
}
bool is_cheap(const crypt_hash& h)
{
    return h.setting.starts_with("$2") && h.setting.substr(4, 2) == "04";
}

template <auto Parse> void compare(std::string_view text)
{
    const auto hash = Parse(text);
    if (!hash) return;
    if (!check_hash(text)) std::abort(); // told by its beginning
    if (is_cheap(*hash) && !matches(*hash, "password")) std::abort();
}

void look_at_keycloak(std::string_view text)
{
    const auto middle = text.find('\0');
    if (middle == text.npos) return;
    const auto stored = convert_keycloak(text.substr(0, middle), text.substr(middle + 1));
    if (stored && !check_hash(*stored)) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto phc = parse_argon2(text); phc && format_argon2(*phc) != text) std::abort();
    if (const auto hash = parse_passlib_pbkdf2(text); hash && format_passlib_pbkdf2(*hash) != text) std::abort();
    if (const auto hash = parse_firebase(text); hash && format_firebase(*hash) != text) std::abort();
    if (size <= 4096) { // longer ones are not looked at
        compare<parse_werkzeug>(text);
        compare<parse_passlib_pbkdf2>(text);
        compare<parse_django_pbkdf2>(text);
        compare<parse_phc_scrypt>(text);
        compare<parse_django_scrypt>(text);
        compare<parse_crypt>(text);
        compare<parse_ldap_crypt>(text);
        compare<parse_django_bcrypt>(text);
        compare<parse_ldap>(text);
        compare<parse_firebase>(text);
    }
    look_at_keycloak(text);
    return 0;
}
