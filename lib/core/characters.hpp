#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace watchword::core {

// How many code points valid UTF-8 has. Thread-safe.
inline std::size_t count_characters(std::string_view text) noexcept
{
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

} // namespace watchword::core
