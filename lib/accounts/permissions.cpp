#include "accounts/permissions.hpp"

#include "core/words.hpp"

#include <array>
#include <optional>

namespace watchword::accounts {
namespace {

constexpr std::array<std::string_view, permission_count> all_names = {
    "users.read",    "users.write",    "sessions.read", "sessions.end",      "roles.read",         "roles.write",
    "api_keys.read", "api_keys.write", "audit.read",    "signing_keys.read", "signing_keys.write", "metrics.read",
};

std::optional<permission> find_permission(std::string_view name)
{
    for (std::size_t i = 0; i < all_names.size(); ++i)
        if (all_names[i] == name) return static_cast<permission>(i);
    return std::nullopt;
}

} // namespace

std::string_view name_of(permission p) noexcept
{
    return all_names[static_cast<std::size_t>(p)];
}

std::vector<std::string_view> permission_set::names() const
{
    std::vector<std::string_view> each;
    for (std::size_t i = 0; i < all_names.size(); ++i)
        if (has(static_cast<permission>(i))) each.push_back(all_names[i]);
    return each;
}

std::string permission_set::words() const
{
    std::string joined;
    for (const auto name : names()) joined.append(joined.empty() ? "" : " ").append(name);
    return joined;
}

core::result<permission_set> read_permissions(std::span<const std::string> names)
{
    permission_set all;
    for (const auto& name : names) {
        const auto found = find_permission(name);
        if (!found) return core::errc::invalid_input;
        all.add(*found);
    }
    return all;
}

permission_set known_permissions(std::string_view words)
{
    permission_set all;
    while (!words.empty())
        if (const auto found = find_permission(core::take_word(words))) all.add(*found);
    return all;
}

} // namespace watchword::accounts
