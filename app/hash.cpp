#include "hash.hpp"

#include "accounts/accounts.hpp"
#include "accounts/password_forms.hpp"
#include "command_line.hpp"
#include "core/text.hpp"
#include "crypto/hash_formats.hpp"
#include "password_input.hpp"
#include "steps.hpp"

#include <iostream>

namespace watchword::app {
namespace {

constexpr int cannot_tell = 2;

constexpr std::string_view help =
    "Usage: watchword hash calibrate [FLAG]...\n"
    "       watchword hash password [FLAG]...\n"
    "       watchword hash verify [FLAG]... 'HASH'\n\n"
    "`calibrate` finds what a password hash may cost on this machine: see watchword hash calibrate --help.\n\n"
    "`password` reads a password from standard input, unseen on a terminal, and prints its hash: Argon2id, as the\n"
    "server would store it.\n\n"
    "`verify` reads a password in the same way and says whether HASH is a hash of it, in any format that the server\n"
    "can verify. Exits with 0 if it is, 1 if it is not, 2 if that cannot be told. A hash holds `$`: put it in single\n"
    "quotes.\n\n"
    "  --config FILE       Read settings from a JSON file, the one of watchword serve.\n"
    "  --set GROUP.NAME=VALUE  Change a setting, such as passwords.memory_kib.\n"
    "  --help              Show this text.\n";

crypto::password_hasher make_hasher(const settings::passwords_group& p)
{
    const crypto::argon2id_parameters cost{p.memory_kib, p.passes};
    if (!crypto::is_verifiable(cost))
        throw std::runtime_error("passwords.memory_kib is over 256 MiB, or times passwords.passes over 1 GiB");
    return crypto::password_hasher({cost, static_cast<crypto::argon2_engine>(p.engine), 1});
}

int print_hash(const arguments& given)
{
    const auto line = read_command_line(given, {"hash password"});
    if (!line) return misused;
    try {
        auto hasher = make_hasher(line->values.passwords);
        core::system_random random;
        const auto password = read_password(accounts::password_limit);
        if (!core::is_utf8(password.view()))
            return fail("the password is not UTF-8 text, so nobody could sign up with it");
        std::cout << accounts::hash_password(hasher, 0, password.view(), random) << "\n";
        return success;
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}

std::string why_unusable(std::string_view stored)
{
    const auto format = crypto::check_hash(stored);
    if (format) return "the hash cannot be computed here";
    if (format.error() == core::errc::unsupported) return "the hash is of no known format";
    if (format.error() == core::errc::too_large) return "the hash costs more than the server would spend on it";
    return "the hash is malformed";
}

int verify_password(const arguments& given)
{
    const auto line = read_command_line(given, {"hash verify", {"HASH"}});
    if (!line) return misused;
    const auto& stored = line->words[0];
    try {
        auto hasher = make_hasher(line->values.passwords);
        const auto password = read_password(accounts::password_limit);
        switch (accounts::verify_password(hasher, 0, password.view(), stored)) {
        case crypto::verdict::match: std::cout << "match\n"; return success;
        case crypto::verdict::match_outdated:
            std::cout << "match, to be renewed at the next log-in (passwords.rehash)\n";
            return success;
        case crypto::verdict::mismatch: std::cout << "no match\n"; return failed;
        case crypto::verdict::unusable: break;
        }
        fail(why_unusable(stored));
        return cannot_tell;
    } catch (const std::exception& e) {
        fail(e.what());
        return cannot_tell;
    }
}

constexpr step steps[] = {{"calibrate", hash_calibrate}, {"password", print_hash}, {"verify", verify_password}};

} // namespace

int hash(const arguments& given)
{
    if (!wants_help(given)) return run_step("hash", steps, given);
    if (given.front() == "calibrate") {
        print_calibrate_help();
    } else {
        std::cout << help;
    }
    return success;
}

} // namespace watchword::app
