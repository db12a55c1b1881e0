#include "crypto/scrypt_hash.hpp"

#include "crypto/hash_bounds.hpp"
#include "crypto/hash_text.hpp"

namespace watchword::crypto {
namespace {

constexpr std::size_t short_key = 32, long_key = 64;

core::result<scrypt_hash> checked(scrypt_hash hash)
{
    // A key that was cut short would match too.
    if (hash.key.size() != short_key && hash.key.size() != long_key) return core::errc::invalid_input;
    if (hash.salt.size() > hash_bounds::salt_size) return core::errc::invalid_input;
    if (const auto wrong = check(hash.cost)) return wrong;
    return hash;
}

} // namespace

core::result<scrypt_hash> parse_phc_scrypt(std::string_view text)
{
    constexpr std::string_view prefix = "$scrypt$";
    if (!text.starts_with(prefix)) return core::errc::invalid_input;
    text.remove_prefix(prefix.size());
    const auto exponent = take_number(text, "ln=", ',');
    const auto r = exponent ? take_number(text, "r=", ',') : std::nullopt;
    const auto p = r ? take_number(text, "p=", '$') : std::nullopt;
    const auto encoded_salt = p ? take_until(text, '$') : std::nullopt;
    if (!encoded_salt) return core::errc::invalid_input;
    if (*exponent >= 64) return core::errc::too_large;
    auto salt = decode_base64(*encoded_salt, base64_form::unpadded);
    auto key = decode_base64(text, base64_form::unpadded);
    if (!salt || !key) return core::errc::invalid_input;
    return checked({{std::uint64_t(1) << *exponent, *r, *p}, std::move(*salt), std::move(*key)});
}

core::result<scrypt_hash> parse_django_scrypt(std::string_view text)
{
    constexpr std::string_view prefix = "scrypt$";
    if (!text.starts_with(prefix)) return core::errc::invalid_input;
    text.remove_prefix(prefix.size());
    const auto n = take_number(text, "", '$');
    const auto salt = n ? take_until(text, '$') : std::nullopt;
    const auto r = salt ? take_number(text, "", '$') : std::nullopt;
    const auto p = r ? take_number(text, "", '$') : std::nullopt;
    if (!p || salt->empty()) return core::errc::invalid_input;
    auto key = decode_base64(text, base64_form::padded);
    if (!key || key->size() != long_key) return core::errc::invalid_input;
    return checked({{*n, *r, *p}, std::string(*salt), std::move(*key)});
}

core::result<bool> matches(const scrypt_hash& hash, std::string_view password)
{
    const auto key = scrypt(hash.cost, password, hash.salt, hash.key.size());
    if (!key) return core::errc::unavailable;
    return core::equal_in_constant_time(key->view(), hash.key);
}

} // namespace watchword::crypto
