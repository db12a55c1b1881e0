#include "api/cursor.hpp"

#include "api/input.hpp"
#include "core/text.hpp"

#include <array>
#include <stdexcept>

namespace watchword::api {
namespace {

// A cursor is, in base64url,
//    1 byte   the version
//    8 bytes  a digest of the filter
//    the rest the position, and 8 bytes that prove it all
constexpr char version = 1;
constexpr std::size_t digest_size = 8, mac_size = 8;
constexpr std::size_t least_size = 1 + digest_size + mac_size;

std::uint64_t number_at(std::string_view bytes) noexcept
{
    std::uint64_t n = 0;
    for (std::size_t i = 8; i-- > 0;) n = n << 8 | static_cast<unsigned char>(bytes[i]);
    return n;
}

core::siphash_key key_in(const core::secret_string& key)
{
    if (key.size() < 16) throw std::invalid_argument("a key that is too short for cursors");
    return {number_at(key.view()), number_at(key.view().substr(8))};
}

// SipHash-2-4 is a keyed pseudorandom function: whoever has no key forges one cursor in 2^64 attempts.
std::string tag_of(std::string_view text, core::siphash_key key)
{
    const auto hash = core::siphash_128(text, key);
    return std::string(hash.data(), mac_size);
}

// Each value with its length: others never make the same text. Nothing that is proved begins so.
std::string digest_of(cursors::filter values, core::siphash_key key)
{
    std::string all = "filter";
    for (const auto value : values) all.append(std::to_string(value.size())).append(":").append(value);
    return tag_of(all, key);
}

} // namespace

cursors::cursors(const core::secret_string& key) : key_(key_in(key)) {}

std::string cursors::write(filter values, std::string_view position) const
{
    if (position.size() > longest_position) throw std::invalid_argument("a position that is too long for a cursor");
    std::string bytes(1, version);
    bytes.append(digest_of(values, key_)).append(position);
    bytes.append(tag_of(bytes, key_));
    return core::base64url_encode(bytes);
}

core::result<std::string> cursors::read(filter values, std::string_view cursor) const
{
    constexpr std::size_t longest = ((least_size + longest_position) * 4 + 2) / 3;
    if (cursor.size() > longest) return core::errc::invalid_input;
    const auto bytes = core::base64url_decode(cursor);
    if (!bytes || bytes->size() < least_size || bytes->front() != version) return core::errc::invalid_input;
    const std::string_view all = *bytes, proved = all.substr(0, all.size() - mac_size);
    const bool is_ours = core::equal_in_constant_time(all.substr(proved.size()), tag_of(proved, key_));
    if (!is_ours || proved.substr(1, digest_size) != digest_of(values, key_)) return core::errc::invalid_input;
    return std::string(proved.substr(1 + digest_size));
}

http::response invalid_cursor()
{
    return refuse_input("cursor", "invalid_cursor",
                        "This is no cursor of this list, or what is asked of the list has changed: begin anew.");
}

} // namespace watchword::api
