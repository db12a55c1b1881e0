#include "http/weight.hpp"

#include <algorithm>

namespace watchword::http {

std::optional<int> parse_weight(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
    if (text.size() > 1 && text[1] != '.') return std::nullopt;
    int weight = text[0] == '1' ? 1000 : 0, place = 100;
    for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
        if (c < '0' || c > '9') return std::nullopt;
        weight += (c - '0') * place;
        place /= 10;
    }
    if (weight > 1000) return std::nullopt;
    return weight;
}

} // namespace watchword::http
