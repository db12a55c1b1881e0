#pragma once

#include "core/error.hpp"

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

namespace watchword::core {

// How strictly to read JSON. The defaults are for input from outside.
struct json_limits {
    std::size_t depth = 32;      // nested arrays and objects
    bool allow_comments = false; // // and /* */, for configuration files
};

// Reads one JSON text (RFC 8259) and nothing after it. Stricter than Boost.JSON 1.81 alone, which lets the last of
// two equal members win and reads 1e400 as infinity: duplicate members, non-finite numbers and invalid UTF-8 are
// refused. U+0000 inside strings is kept: whoever stores text refuses it there.
// Errors: invalid_input. `error_offset`, if given, receives the byte at which reading stopped. Thread-safe.
result<boost::json::value> parse_json(std::string_view text, json_limits limits = {},
                                      std::size_t* error_offset = nullptr);

// The same for text that may hold secrets, but not in names: what the value and the parser take of the heap is wiped
// when it goes. What the parser leaves on the stack is left to wipe_stack().
result<boost::json::value> parse_secret_json(std::string_view text, json_limits limits = {});

// Boost.JSON's text is neither std::string_view nor made of one.
inline std::string_view view(const boost::json::string& text) noexcept
{
    return {text.data(), text.size()};
}
inline boost::json::string json_string(std::string_view text)
{
    return boost::json::string(text.data(), text.size());
}

} // namespace watchword::core
