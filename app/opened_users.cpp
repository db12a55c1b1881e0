#include "opened_users.hpp"

#include "command_line.hpp"
#include "core/run_to_end.hpp"
#include "server/core_dumps.hpp"
#include "server/database_settings.hpp"
#include "server/v1.hpp"
#include "user_text.hpp"

#include <stdexcept>

namespace watchword::app {
namespace {

const settings::settings& without_core_dumps(const settings::settings& s)
{
    if (!s.server.core_dumps) server::forbid_core_dumps();
    return s;
}

store::database_settings beside_owner(const settings::settings& s)
{
    auto all = server::database_settings(s.database);
    all.beside_owner = true;
    return all;
}

crypto::password_hasher::settings hashing(const settings::passwords_group& p)
{
    const crypto::argon2id_parameters cost{p.memory_kib, p.passes};
    if (!crypto::is_verifiable(cost))
        throw std::runtime_error("passwords.memory_kib is over 256 MiB, or times passwords.passes over 1 GiB");
    return {cost, static_cast<crypto::argon2_engine>(p.engine), 1};
}

// Nobody signs in here, so that nothing has to stand in for who is not there.
accounts::settings rules(const settings::settings& s, core::random_source& random)
{
    return {s.passwords.timeout,
            s.passwords.rehash,
            {s.passwords.minimum_length, s.passwords.breached_filter, s.passwords.service_words},
            core::random_value<core::siphash_key>(random)};
}

} // namespace

opened_users::opened_users(const settings::settings& s)
    : database_(beside_owner(without_core_dumps(s))), changes_(server::session_settings(s), database_, clock_)
{}

std::optional<store::account> opened_users::find(const std::string& email)
{
    const auto look = [&](store::session& s) { return store::find_account(s, email); };
    auto found = core::run_to_end(database_.read(look));
    if (!found && found.error() == core::errc::not_found)
        return fail("there is no user with the address " + harmless(email) + "; nothing was changed"), std::nullopt;
    if (!found) return fail(found.error().message() + "; nothing was changed"), std::nullopt;
    if (!found->who.public_id)
        return fail("this user has no public id, and so no tokens; nothing was changed"), std::nullopt;
    return std::move(*found);
}

int opened_users::finish() const
{
    return database_.is_noted(noted_within) ? success : fail(not_noted);
}

int fail_change(const core::error_code& ec, const std::string& email)
{
    if (ec == core::errc::not_found)
        return fail("there is no user with the address " + harmless(email) + "; nothing was changed");
    return fail(ec.message() + ": it is not known whether the user was changed; try it again");
}

opened_passwords::opened_passwords(const settings::settings& s, store::database& d)
    : passwords_(hashing(s.passwords)),
      hashing_({"hash", 1, 1}),
      service_(rules(s, random_), d, hashing_, passwords_, random_)
{}

std::string opened_passwords::explain(const core::error_code& ec) const
{
    const auto weak = accounts::weakness_of(ec);
    return weak ? service_.policy().explain(*weak) : ec.message();
}

} // namespace watchword::app
