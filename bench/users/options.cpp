#include "users/options.hpp"

#include "flags/flags.hpp"
#include "users/made_user.hpp"

#include <stdexcept>

namespace watchword::users {
namespace {

constexpr std::uint64_t most_users = 10'000'000'000, most_cache = 1024 * 1024;

// False if there is no such flag.
bool set_option(options& o, std::string_view flag, std::string_view value)
{
    const auto count = [&](std::uint64_t least, std::uint64_t most) {
        return flags::to_number(flag, value, least, most);
    };
    if (flag == "--users") {
        o.how_many = count(0, most_users);
    } else if (flag == "--seed") {
        o.seed = count(0, UINT64_MAX);
    } else if (flag == "--password-hash") {
        o.password_hash = value;
    } else if (flag == "--cache") {
        o.cache_mib = count(1, most_cache);
    } else {
        return false;
    }
    return true;
}

void check(const options& o)
{
    if (o.target.empty()) throw std::runtime_error("no target: write sqlite:FILE or postgresql://…");
    const bool postgresql = o.target.starts_with("postgresql://") || o.target.starts_with("postgres://");
    if (!postgresql && (!o.is_sqlite() || o.file().empty()))
        throw std::runtime_error("the target must be sqlite:FILE or postgresql://…, not '" + o.target + "'");
    if (!o.how_many) throw std::runtime_error("how many? Write --users N");
    if (o.password_hash.find_first_of("\\\t\r\n") != std::string::npos)
        throw std::runtime_error("a password hash has neither backslashes nor control characters");
}

} // namespace

options parse_options(const std::vector<std::string_view>& arguments)
{
    options o;
    o.password_hash = known_password_hash;
    const auto line =
        flags::read(arguments, {{"--quiet", &o.quiet}},
                    [&o](std::string_view flag, std::string_view value) { return set_option(o, flag, value); });
    o.help = line.help;
    if (o.help) return o;
    o.target = line.target.value_or("");
    check(o);
    return o;
}

std::string_view help_text()
{
    return R"(Usage: watchword_users --users N [FLAG]... TARGET

Makes a database with Watchword's schema and N users, as big ones are tested with. TARGET is sqlite:FILE, which must not
exist yet, or postgresql://..., a database without users.

  --users N             how many; 0: only the schema
  --seed N              other users: names, addresses and public ids depend on it and on nothing else (1)
  --password-hash TEXT  of all of them; by default the cheapest hash there is of 'correct horse battery staple'
  --cache MIB           memory for SQLite's pages (512); the indexes of 1,000,000 users take about 120 MiB
  --quiet               no progress on standard error
  --help
)";
}

} // namespace watchword::users
