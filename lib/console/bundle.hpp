#pragma once

#include <span>
#include <string_view>

namespace watchword::console {

// A file of lib/console/bundle, as it is and compressed with gzip.
struct bundled_file {
    std::string_view name;
    std::string_view bytes;
    std::string_view compressed;
};

// All of them, by name. Thread-safe; they live as long as the program.
std::span<const bundled_file> bundle() noexcept;

} // namespace watchword::console
