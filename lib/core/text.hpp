#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Small text codecs, each strict: one spelling in, one spelling out. Thread-safe, no allocation besides the result.
namespace watchword::core {

// The bytes of the character that `text` starts with, 1 to 4; 0 if it is empty or does not start with well-formed
// UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
std::size_t utf8_size(std::string_view text) noexcept;
// Whether all of it is.
bool is_utf8(std::string_view text) noexcept;

// The value of a hexadecimal digit of either case, or -1.
int hex_value(char c) noexcept;

// Whether `c` may stand in a token (RFC 9110 section 5.6.2), such as the name of a header field.
bool is_token_character(char c) noexcept;

// ASCII letters folded; other bytes compared as they are.
bool iequals(std::string_view a, std::string_view b) noexcept;

// `text` without the spaces and horizontal tabs at both ends (RFC 9110 section 5.6.3, OWS).
std::string_view trim(std::string_view text) noexcept;

// base64url without padding (RFC 4648 section 5, RFC 7515 appendix C).
std::string base64url_encode(std::string_view bytes);
// invalid_input for padding, foreign characters, an impossible length or non-zero spare bits.
result<std::string> base64url_decode(std::string_view text);

// Lower-case hexadecimal.
std::string hex_encode(std::string_view bytes);
// Lower-case digits only, an even number of them; else invalid_input.
result<std::string> hex_decode(std::string_view text);

// Decimal digits only, no sign, no leading or trailing characters; nothing if it does not fit.
std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept;

} // namespace watchword::core
