#include "opened_users.hpp"

#include "beside_server.hpp"
#include "command_line.hpp"
#include "core/run_to_end.hpp"
#include "server/v1.hpp"
#include "text_table.hpp"

#include <array>
#include <stdexcept>

namespace watchword::app {
namespace {

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

// Of sessions that nobody opens.
core::secret_string unused_secret(core::random_source& random)
{
    const auto bytes = core::random_value<std::array<char, 32>>(random);
    return core::secret_string(std::string_view(bytes.data(), bytes.size()));
}

} // namespace

opened_users::opened_users(const settings::settings& s)
    : database_(beside_server(s)), changes_(server::session_settings(s), database_, clock_)
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
    return finish_beside_server(database_);
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
      service_(rules(s, random_), d, hashing_, passwords_, random_),
      sessions_(server::session_settings(s), unused_secret(random_), d, clock_, random_),
      administration_(server::session_settings(s), service_, sessions_, d, clock_, random_)
{}

std::string opened_passwords::explain(const core::error_code& ec) const
{
    const auto weak = accounts::weakness_of(ec);
    return weak ? service_.policy().explain(*weak) : ec.message();
}

} // namespace watchword::app
