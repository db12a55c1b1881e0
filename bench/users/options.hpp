#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::users {

// What to make; help_text() says what each means.
struct options {
    std::string target;                    // sqlite:FILE or a URL of PostgreSQL
    std::optional<std::uint64_t> how_many; // always there
    std::uint64_t seed = 1;
    std::string password_hash;
    std::uint64_t cache_mib = 512;
    bool quiet = false;
    bool help = false;

    std::uint64_t count() const { return how_many.value(); }
    bool is_sqlite() const { return target.starts_with(sqlite); }
    std::string file() const { return target.substr(sqlite.size()); }

    static constexpr std::string_view sqlite = "sqlite:";
};

// Throws std::runtime_error that says what cannot be understood.
options parse_options(const std::vector<std::string_view>& arguments);

std::string_view help_text();

} // namespace watchword::users
