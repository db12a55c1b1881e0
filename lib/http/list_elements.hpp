#pragma once

#include <string_view>

namespace watchword::http {

// Takes the next element from the front of a list (RFC 9110 section 5.6.1) that may hold quoted strings, whose commas
// separate nothing: without the white space around it, and empty where the list has an empty element. A quoted string
// that never ends goes to the end of the list. Does not allocate.
std::string_view take_element(std::string_view& list) noexcept;

} // namespace watchword::http
