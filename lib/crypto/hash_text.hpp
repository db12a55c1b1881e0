#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The text codecs that formats of password hashes share; each is strict. Thread-safe.
namespace watchword::crypto {

enum class base64_form {
    padded,   // RFC 4648 section 4
    unpadded, // the same without '=', as PHC strings have it
    adapted,  // passlib's: without '=', and '.' for '+'
};

// invalid_input for anything but the one spelling.
core::result<std::string> decode_base64(std::string_view text, base64_form);
std::string encode_base64(std::string_view bytes, base64_form);

// What stands before `separator`, removed from `text` together with it; nothing, and no change, if there is none.
std::optional<std::string_view> take_until(std::string_view& text, char separator);

// The number after `name`, which must come next, up to `separator`; removes all three. Nothing for a second spelling
// (leading zeros; 0 itself is none) or anything else.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name, char separator);

} // namespace watchword::crypto
