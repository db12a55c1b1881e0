#include "crypto/password.hpp"

#include "core/secret.hpp"
#include "core/text.hpp"
#include "crypto/phc.hpp"
#include "crypto/werkzeug.hpp"

#include <sodium.h>

#include <array>
#include <new>
#include <span>
#include <stdexcept>

namespace watchword::crypto {
namespace {

constexpr std::size_t salt_size = 16, hash_size = 32;

void start_sodium()
{
    static const bool started = ::sodium_init() >= 0;
    if (!started) throw std::runtime_error("libsodium cannot start");
}

std::string argon2id(std::string_view password, std::string_view salt, const argon2id_parameters& p, std::size_t size)
{
    start_sodium();
    if (p.passes < crypto_pwhash_argon2id_OPSLIMIT_MIN || p.memory_kib < crypto_pwhash_argon2id_MEMLIMIT_MIN / 1024)
        throw std::invalid_argument("Argon2id parameters are too small");
    std::string out(size, '\0');
    const int failed =
        ::crypto_pwhash_argon2id(reinterpret_cast<unsigned char*>(out.data()), out.size(), password.data(),
                                 password.size(), reinterpret_cast<const unsigned char*>(salt.data()), p.passes,
                                 std::size_t(p.memory_kib) * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    if (failed != 0) throw std::bad_alloc();
    return out;
}

verdict verify_argon2id(std::string_view password, std::string_view stored, const argon2id_parameters& current)
{
    const auto phc = parse_argon2id(stored);
    if (!phc || phc->salt.size() != salt_size) return verdict::unusable; // libsodium takes no other salt
    core::secret_string computed(argon2id(password, phc->salt, {phc->memory_kib, phc->passes}, phc->hash.size()));
    if (!core::equal_in_constant_time(computed.view(), phc->hash)) return verdict::mismatch;
    const bool as_now =
        phc->memory_kib == current.memory_kib && phc->passes == current.passes && phc->hash.size() == hash_size;
    return as_now ? verdict::match : verdict::match_outdated;
}

} // namespace

bool is_verifiable(argon2id_parameters p) noexcept
{
    return is_within_bounds(p.memory_kib, p.passes);
}

std::string hash_password(std::string_view password, argon2id_parameters p, core::random_source& random)
{
    std::array<char, salt_size> salt;
    random.fill(std::as_writable_bytes(std::span(salt)));
    const std::string_view salt_text(salt.data(), salt.size());
    return format_argon2id(
        {p.memory_kib, p.passes, std::string(salt_text), argon2id(password, salt_text, p, hash_size)});
}

verdict verify_password(std::string_view password, std::string_view stored, argon2id_parameters current)
{
    if (stored.starts_with("$argon2id$")) return verify_argon2id(password, stored, current);
    const auto hash = parse_werkzeug(stored);
    if (!hash) return verdict::unusable;
    const auto computed = derive(*hash, password);
    if (!computed) return verdict::unusable;
    return core::equal_in_constant_time(computed->view(), hash->hex) ? verdict::match_outdated : verdict::mismatch;
}

bool passwords_self_test()
{
    // Computed with the reference implementation (argon2 0~20171227): t=1, m=64 KiB, p=1.
    constexpr std::string_view known =
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$KovyxkqWI8NiIbnVTsHJGtWda07axUqoJVIuPotqICc";
    return verify_password("password", known, {64, 1}) == verdict::match &&
           verify_password("passwore", known, {64, 1}) == verdict::mismatch;
}

} // namespace watchword::crypto
