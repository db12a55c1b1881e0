#include "core/uuid.hpp"

#include "core/text.hpp"

#include <array>
#include <span>

namespace watchword::core {

std::string make_uuid_v4(random_source& random)
{
    std::array<char, 16> bytes;
    random.fill(std::as_writable_bytes(std::span(bytes)));
    bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40); // version 4
    bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80); // variant 10
    std::string text = hex_encode({bytes.data(), bytes.size()});
    for (const std::size_t dash : {8u, 13u, 18u, 23u}) text.insert(dash, 1, '-');
    return text;
}

} // namespace watchword::core
