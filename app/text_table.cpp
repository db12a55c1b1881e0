#include "text_table.hpp"

#include <algorithm>
#include <iostream>

namespace watchword::app {
namespace {

// In characters, as long as each takes one column.
std::size_t width_of(std::string_view utf8)
{
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), begins));
}

} // namespace

void print_table(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (const auto& each : rows) {
        widths.resize(std::max(widths.size(), each.size()));
        for (std::size_t i = 0; i < each.size(); ++i) widths[i] = std::max(widths[i], width_of(each[i]));
    }
    for (const auto& each : rows) {
        for (std::size_t i = 0; i + 1 < each.size(); ++i)
            std::cout << each[i] << std::string(widths[i] - width_of(each[i]) + 2, ' ');
        if (!each.empty()) std::cout << each.back();
        std::cout << "\n";
    }
}

std::string harmless(std::string_view text)
{
    std::string shown;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (is_c1) ++i;
        shown.push_back(is_c1 || byte < 0x20 || byte == 0x7f ? '?' : text[i]);
    }
    return shown;
}

} // namespace watchword::app
