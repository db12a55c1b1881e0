#include "server/server.hpp"

#include "accounts/accounts.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/key_problem.hpp"
#include "accounts/key_ring.hpp"
#include "accounts/published_tokens.hpp"
#include "accounts/revocations.hpp"
#include "accounts/sign_in_guard.hpp"
#include "accounts/token_checker.hpp"
#include "api/health.hpp"
#include "api/jwks.hpp"
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "api/reference.hpp"
#include "api/tutorial.hpp"
#include "console/console.hpp"
#include "core/log.hpp"
#include "core/run_to_end.hpp"
#include "crypto/hmac.hpp"
#include "crypto/password.hpp"
#include "http/server.hpp"
#include "http/traffic.hpp"
#include "server/audit_upkeep.hpp"
#include "server/core_dumps.hpp"
#include "server/database_settings.hpp"
#include "server/first_run.hpp"
#include "server/housekeeping.hpp"
#include "server/key_policy.hpp"
#include "server/key_upkeep.hpp"
#include "server/layers.hpp"
#include "server/live_settings.hpp"
#include "server/metrics.hpp"
#include "server/metrics_listener.hpp"
#include "server/open_files.hpp"
#include "server/orders.hpp"
#include "server/readiness.hpp"
#include "server/secret.hpp"
#include "server/service_manager.hpp"
#include "server/start_pages.hpp"
#include "server/takeover.hpp"
#include "server/tls_settings.hpp"
#include "server/v1.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace watchword::server {
namespace {

constexpr int hashing_nice = 10;

std::size_t or_one_per_core(std::size_t threads)
{
    return threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
}

constexpr std::string_view sqlite_scheme = "sqlite:";

bool is_sqlite(const settings::database_group& d)
{
    return d.url.starts_with(sqlite_scheme);
}

readiness_settings readiness_settings_of(const settings::database_group& d)
{
    readiness_settings r;
    r.patience = d.timeout;
    if (!is_sqlite(d)) return r;
    r.directory = std::filesystem::path(d.url.substr(sqlite_scheme.size())).parent_path().string();
    if (r.directory.empty()) r.directory = ".";
    return r;
}

// From the secret, because it must be the same after a restart and on every server of a database.
core::siphash_key stand_in_key(const core::secret_string& secret)
{
    const auto derived = crypto::derive_key(secret, "who stands in for accounts that do not exist");
    const auto bytes = derived.view();
    core::siphash_key key;
    std::memcpy(&key.first, bytes.data(), sizeof key.first);
    std::memcpy(&key.second, bytes.data() + sizeof key.first, sizeof key.second);
    return key;
}

// The settings have been checked when they were loaded: what is wrong here is nobody's plan.
core::network_list networks(const std::vector<std::string>& texts)
{
    return core::network_list::parse(texts).value();
}

api::rate_limit_settings rate_limit_settings(const settings::limits_group& l)
{
    if (!l.enabled) return {};
    return {l.address_sign_ins,
            l.address_failures,
            l.address_sign_ups,
            l.total_sign_ins,
            l.total_sign_ups,
            networks(l.exempt_addresses),
            l.keys};
}

http::server_settings http_settings(const settings::settings& s)
{
    http::server_settings h;
    h.listen = s.server.listen;
    h.threads = or_one_per_core(s.server.threads);
    h.drain_timeout = s.server.drain_timeout;
    h.log_every = s.log.access ? s.log.access_sample : 0;
    h.proxies.trusted = networks(s.server.trusted_proxies);
    h.proxies.field = static_cast<http::forwarding_field>(s.server.forwarding);
    h.tls = tls_settings(s.tls);
    h.hsts = s.headers.hsts;
    h.uncounted = networks(s.http.uncounted_addresses);
    h.limits.header_bytes = s.http.header_bytes;
    h.limits.header_count = s.http.header_count;
    h.limits.target_bytes = s.http.target_bytes;
    h.limits.body_bytes = s.http.body_bytes;
    h.limits.connections = s.http.connections;
    h.limits.connections_per_address = s.limits.enabled ? s.http.connections_per_address : 0;
    h.limits.requests_per_connection = s.http.requests_per_connection;
    h.limits.handshake_timeout = s.http.handshake_timeout;
    h.limits.header_timeout = s.http.header_timeout;
    h.limits.body_timeout = s.http.body_timeout;
    h.limits.handler_timeout = s.http.handler_timeout;
    h.limits.write_timeout = s.http.write_timeout;
    h.limits.idle_timeout = s.http.idle_timeout;
    h.limits.body_rate = s.http.body_rate;
    h.limits.response_rate = s.http.response_rate;
    return h;
}

// Nobody is slowed down without them.
bool slows_guesses(const settings::limits_group& l)
{
    return l.enabled && l.account_failures != 0 && l.account_longest_delay.count() != 0;
}

accounts::sign_in_guard::settings guard_settings(const settings::limits_group& l)
{
    accounts::sign_in_guard::settings g;
    g.free_failures = l.account_failures;
    g.longest_delay = l.account_longest_delay;
    return g;
}

std::string join(const std::vector<std::string>& parts)
{
    std::string all;
    for (const auto& part : parts) all += (all.empty() ? "" : ",") + part;
    return all;
}

// A server without descriptors accepts nobody, so that one client could shut the others out.
void make_room_for_connections(std::size_t connections)
{
    constexpr std::size_t others = 1000; // files of the database, sockets that listen, clients that are turned away
    const auto allowed = allow_open_files(connections + others);
    if (allowed < connections + others)
        core::log::warning("fewer files may be open than http.connections needs; raise the limit (ulimit -Hn)",
                           {{"allowed", allowed}, {"needed", std::uint64_t(connections + others)}});
}

// A database that came here without its secret, such as one that was restored, meets the one beside it. No token of
// before is good then, and keys that were sealed with the other secret are of no use. A secret that somebody has named
// may have been the wrong one.
void start(accounts::key_ring& keys, const settings::settings& s)
{
    const auto done = core::run_to_end(keys.start());
    if (done) return;
    const bool is_other = done.error() == accounts::key_problem::other_secret;
    if (!is_other || names_secret(s))
        throw std::runtime_error("signing keys: " + done.error().message() +
                                 (is_other ? "; the secret that was tried is " + secret_place(s) : ""));
    const auto next = core::run_to_end(keys.retire_all());
    if (!next) throw std::runtime_error("signing keys: " + next.error().message());
    core::log::warning(
        "the database came with another secret: its signing keys are given up, and whoever was signed in "
        "must sign in again",
        {{"kid", next->kid}});
}

// The server whose place this one takes, if there is one.
std::optional<takeover> find_predecessor(const settings::settings& s, const process& p)
{
    if (p.channel) return takeover::begin(channel(core::descriptor(*p.channel)), false);
    if (s.server.takeover.empty()) return std::nullopt;
    auto with = channel::connect(s.server.takeover);
    if (with) return takeover::begin(std::move(*with), true);
    core::log::info("no server to take over from", {{"socket", s.server.takeover}});
    return std::nullopt;
}

// What a reload changes.
void apply(const settings::settings& s, http::server& server)
{
    server.reconfigure(http_settings(s));
    make_room_for_connections(s.http.connections);
    core::log::set_level(s.log.level);
    core::log::reopen_security_file();
}

void begin_security_events(const std::string& where)
{
    if (where == settings::log_group::in_log) {
        core::log::write_security_to_log();
    } else if (where != settings::log_group::nowhere) {
        core::log::write_security_to_file(where);
    }
}

// What a server listens at that waits for its database, and will listen at when it has it.
std::vector<std::string> places_taken(const http::server& server, const std::vector<http::handed_listener>& handed,
                                      const settings::settings& s)
{
    auto all = server.addresses();
    for (const auto& each : handed)
        if (std::any_of(s.metrics.listen.begin(), s.metrics.listen.end(),
                        [&each](const std::string& text) { return http::stands_for(each, text); }))
            all.push_back(each.address);
    return all;
}

std::vector<std::string> addresses_of(const std::vector<http::server*>& servers)
{
    std::vector<std::string> all;
    for (const auto* const each : servers) all.insert(all.end(), each->addresses().begin(), each->addresses().end());
    return all;
}

std::vector<http::handed_listener> sockets_of(const std::vector<http::server*>& servers)
{
    std::vector<http::handed_listener> all;
    for (const auto* const each : servers)
        for (auto& listener : each->duplicate_sockets()) all.push_back(std::move(listener));
    return all;
}

bool hand_over(const std::vector<http::server*>& servers, const std::vector<std::string>& addresses)
{
    return std::all_of(servers.begin(), servers.end(), [&](auto* each) { return each->hand_over(addresses); });
}

// However serving ends, nothing that requests need may go before.
struct ended_first {
    http::server& server;
    ~ended_first()
    {
        server.stop();
        server.wait();
    }
};

// Everything in the order of need, destroyed the other way round. The sockets come first: who takes over is ready with
// everything when the other one closes the database. Who takes over from this one, if somebody does.
std::optional<succession> serve(settings::settings& s, const process& p, const service_manager& manager)
{
    auto before = find_predecessor(s, p);
    core::system_clock clock;
    core::system_random random;
    const crypto::argon2id_parameters cost{s.passwords.memory_kib, s.passwords.passes};
    if (!crypto::is_verifiable(cost))
        throw std::runtime_error("passwords.memory_kib is over 256 MiB, or times passwords.passes over 1 GiB");
    const std::size_t slots = or_one_per_core(s.passwords.threads);
    crypto::password_hasher passwords({cost, static_cast<crypto::argon2_engine>(s.passwords.engine), slots});

    const auto keys_follow = key_policy(s.tokens);
    layers around(s, random);

    http::router routes;
    auto handed = before ? before->take_sockets() : std::vector<http::handed_listener>();
    http::server server(http_settings(s), routes, clock, random, &handed);

    // A secret that cannot be used is found before the database is touched, a new one is made only for a good database.
    core::secret_string secret;
    if (names_secret(s)) secret = find_secret(s, false, random);
    if (before && is_sqlite(s.database)) { // which one process at a time may have
        before->tell_ready(places_taken(server, handed, s));
        before->await_database();
    }
    store::database database(database_settings(s.database));
    if (secret.empty()) secret = find_secret(s, true, random);
    const crypto::hs256_tokens tokens(secret);
    // As many hashing threads as cores, but niced: a token check does not wait for a login. Idle ones keep no memory.
    const auto rest = [&passwords](std::size_t slot) { passwords.rest(slot); };
    core::workers hashing({"hash", slots, s.passwords.queue, hashing_nice, rest});
    const accounts::settings account_settings{
        s.passwords.timeout,
        s.passwords.rehash,
        {s.passwords.minimum_length, s.passwords.breached_filter, s.passwords.service_words},
        stand_in_key(secret),
        &clock};
    accounts::device_proofs devices(secret, tokens, s.tokens.lifetime, clock, random);
    accounts::key_ring keys(keys_follow, secret, database, clock, random);
    start(keys, s);
    std::optional<accounts::sign_in_guard> guard;
    if (slows_guesses(s.limits)) guard.emplace(guard_settings(s.limits), devices, random);
    accounts::service accounts(account_settings, database, hashing, passwords, random, guard ? &*guard : nullptr);
    accounts::revocations revoked(token_lifetimes(s), clock, random);
    core::workers signing({"sign"});
    accounts::published_tokens published(keys, signing, clock);
    const bool is_published = s.tokens.tutorial_algorithm == settings::tokens_group::tutorial_signature::as_v1;
    accounts::token_checker checker(tokens, s.tokens.lifetime, database, revoked, clock, random,
                                    is_published ? &published : nullptr);
    const accounts::terms terms{accounts::addresses::exact,
                                s.compat.lenient_passwords ? accounts::password_rules::lenient
                                                           : accounts::password_rules::strict,
                                s.auth.hide_accounts ? accounts::existence::hidden : accounts::existence::told};
    api::tutorial tutorial(accounts, checker, database, {{s.http.form_fields}, {s.http.json_depth}}, terms,
                           s.compat.device_cookie ? &devices : nullptr);
    audit_upkeep audited(secret, database, clock);
    v1_service v1(s, secret, keys, signing, database, accounts, devices, revoked, clock, random);
    secret = s.secret.value = core::secret_string(); // OpenSSL's copies are enough

    api::rate_limits limits(rate_limit_settings(s.limits), random);
    if (!s.limits.enabled) core::log::warning("clients have no limits: this is for load tests");

    make_room_for_connections(s.http.connections);
    around.add_to(routes);
    http::traffic traffic;
    const bool is_measured = !s.metrics.listen.empty();
    traffic.count_in(routes, is_measured ? http::traffic::timing::measured : http::traffic::timing::none);
    const auto connections = [&server] { return server.connections(); };
    api::operations operations(routes, s.http.require_if_match ? http::if_match::required : http::if_match::optional);
    tutorial.add_routes(operations, &limits, &v1.sign_ins());
    v1.add_routes(operations, limits, {traffic, hashing, database, connections});
    api::add_health_routes(operations);
    readiness ready(readiness_settings_of(s.database), database);
    const auto failing = [&ready, &server] {
        auto parts = ready.failing();
        if (server.is_draining()) parts.emplace_back("draining");
        return parts;
    };
    api::add_ready_route(operations, failing);
    if (s.console.enabled) console::add_routes(routes);
    api::jwks published_keys(keys, keys_follow.publish_ahead);
    published_keys.add_routes(operations);
    const api::reference reference(operations, p.version);
    const bool needs_admin = make_first_admin(s, v1.administration());
    const measured_parts measured{server,      traffic, hashing, database, checker,
                                  v1.tokens(), revoked, limits,  failing,  p.version};
    std::optional<metrics_listener> metrics;
    if (is_measured)
        metrics.emplace(
            s.metrics.listen, [&measured] { return metrics_text(measured); }, clock, random, handed);

    key_upkeep upkeep(keys, clock);
    const housekeeping looks(readiness::pause, {[&ready] { return ready.look(); }});
    const housekeeping house(store::foreign_poll, {[&upkeep] { return upkeep.look(); }, [&v1] { return v1.look(); },
                                                   [&audited] { return audited.look(); }});

    handed.clear(); // whatever nobody wants any more
    std::vector<http::server*> servers{&server};
    if (metrics) servers.push_back(&metrics->server());
    live_settings live(s, p.load_again, [&server](const settings::settings& next) { apply(next, server); });
    const control::duties duties{[&] {
                                     manager.tell_reloading();
                                     auto report = live.reload();
                                     manager.tell_ready();
                                     return report;
                                 },
                                 [&servers] { return sockets_of(servers); },
                                 [&servers](const auto& addresses) { return hand_over(servers, addresses); },
                                 p.start_successor};

    orders obeyed(server, manager, control_socket(s.server), before.has_value(), duties);
    const ended_first ended{server};
    server.start();
    if (before && !is_sqlite(s.database)) before->tell_ready(addresses_of(servers));
    if (before) before->tell_serving();
    if (metrics) core::log::info("metrics", {{"listen", join(metrics->server().addresses())}});
    core::log::info("ready", {{"listen", join(server.addresses())},
                              {"database", is_sqlite(s.database) ? "sqlite" : "postgresql"},
                              {"passwords", crypto::name_of(passwords.engine())}});
    manager.tell_ready();
    if (needs_admin) tell_set_up(s.log, server.addresses(), v1.setup_token());
    forget_start_pages();
    server.wait();
    return obeyed.end();
}

// Another process serves, or, if it has failed, this one begins anew with the sockets that it still has.
void finish_or_begin_anew(succession next, const process& p, const service_manager& manager)
{
    if (finish(next, manager)) return;
    core::log::error("the server that took over has ended before it served; this one begins anew", {});
    auto [here, there] = channel::pair();
    if (!send_sockets(here, next.sockets) || !here.send({{"released", true}}))
        throw std::runtime_error("cannot hand the sockets on");
    p.start_again(there.descriptor());
}

} // namespace

int run(settings::settings s, const process& p)
{
    try {
        const service_manager manager;
        if (!s.server.core_dumps && !forbid_core_dumps())
            core::log::warning("the system does not forbid core dumps and debuggers", {});
        begin_security_events(s.log.security);
        auto next = serve(s, p, manager);
        if (next) finish_or_begin_anew(std::move(*next), p, manager);
        core::log::info("stopped", {});
        return 0;
    } catch (const std::exception& e) {
        core::log::error("cannot start", {{"reason", e.what()}});
        return 1;
    }
}

} // namespace watchword::server
