#include "server/server.hpp"

#include "accounts/accounts.hpp"
#include "accounts/token_checker.hpp"
#include "api/health.hpp"
#include "api/tutorial.hpp"
#include "core/log.hpp"
#include "crypto/password.hpp"
#include "http/server.hpp"
#include "server/secret.hpp"
#include "store/database.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace watchword::server {
namespace {

namespace asio = core::asio;

std::size_t or_one_per_core(std::size_t threads)
{
    return threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
}

bool names_secret(const settings::settings& s)
{
    return !s.secret.file.empty() || !s.secret.value.empty();
}

// Generated beside an SQLite file; PostgreSQL has no such place, and several servers must share the secret there.
core::secret_string generated_secret(const settings::settings& s, core::random_source& random)
{
    constexpr std::string_view sqlite = "sqlite:";
    const std::string_view url = s.database.url;
    if (!url.starts_with(sqlite))
        throw std::runtime_error("a PostgreSQL database needs a secret: set --secret-file or WATCHWORD_SECRET");
    return load_secret({}, std::string(url.substr(sqlite.size())) + ".secret", true, random);
}

http::server_settings http_settings(const settings::settings& s)
{
    http::server_settings h;
    h.listen = s.server.listen;
    h.threads = or_one_per_core(s.server.threads);
    h.drain_timeout = s.server.drain_timeout;
    h.access_log = s.log.access;
    h.limits.header_bytes = s.http.header_bytes;
    h.limits.header_count = s.http.header_count;
    h.limits.target_bytes = s.http.target_bytes;
    h.limits.body_bytes = s.http.body_bytes;
    h.limits.connections = s.http.connections;
    h.limits.requests_per_connection = s.http.requests_per_connection;
    h.limits.header_timeout = s.http.header_timeout;
    h.limits.body_timeout = s.http.body_timeout;
    h.limits.write_timeout = s.http.write_timeout;
    h.limits.idle_timeout = s.http.idle_timeout;
    return h;
}

std::string join(const std::vector<std::string>& parts)
{
    std::string all;
    for (const auto& part : parts) all += (all.empty() ? "" : ",") + part;
    return all;
}

// The first signal drains, the second cuts.
void stop_on_signals(asio::signal_set& signals, http::server& server)
{
    signals.async_wait([&](const core::error_code& ec, int number) {
        if (ec) return;
        core::log::info("stopping", {{"signal", std::int64_t(number)}});
        server.stop();
        stop_on_signals(signals, server);
    });
}

// Everything in the order of need, destroyed the other way round. After wait() no coroutine is left, so that the
// server's contexts may go before the pools whose callers resumed on them.
void serve(const settings::settings& s)
{
    core::system_clock clock;
    core::system_random random;
    if (!crypto::passwords_self_test()) throw std::runtime_error("Argon2id gives wrong results on this machine");

    if (!crypto::is_verifiable({s.passwords.memory_kib, s.passwords.passes}))
        throw std::runtime_error("passwords.memory_kib is over 256 MiB, or times passwords.passes over 1 GiB");

    // A secret that cannot be used is found before the database is touched, a new one is made only for a good database.
    core::secret_string secret;
    if (names_secret(s)) secret = load_secret(s.secret.value, s.secret.file, false, random);
    store::database database({s.database.url, s.database.readers, s.database.queue, s.database.timeout});
    if (secret.empty()) secret = generated_secret(s, random);
    const crypto::hs256_tokens tokens(secret);
    core::workers hashing({"hash", or_one_per_core(s.passwords.threads), s.passwords.queue});
    const accounts::settings account_settings{
        {s.passwords.memory_kib, s.passwords.passes}, s.passwords.timeout, s.passwords.rehash};
    accounts::service accounts(account_settings, database, hashing, random);
    accounts::token_checker checker(tokens, s.tokens.lifetime, database, clock, random);
    api::tutorial tutorial(accounts, checker, database);

    http::router routes;
    tutorial.add_routes(routes);
    api::add_health_routes(routes);
    http::server server(http_settings(s), routes, clock);

    asio::io_context signal_context(1);
    asio::signal_set signals(signal_context, SIGTERM, SIGINT);
    stop_on_signals(signals, server);
    std::thread signal_thread([&] { signal_context.run(); });

    server.start();
    core::log::info("ready", {{"listen", join(server.addresses())},
                              {"database", s.database.url.substr(0, s.database.url.find(':'))}});
    server.wait();

    signal_context.stop();
    signal_thread.join();
    core::log::info("stopped", {});
}

} // namespace

int run(const settings::settings& s)
{
    try {
        serve(s);
        return 0;
    } catch (const std::exception& e) {
        core::log::error("cannot start", {{"reason", e.what()}});
        return 1;
    }
}

} // namespace watchword::server
