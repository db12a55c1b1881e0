#include "key.hpp"

#include "steps.hpp"

#include <iostream>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword key list [--json]\n"
    "       watchword key rotate [--now]\n"
    "       watchword key retire KID | --all\n"
    "       watchword key import [--now] FILE\n"
    "       watchword key export [--private FILE [--force]] KID\n\n"
    "The keys that sign access tokens. Each is published in /.well-known/jwks.json before it signs, and verifies "
    "until\n"
    "the last token that it signed has expired. A server makes them by itself (tokens.rotation); they are stored\n"
    "encrypted with its secret, which must be given as for watchword serve. Servers may be running: those on SQLite\n"
    "go by a change when the command ends, PostgreSQL's hear of it at once, or within 250 ms where notifications do\n"
    "not pass. With a secret that opens none of the keys, a server on SQLite must be stopped first.\n\n"
    "`list` shows them: a key waits, signs, verifies what it signed, and has ended, or was retired. It says which of\n"
    "them the secret does not open, if there is a secret.\n\n"
    "`rotate` makes the next key. It signs when it has been published for tokens.publish_ahead.\n"
    "  --now               It signs at once; so does one that waits already. Whoever keeps a copy of the published\n"
    "                      keys refuses its tokens until he fetches them again.\n\n"
    "`retire` ends a key at once: no token that it signed is accepted any more, and if it was the one that signs,\n"
    "another one does. For a key that others know, or tokens that must not have been issued.\n"
    "  --all               All of them, also those that this secret does not open; a new one signs. So a server "
    "starts\n"
    "                      with another secret than before; whoever was signed in must sign in again.\n\n"
    "`import` takes the private JWK in FILE (- is standard input) as the next key. Its algorithm must be\n"
    "tokens.algorithm.\n"
    "  --now               As above.\n\n"
    "`export` writes the public JWK of a key to standard output.\n"
    "  --private FILE      Instead, its private JWK into a new file that only its owner can read; - is standard "
    "output.\n"
    "  --force             Replace FILE if it is there.\n\n"
    "  --secret-file FILE  The secret, as for watchword serve.\n";

constexpr step steps[] = {
    {"list", key_list}, {"rotate", key_rotate}, {"retire", key_retire}, {"import", key_import}, {"export", key_export}};

} // namespace

int key(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help << database_flags_help;
        return success;
    }
    return run_step("key", steps, given);
}

std::optional<command_line> read_key_line(const arguments& given, syntax expected)
{
    constexpr std::string_view flag = "--secret-file";
    expected.options.push_back(flag);
    auto line = read_command_line(given, expected);
    if (!line) return line;
    if (const auto file = line->options.find(flag); file != line->options.end())
        line->values.secret.file = file->second;
    return line;
}

std::string time_text(core::precise_timestamp t)
{
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(t - day));
    const auto two = [](auto number) {
        const auto digits = std::to_string(number);
        return digits.size() < 2 ? "0" + digits : digits;
    };
    return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) + "-" +
           two(static_cast<unsigned>(date.day())) + "T" + two(time.hours().count()) + ":" +
           two(time.minutes().count()) + ":" + two(time.seconds().count()) + "Z";
}

} // namespace watchword::app
