#include "accounts/roles.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace watchword::accounts {
namespace {

bool is_role(std::string_view word)
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789:_.-";
    return !word.empty() && word.size() <= longest_role && word.find_first_not_of(allowed) == word.npos;
}

} // namespace

core::result<std::string> join_roles(std::span<const std::string> given)
{
    std::vector<std::string_view> words;
    std::string joined;
    for (const auto& word : given) {
        if (!is_role(word)) return core::errc::invalid_input;
        if (std::find(words.begin(), words.end(), word) != words.end()) continue;
        if (words.size() == most_roles) return core::errc::invalid_input;
        words.push_back(word);
        joined.append(joined.empty() ? "" : " ").append(word);
    }
    return joined;
}

} // namespace watchword::accounts
