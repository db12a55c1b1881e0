#include "users/options.hpp"

#include "users/made_user.hpp"

#include <charconv>
#include <stdexcept>

namespace watchword::users {
namespace {

constexpr std::uint64_t most_users = 10'000'000'000, most_cache = 1024 * 1024;

std::uint64_t to_number(std::string_view flag, std::string_view text, std::uint64_t least, std::uint64_t most)
{
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || number < least || number > most)
        throw std::runtime_error(std::string(flag) + " cannot be '" + std::string(text) + "'");
    return number;
}

// False if there is no such flag.
bool set_option(options& o, std::string_view flag, std::string_view value)
{
    if (flag == "--users") {
        o.how_many = to_number(flag, value, 0, most_users);
    } else if (flag == "--seed") {
        o.seed = to_number(flag, value, 0, UINT64_MAX);
    } else if (flag == "--password-hash") {
        o.password_hash = value;
    } else if (flag == "--cache") {
        o.cache_mib = to_number(flag, value, 1, most_cache);
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
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto argument = arguments[i];
        if (argument == "--help") {
            o.help = true;
            return o;
        }
        if (argument == "--quiet") {
            o.quiet = true;
        } else if (argument.starts_with("--")) {
            if (i + 1 == arguments.size()) throw std::runtime_error(std::string(argument) + " needs a value");
            if (!set_option(o, argument, arguments[++i]))
                throw std::runtime_error("there is no flag " + std::string(argument));
        } else if (o.target.empty()) {
            o.target = argument;
        } else {
            throw std::runtime_error("there are two targets: '" + o.target + "' and '" + std::string(argument) + "'");
        }
    }
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
