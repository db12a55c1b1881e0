#pragma once

#include <string>
#include <string_view>

namespace watchword::api {

// Appends `text` as a JSON string in the tutorial's spelling: ASCII only, everything else as \uXXXX in lower-case
// hexadecimal (surrogate pairs beyond the basic plane), with quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

} // namespace watchword::api
