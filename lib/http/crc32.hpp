#pragma once

#include <cstdint>
#include <string_view>

namespace watchword::http {

// The CRC-32 of gzip (RFC 1952 section 8). `before`: that of what came before, so that a text may be given in pieces.
// Thread-safe.
std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0) noexcept;

} // namespace watchword::http
