#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace watchword::http {

// Decodes the percent escapes of a path segment (RFC 3986 section 2.1). invalid_input for a '%' that starts none.
core::result<std::string> percent_decode(std::string_view text);

// The same for the value of a form, where '+' is a space and a '%' that starts no escape stands for itself.
std::string form_decode(std::string_view text);
// Into `to`, which has room for text.size() bytes; what was written there.
std::string_view form_decode(std::string_view text, char* to) noexcept;

} // namespace watchword::http
