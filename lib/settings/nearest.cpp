#include "settings/nearest.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstddef>

namespace watchword::settings {
namespace {

constexpr std::size_t longest_word = 100; // the work is the product of two lengths

// With adjacent swaps, each letter edited once ("optimal string alignment").
std::size_t distance(std::string_view a, std::string_view b)
{
    const auto same = [&](std::size_t i, std::size_t j) { return core::iequals(a.substr(i, 1), b.substr(j, 1)); };
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = same(i - 1, j - 1) ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

} // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known)
{
    if (word.empty() || word.size() > longest_word) return {};
    std::size_t least = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
    const std::string* best = nullptr;
    for (const auto& each : known) {
        const auto d = distance(word, each);
        if (d >= least) continue;
        least = d;
        best = &each;
    }
    return best ? *best : std::string();
}

} // namespace watchword::settings
