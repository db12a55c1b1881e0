#include "permission_words.hpp"

#include "accounts/permissions.hpp"
#include "command_line.hpp"
#include "settings/nearest.hpp"
#include "text_table.hpp"

#include <algorithm>

namespace watchword::app {

bool are_permissions(const std::vector<std::string>& words)
{
    std::vector<std::string> known;
    for (const auto each : accounts::permission_set::all().names()) known.emplace_back(each);
    bool good = true;
    for (const auto& word : words) {
        if (std::find(known.begin(), known.end(), word) != known.end()) continue;
        const auto near = settings::nearest(word, known);
        fail("there is no permission '" + harmless(word) + "'" +
             (near.empty() ? std::string() : "; did you mean " + near + "?") + " Nothing was changed");
        good = false;
    }
    return good;
}

std::string permission_lines(std::string_view indent)
{
    constexpr std::size_t widest = 110;
    std::string all, line;
    for (const auto name : accounts::permission_set::all().names()) {
        if (!line.empty() && line.size() + 1 + name.size() > widest) {
            all.append(line).append("\n");
            line.clear();
        }
        line.append(line.empty() ? indent : " ").append(name);
    }
    return all.append(line).append("\n");
}

} // namespace watchword::app
