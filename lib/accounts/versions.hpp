#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::accounts {

inline constexpr std::string_view any_version = "*"; // of what is there
inline constexpr std::string_view no_version;        // nothing is there

// Whether a change that wants one of these versions may be made of what is there. None: it wants nothing.
inline bool is_one_of(const std::vector<std::string>& versions, std::string_view current)
{
    const auto fits = [current](const std::string& each) { return each == current || each == any_version; };
    return versions.empty() || std::any_of(versions.begin(), versions.end(), fits);
}

} // namespace watchword::accounts
