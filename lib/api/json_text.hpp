#pragma once

#include <string>
#include <string_view>

namespace watchword::api {

// Appends `text` as a JSON string in the tutorial's spelling: ASCII only, everything else as \uXXXX in lower-case
// hexadecimal (surrogate pairs beyond the basic plane), with quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// The same behind what comes before it, such as `{"id":`.
void append_json_string(std::string& out, std::string_view before, std::string_view text);
// Behind `before`, the array of the words of a text, with a space between them.
void append_json_words(std::string& out, std::string_view before, std::string_view words);

} // namespace watchword::api
