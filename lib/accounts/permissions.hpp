#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What somebody may do under /v1/admin. Thread-safe.
namespace watchword::accounts {

enum class permission : unsigned char {
    users_read,
    users_write,
    sessions_read,
    sessions_end,
    roles_read,
    roles_write,
    api_keys_read,
    api_keys_write,
    audit_read,
    signing_keys_read,
    signing_keys_write,
    metrics_read,
};
inline constexpr std::size_t permission_count = 12;

// For programs: "users.read".
std::string_view name_of(permission) noexcept;

class permission_set {
public:
    constexpr permission_set() = default;
    constexpr permission_set(std::initializer_list<permission> each)
    {
        for (const auto p : each) add(p);
    }
    static constexpr permission_set all()
    {
        permission_set s;
        s.bits_ = (std::uint32_t(1) << permission_count) - 1;
        return s;
    }

    constexpr bool has(permission p) const noexcept { return (bits_ & bit_of(p)) != 0; }
    // Whether it has each of those.
    constexpr bool includes(permission_set those) const noexcept { return (those.bits_ & ~bits_) == 0; }
    constexpr void add(permission p) noexcept { bits_ |= bit_of(p); }
    constexpr void add(permission_set more) noexcept { bits_ |= more.bits_; }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    friend constexpr bool operator==(permission_set, permission_set) noexcept = default;

    // Their names in the order of the enumeration, alone and with spaces between.
    std::vector<std::string_view> names() const;
    std::string words() const;

private:
    static constexpr std::uint32_t bit_of(permission p) noexcept
    {
        return std::uint32_t(1) << static_cast<unsigned>(p);
    }

    std::uint32_t bits_ = 0;
};

// invalid_input: one of them is none.
core::result<permission_set> read_permissions(std::span<const std::string> names);
// Of words with spaces between, those that are permissions: a newer program may know others.
permission_set known_permissions(std::string_view words);

} // namespace watchword::accounts
