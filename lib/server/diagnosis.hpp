#pragma once

#include "core/clock.hpp"
#include "settings/settings.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Whether all that a server with certain settings needs is there and good: what `watchword doctor` shows.
namespace watchword::server {

enum class health { ok, warning, error };
std::string_view name_of(health) noexcept;

struct finding {
    health state = health::ok;
    std::string name;     // "limits.open_files"
    std::string found;    // one line, for people; never a secret
    std::string advice{}; // a sentence that says what to do; empty if, and only if, all is well
};
using findings = std::vector<finding>;

inline finding all_well(std::string name, std::string found)
{
    return {health::ok, std::move(name), std::move(found)};
}
inline finding warning_of(std::string name, std::string found, std::string advice)
{
    return {health::warning, std::move(name), std::move(found), std::move(advice)};
}
inline finding error_of(std::string name, std::string found, std::string advice)
{
    return {health::error, std::move(name), std::move(found), std::move(advice)};
}

struct subject {
    const settings::settings& values;
    const std::string& settings_file; // empty: none
    const core::clock& clock;
};

// Everything that is looked at, whatever comes of it; nothing is changed and nothing made. Waits for a database as
// store::inspect_database does. Not thread-safe: at one place in this process, which has no database open.
findings diagnose(const subject&);

} // namespace watchword::server
