#include "crypto/pbkdf2_hash.hpp"

#include "crypto/hash_bounds.hpp"
#include "crypto/hash_text.hpp"

namespace watchword::crypto {
namespace {

constexpr std::size_t long_key = 64; // Keycloak's, of any digest, for a long time

struct named_digest {
    digest function;
    std::string_view passlib, django; // what the text begins with
};
constexpr named_digest digests[] = {
    {digest::sha1, "$pbkdf2$", "pbkdf2_sha1$"},
    {digest::sha256, "$pbkdf2-sha256$", "pbkdf2_sha256$"},
    {digest::sha512, "$pbkdf2-sha512$", "pbkdf2_sha512$"},
};

// The digest that the beginning names, which is removed.
std::optional<digest> take_digest(std::string_view& text, std::string_view named_digest::*spelling)
{
    for (const auto& d : digests) {
        if (!text.starts_with(d.*spelling)) continue;
        text.remove_prefix((d.*spelling).size());
        return d.function;
    }
    return std::nullopt;
}

struct raw_parts {
    pbkdf2_cost cost;
    std::string_view salt, key;
};

core::result<raw_parts> take_parts(std::string_view text, std::string_view named_digest::*spelling)
{
    const auto function = take_digest(text, spelling);
    const auto iterations = function ? take_number(text, "", '$') : std::nullopt;
    const auto salt = iterations ? take_until(text, '$') : std::nullopt;
    if (!salt) return core::errc::invalid_input;
    return raw_parts{{*function, *iterations}, *salt, text};
}

core::result<pbkdf2_hash> checked(pbkdf2_hash hash)
{
    // A key that was cut short would match too.
    if (hash.key.size() != size_of(hash.cost.function) && hash.key.size() != long_key) return core::errc::invalid_input;
    if (hash.salt.size() > hash_bounds::salt_size) return core::errc::invalid_input;
    if (const auto wrong = check(hash.cost, hash.key.size())) return wrong;
    return hash;
}

} // namespace

std::string format_passlib_pbkdf2(const pbkdf2_hash& h)
{
    std::string text;
    for (const auto& d : digests)
        if (d.function == h.cost.function) text = d.passlib;
    return text + std::to_string(h.cost.iterations) + "$" + encode_base64(h.salt, base64_form::adapted) + "$" +
           encode_base64(h.key, base64_form::adapted);
}

core::result<pbkdf2_hash> parse_passlib_pbkdf2(std::string_view text)
{
    const auto parts = take_parts(text, &named_digest::passlib);
    if (!parts) return parts.error();
    auto salt = decode_base64(parts->salt, base64_form::adapted);
    auto key = decode_base64(parts->key, base64_form::adapted);
    if (!salt || !key) return core::errc::invalid_input;
    return checked({parts->cost, std::move(*salt), std::move(*key)});
}

core::result<pbkdf2_hash> parse_django_pbkdf2(std::string_view text)
{
    const auto parts = take_parts(text, &named_digest::django);
    if (!parts) return parts.error();
    auto key = decode_base64(parts->key, base64_form::padded);
    if (!key || parts->salt.empty()) return core::errc::invalid_input;
    return checked({parts->cost, std::string(parts->salt), std::move(*key)});
}

core::result<bool> matches(const pbkdf2_hash& hash, std::string_view password)
{
    const auto key = pbkdf2(hash.cost, password, hash.salt, hash.key.size());
    if (!key) return core::errc::unavailable;
    return core::equal_in_constant_time(key->view(), hash.key);
}

} // namespace watchword::crypto
