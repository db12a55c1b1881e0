#include "crypto/werkzeug.hpp"

#include "core/text.hpp"
#include "crypto/hash_bounds.hpp"

namespace watchword::crypto {
namespace {

constexpr std::size_t scrypt_size = 64, shortest_hex = 40;

// The next part before a ':', removed from `rest`; everything if there is none.
std::string_view take_part(std::string_view& rest)
{
    const auto colon = rest.find(':');
    const auto part = rest.substr(0, colon);
    rest = colon == rest.npos ? std::string_view() : rest.substr(colon + 1);
    return part;
}

core::result<werkzeug_hash> parse_pbkdf2(std::string_view arguments, werkzeug_hash hash)
{
    const auto function = find_digest(take_part(arguments));
    const auto iterations = core::parse_unsigned(take_part(arguments));
    if (!arguments.empty() || !iterations || !function) return core::errc::invalid_input;
    const pbkdf2_cost cost{*function, *iterations};
    if (const auto wrong = check(cost, size_of(*function))) return wrong;
    hash.cost = cost;
    return hash;
}

core::result<werkzeug_hash> parse_scrypt(std::string_view arguments, werkzeug_hash hash)
{
    if (arguments.empty()) arguments = "32768:8:1"; // Werkzeug's default since it has scrypt
    const auto n = core::parse_unsigned(take_part(arguments));
    const auto r = core::parse_unsigned(take_part(arguments));
    const auto p = core::parse_unsigned(take_part(arguments));
    if (!n || !r || !p || !arguments.empty()) return core::errc::invalid_input;
    const scrypt_cost cost{*n, *r, *p};
    if (const auto wrong = check(cost)) return wrong;
    hash.cost = cost;
    return hash;
}

std::optional<core::secret_string> derive(const werkzeug_hash& hash, std::string_view password)
{
    if (const auto* const cost = std::get_if<pbkdf2_cost>(&hash.cost))
        return pbkdf2(*cost, password, hash.salt, size_of(cost->function));
    return scrypt(std::get<scrypt_cost>(hash.cost), password, hash.salt, scrypt_size);
}

} // namespace

core::result<werkzeug_hash> parse_werkzeug(std::string_view text)
{
    const auto first = text.find('$');
    const auto second = first == text.npos ? first : text.find('$', first + 1);
    if (second == text.npos) return core::errc::invalid_input;
    werkzeug_hash hash;
    hash.salt = text.substr(first + 1, second - first - 1);
    hash.hex = text.substr(second + 1);
    if (hash.salt.empty() || hash.salt.size() > hash_bounds::salt_size) return core::errc::invalid_input;
    if (hash.hex.size() < shortest_hex || !core::hex_decode(hash.hex)) return core::errc::invalid_input;
    auto method = text.substr(0, first);
    const auto name = take_part(method);
    if (name == "pbkdf2") return parse_pbkdf2(method, hash);
    if (name == "scrypt") return parse_scrypt(method, hash);
    return core::errc::invalid_input;
}

core::result<bool> matches(const werkzeug_hash& hash, std::string_view password)
{
    const auto key = derive(hash, password);
    if (!key) return core::errc::unavailable;
    const core::secret_string hex(core::hex_encode(key->view()));
    return core::equal_in_constant_time(hex.view(), hash.hex);
}

} // namespace watchword::crypto
