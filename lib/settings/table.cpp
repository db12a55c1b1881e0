#include "settings/table.hpp"

#include "core/listen_address.hpp"
#include "core/network.hpp"
#include "settings/row_kinds.hpp"
#include "settings/values.hpp"

#include <algorithm>
#include <array>

namespace watchword::settings {
namespace {

constexpr std::array<std::string_view, 6> level_names{"trace", "debug", "info", "warning", "error", "off"};
constexpr std::array<std::string_view, 3> format_names{"automatic", "text", "json"};
constexpr std::array<std::string_view, 2> output_names{"stderr", "stdout"};
constexpr std::array<std::string_view, 2> forwarding_names{"x-forwarded-for", "forwarded"};
constexpr std::array<std::string_view, 2> tls_version_names{"1.2", "1.3"};
constexpr std::array<std::string_view, 3> client_certificate_names{"none", "optional", "required"};
constexpr std::array<std::string_view, 4> signature_names{"es256", "eddsa", "rs256", "ps256"};
constexpr std::array<std::string_view, 2> tutorial_signature_names{"hs256", "as_v1"};
constexpr std::array<std::string_view, 2> feed_names{"notify", "poll"};
constexpr std::array<std::string_view, 5> engine_names{"automatic", "avx512", "avx2", "portable", "libsodium"};

constexpr std::uint64_t KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;
constexpr std::uint64_t ms = 1, second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
constexpr std::uint64_t million = 1'000'000;

using namespace row_kinds;

bool is_listen_address(std::string_view text)
{
    return core::parse_listen_address(text).has_value();
}
bool is_plain_address(std::string_view text)
{
    const auto parsed = core::parse_listen_address(text);
    return parsed && parsed->kind != core::listen_address::family::inherited && !parsed->tls && !parsed->proxy_protocol;
}
bool is_network(std::string_view text)
{
    return core::network::parse(text).has_value();
}
bool is_word(std::string_view text)
{
    return !text.empty() && is_printable(text);
}
constexpr std::string_view networks_allowed = "networks such as 10.0.0.0/8 or fd00::/8, or single addresses";

using S = settings;
constexpr descriptor rows[] = {
    list<&S::server, &server_group::listen>(
        "server.listen", "ADDRESS:PORT", 1, is_listen_address,
        "ADDRESS:PORT such as 127.0.0.1:5000, [::1]:5000 or localhost:5000; https://ADDRESS:PORT, unix:PATH or systemd",
        "Where to listen, one or more of them: ADDRESS:PORT (port 0 picks a free port and prints it), "
        "https://ADDRESS:PORT, unix:PATH, or systemd for inherited sockets; with ?proxy_protocol behind it, "
        "connections "
        "start with a PROXY header. If it is set nowhere, PORT of the environment holds, at 0.0.0.0.")
        .with_flag("--listen")
        .or_environment("WATCHWORD_LISTEN"),
    count<&S::server, &server_group::threads>("server.threads", 0, 1024,
                                              "Threads that serve connections; 0: one for each core.")
        .with_flag("--threads")
        .or_environment("WATCHWORD_THREADS"),
    duration<&S::server, &server_group::drain_timeout>("server.drain_timeout", 0, hour,
                                                       "How long requests in flight may take after the signal to stop.")
        .changed_by_reload(),
    list<&S::server, &server_group::trusted_proxies>(
        "server.trusted_proxies", "NETWORK", 0, is_network, networks_allowed,
        "Proxies whose word is taken for who their clients are; none by default. Peers on Unix sockets always are.")
        .changed_by_reload()
        .with_flag("--trusted-proxy"),
    choice<&S::server, &server_group::forwarding, forwarding_names>(
        "server.forwarding",
        "The header field in which trusted proxies name their clients; they must set or remove it.")
        .changed_by_reload(),
    boolean<&S::server, &server_group::core_dumps>(
        "server.core_dumps",
        "Whether its memory, which holds keys, may get into core dumps and be read by other programs of its user, as "
        "debuggers, strace and perf do."),
    text<&S::server, &server_group::control>(
        "server.control", "SOCKET", 0,
        "A Unix socket, made with mode 600, at which this server obeys its own user: watchword reload and serve "
        "--takeover. Empty: that of --takeover, or none.")
        .with_flag("--control"),
    text<&S::server, &server_group::takeover>(
        "server.takeover", "SOCKET", 0,
        "The control socket of a server that this one replaces without losing a request, if one listens there.")
        .with_flag("--takeover"),

    text<&S::tls, &tls_group::certificate_file>("tls.certificate_file", "FILE", 0,
                                                "PEM: the server's certificate and those between it and its root.")
        .changed_by_reload()
        .with_flag("--tls-certificate"),
    text<&S::tls, &tls_group::key_file>("tls.key_file", "FILE", 0, "PEM: its private key.")
        .changed_by_reload()
        .with_flag("--tls-key"),
    choice<&S::tls, &tls_group::least_version, tls_version_names>("tls.least_version",
                                                                  "The oldest version of TLS that is spoken.")
        .changed_by_reload(),
    choice<&S::tls, &tls_group::clients, client_certificate_names>(
        "tls.clients", "Whether clients must show a certificate; one that is shown must be good.")
        .changed_by_reload(),
    text<&S::tls, &tls_group::client_ca_file>("tls.client_ca_file", "FILE", 0,
                                              "PEM: the roots of clients' certificates.")
        .changed_by_reload(),

    bytes<&S::http, &http_group::header_bytes>("http.header_bytes", KiB, MiB,
                                               "The longest request line and header fields together; beyond it: 431.")
        .changed_by_reload(),
    count<&S::http, &http_group::header_count>("http.header_count", 1, 10'000, "The most header fields; beyond: 431.")
        .changed_by_reload(),
    bytes<&S::http, &http_group::target_bytes>("http.target_bytes", 64, MiB, "The longest path and query; beyond: 414.")
        .changed_by_reload(),
    bytes<&S::http, &http_group::body_bytes>("http.body_bytes", KiB, GiB, "The longest request body; beyond it: 413.")
        .changed_by_reload(),
    count<&S::http, &http_group::connections>("http.connections", 1, million,
                                              "The most connections in all; one more is answered 503 and closed.")
        .changed_by_reload(),
    count<&S::http, &http_group::connections_per_address>(
        "http.connections_per_address", 0, million,
        "The most connections of one client, an IPv6 client being its /64; one more is answered 429. 0: unlimited.")
        .changed_by_reload(),
    list<&S::http, &http_group::uncounted_addresses>(
        "http.uncounted_addresses", "NETWORK", 0, is_network, networks_allowed,
        "Clients that this does not hold for. Trusted proxies are none of them, and loopback is where proxies often "
        "are.")
        .changed_by_reload(),
    count<&S::http, &http_group::requests_per_connection>(
        "http.requests_per_connection", 0, 1'000 * million,
        "Requests after which a connection is closed; 0: as many as the client likes.")
        .changed_by_reload(),
    duration<&S::http, &http_group::handshake_timeout>("http.handshake_timeout", 100 * ms, hour,
                                                       "How long a TLS handshake, or a PROXY header, may take.")
        .changed_by_reload(),
    duration<&S::http, &http_group::header_timeout>("http.header_timeout", 100 * ms, hour,
                                                    "From the first byte of a request to the end of its header fields.")
        .changed_by_reload(),
    duration<&S::http, &http_group::body_timeout>("http.body_timeout", 100 * ms, hour,
                                                  "From there to the end of its body.")
        .changed_by_reload(),
    duration<&S::http, &http_group::handler_timeout>("http.handler_timeout", 0, hour,
                                                     "From there to an answer; beyond it: 503. 0: as long as it takes.")
        .changed_by_reload(),
    duration<&S::http, &http_group::write_timeout>("http.write_timeout", 100 * ms, hour,
                                                   "How long a client may take no byte of its response.")
        .changed_by_reload(),
    duration<&S::http, &http_group::idle_timeout>("http.idle_timeout", 100 * ms, day,
                                                  "How long a connection may rest between requests.")
        .changed_by_reload(),
    bytes<&S::http, &http_group::body_rate>(
        "http.body_rate", 0, MiB, "Bytes a second, on average, that a body must arrive with after 5 s; 0: any.")
        .changed_by_reload(),
    bytes<&S::http, &http_group::response_rate>("http.response_rate", 0, MiB,
                                                "The same for a client that takes a response.")
        .changed_by_reload(),
    count<&S::http, &http_group::form_fields>("http.form_fields", 1, 100'000,
                                              "The most fields of a form, files among them; beyond: 413."),
    count<&S::http, &http_group::json_depth>("http.json_depth", 1, 1000, "How deep JSON may be nested."),
    boolean<&S::http, &http_group::compression>("http.compression",
                                                "Send JSON and text with gzip to clients that ask for it."),
    bytes<&S::http, &http_group::compression_bytes>("http.compression_bytes", 0, GiB,
                                                    "The shortest body that is compressed."),
    boolean<&S::http, &http_group::require_if_match>(
        "http.require_if_match",
        "Changes of what has an ETag must say in If-Match which state they change; without it: 428."),

    list<&S::cors, &cors_group::origins>(
        "cors.origins", "ORIGIN", 0, is_origin,
        "nothing, * alone, or origins as browsers send them, such as https://app.example or http://localhost:3000",
        "The origins whose pages may read responses in a browser; *: all of them, but without credentials. None: no "
        "CORS."),
    boolean<&S::cors, &cors_group::credentials>("cors.credentials",
                                                "Whether such pages may send cookies and client certificates."),
    list<&S::cors, &cors_group::headers>("cors.headers", "NAME", 0, is_field_name, "names of header fields",
                                         "The request fields such pages may send beside the harmless ones."),
    duration<&S::cors, &cors_group::max_age>("cors.max_age", 0, day,
                                             "How long a browser may remember what it was allowed; whole seconds."),

    duration<&S::headers, &headers_group::hsts>(
        "headers.hsts", 0, 10 * 365 * day,
        "Under TLS: for how long browsers are told to use nothing else (Strict-Transport-Security); 0: not at all.")
        .changed_by_reload(),

    text<&S::database, &database_group::url>(
        "database.url", "URL", 1,
        "sqlite:FILE, postgresql://USER@HOST/NAME or libpq's keywords, \"host=HOST "
        "dbname=NAME sslmode=verify-full\"; several hosts between commas.")
        .with_flag("--database")
        .or_environment("WATCHWORD_DATABASE")
        .never_shown(),
    count<&S::database, &database_group::readers>("database.readers", 1, 256,
                                                  "Threads that read, each with a connection of its own."),
    count<&S::database, &database_group::queue>("database.queue", 1, million,
                                                "Jobs that may wait for the database; one more is answered 503."),
    duration<&S::database, &database_group::timeout>("database.timeout", 10 * ms, hour,
                                                     "How long a job may wait for its turn, and a statement may run."),
    text<&S::database, &database_group::password_file>(
        "database.password_file", "FILE", 0,
        "PostgreSQL: a file whose first line is the password, read for each new connection."),
    choice<&S::database, &database_group::feed, feed_names>(
        "database.feed",
        "PostgreSQL: how servers on one database learn of each other's changes: at once by NOTIFY, or by asking every "
        "250 ms, where there is no NOTIFY."),
    duration<&S::database, &database_group::staleness>(
        "database.staleness", 500 * ms, day,
        "PostgreSQL: while the database cannot be asked what others changed, tokens that are known are accepted for so "
        "long; then 503."),

    text<&S::secret, &secret_group::file>(
        "secret.file", "FILE", 0,
        "The file with the secret that signs tokens, at least 32 bytes. Without it, one is made on first start beside "
        "an SQLite database.")
        .with_flag("--secret-file"),
    secret_value("secret.value", "The secret itself, at least 32 bytes.").or_environment("WATCHWORD_SECRET"),

    duration<&S::tokens, &tokens_group::lifetime>("tokens.lifetime", second, 365 * day,
                                                  "How long a token of the tutorial's login is valid; whole seconds."),
    choice<&S::tokens, &tokens_group::algorithm, signature_names>(
        "tokens.algorithm",
        "How the access tokens of /v1 are signed, by keys that watchword key shows; another one holds for the next "
        "key, which a start makes."),
    choice<&S::tokens, &tokens_group::tutorial_algorithm, tutorial_signature_names>(
        "tokens.tutorial_algorithm",
        "How the tokens of the tutorial's login are signed: under the secret, or as those of /v1, so that others may "
        "check them with the published keys."),
    duration<&S::tokens, &tokens_group::rotation>(
        "tokens.rotation", 0, 10 * 365 * day,
        "For how long a key signs before another one does, longer than tokens.publish_ahead; 0: until watchword key "
        "rotate."),
    duration<&S::tokens, &tokens_group::publish_ahead>(
        "tokens.publish_ahead", 0, 30 * day,
        "How long before it signs a key is published in /.well-known/jwks.json, which others may keep for half of "
        "that, an hour at most."),
    text<&S::tokens, &tokens_group::issuer>("tokens.issuer", "NAME", 1,
                                            "Who issues the access tokens of /v1 (iss), such as the service's URL."),
    text<&S::tokens, &tokens_group::audience>(
        "tokens.audience", "NAME", 0,
        "Whom they are meant for (aud); those for anybody else are refused. Empty: the issuer."),
    duration<&S::tokens, &tokens_group::access_lifetime>("tokens.access_lifetime", second, day,
                                                         "How long they are valid; whole seconds."),
    duration<&S::tokens, &tokens_group::clock_skew>(
        "tokens.clock_skew", 0, minute,
        "By how much the clocks of servers on one database may differ, for their access tokens; whole seconds."),

    duration<&S::sessions, &sessions_group::idle_lifetime>(
        "sessions.idle_lifetime", minute, 10 * 365 * day,
        "How long a session lives after it was last refreshed; whole seconds."),
    duration<&S::sessions, &sessions_group::lifetime>("sessions.lifetime", minute, 10 * 365 * day,
                                                      "How long it lives in all; whole seconds."),
    duration<&S::sessions, &sessions_group::refresh_grace>(
        "sessions.refresh_grace", 0, hour,
        "For how long after its successor was used a refresh token is still answered, for requests that were under "
        "way; later it ends the session, as stolen."),
    count<&S::sessions, &sessions_group::per_user>(
        "sessions.per_user", 1, 1000,
        "Sessions that one account may have; one more ends the one that was used least lately."),
    boolean<&S::sessions, &sessions_group::cookies>(
        "sessions.cookies", "Whether a browser that asks for it when it signs in gets its tokens as cookies."),

    text<&S::clients, &clients_group::file>(
        "clients.file", "FILE", 0,
        "The programs that may ask about tokens and revoke them, /v1/oauth/introspect and /v1/oauth/revoke: entries "
        "of watchword client new in a JSON array, read at the start. Empty: there are no such routes."),

    count<&S::passwords, &passwords_group::memory_kib>("passwords.memory_kib", 8, 256 * KiB,
                                                       "Argon2id: memory for one hash, in KiB."),
    count<&S::passwords, &passwords_group::passes>("passwords.passes", 1, 1000,
                                                   "Argon2id: passes over that memory, 1 GiB in all at the most."),
    choice<&S::passwords, &passwords_group::engine, engine_names>(
        "passwords.engine",
        "Who computes Argon2id; all give the same hashes. automatic: the fastest that this processor can run."),
    count<&S::passwords, &passwords_group::threads>("passwords.threads", 0, 1024,
                                                    "Threads that hash passwords; 0: one for each core."),
    count<&S::passwords, &passwords_group::queue>("passwords.queue", 1, million,
                                                  "Passwords that may wait to be hashed; one more is answered 503."),
    duration<&S::passwords, &passwords_group::timeout>("passwords.timeout", 10 * ms, hour,
                                                       "How long one may wait before it is answered 503."),
    boolean<&S::passwords, &passwords_group::rehash>("passwords.rehash",
                                                     "Renew outdated hashes when their owner logs in."),
    count<&S::passwords, &passwords_group::minimum_length>("passwords.minimum_length", 8, 256,
                                                           "The fewest characters of a new password, where passwords "
                                                           "are judged; NIST wants 15 where nothing else protects "
                                                           "an account."),
    text<&S::passwords, &passwords_group::breached_filter>(
        "passwords.breached_filter", "FILE", 0,
        "Passwords that nobody may choose, where they are judged, beside the most common ones: a file of watchword "
        "breached build."),
    list<&S::passwords, &passwords_group::service_words>(
        "passwords.service_words", "WORD", 0, is_word, "words without a comma",
        "What the service is called: no password where they are judged, nor are the account's own name and address."),

    boolean<&S::auth, &auth_group::hide_accounts>(
        "auth.hide_accounts", "Whether sign-up and log-in by the tutorial's routes give the same answers in the same "
                              "time whether or not an address has an account; false: they tell, as the tutorial does."),

    text<&S::admin, &admin_group::email>(
        "admin.email", "ADDRESS", 0,
        "The first administrator, who is made at the start if there is none; needs admin.password_file."),
    text<&S::admin, &admin_group::password_file>("admin.password_file", "FILE", 0,
                                                 "A file whose first line is his password."),
    boolean<&S::console, &console_group::enabled>(
        "console.enabled",
        "Serve the console for administrators under /console, and a page for users' own accounts under "
        "/account."),

    boolean<&S::compat, &compat_group::lenient_passwords>("compat.lenient_passwords",
                                                          "Whether the tutorial's sign-up takes any password, as the "
                                                          "tutorial does; false: passwords are judged there too."),
    boolean<&S::compat, &compat_group::device_cookie>(
        "compat.device_cookie",
        "Whether the tutorial's login sets a cookie by which the device is known again, so that strangers' wrong "
        "passwords never slow it down; its token and, for 30 days, its address do that too."),

    boolean<&S::limits, &limits_group::enabled>("limits.enabled",
                                                "Whether http.connections_per_address and the limits below hold.")
        .with_flag("--no-limits", "false"),
    rate<&S::limits, &limits_group::address_sign_ins>("limits.address_sign_ins", 1, 1'000 * million,
                                                      "How often one address, of IPv6 one /64, may try to sign in; "
                                                      "beyond it: 429. A proxy that server.trusted_proxies "
                                                      "does not name is one address for all its clients."),
    rate<&S::limits, &limits_group::address_failures>(
        "limits.address_failures", 1, 1'000 * million,
        "How often one address may fail to sign in, those that are under way among them; beyond it: 429."),
    rate<&S::limits, &limits_group::address_sign_ups>("limits.address_sign_ups", 1, 1'000 * million,
                                                      "How often one address may try to sign up; beyond it: 429."),
    rate<&S::limits, &limits_group::total_sign_ins>(
        "limits.total_sign_ins", 1, 1'000 * million,
        "How often all addresses together may try to sign in; beyond it: 429. For floods from many addresses."),
    rate<&S::limits, &limits_group::total_sign_ups>("limits.total_sign_ups", 1, 1'000 * million,
                                                    "How often all together may try to sign up; beyond it: 429."),
    list<&S::limits, &limits_group::exempt_addresses>(
        "limits.exempt_addresses", "NETWORK", 0, is_network, networks_allowed,
        "Clients whose attempts are neither counted nor limited, such as the machine of a load test. Loopback is not "
        "exempt by itself."),
    count<&S::limits, &limits_group::keys>(
        "limits.keys", 1024, 16 * million,
        "Addresses that each limit remembers, in 24 bytes each; of more, the one that was not seen for the longest is "
        "forgotten."),
    count<&S::limits, &limits_group::account_failures>(
        "limits.account_failures", 0, 100,
        "Wrong passwords for one account that strangers may send freely; after each further one they have to wait, "
        "1 s, 2 s, 4 s and so on (429). Who has signed in to it before has five times as many of his own. 0: nobody "
        "has to wait."),
    duration<&S::limits, &limits_group::account_longest_delay>(
        "limits.account_longest_delay", 0, day,
        "The longest wait of those, whole seconds; with 15m strangers have 23 guesses in the first hour and 4 in "
        "each later one. 0: nobody has to wait."),

    list<&S::metrics, &metrics_group::listen>(
        "metrics.listen", "ADDRESS:PORT", 0, is_plain_address,
        "nothing, or ADDRESS:PORT such as 127.0.0.1:9464, [::1]:9464 or localhost:9464, or unix:PATH",
        "Where Prometheus may ask for /metrics, and nothing else is: ADDRESS:PORT, on loopback or in a network where "
        "nobody else is, since it asks nobody who he is; or unix:PATH. None: no metrics. Needs "
        "libprometheus-cpp-core1.0.")
        .with_flag("--metrics"),

    choice<&S::log, &log_group::level, level_names>("log.level", "The least important lines to write.")
        .changed_by_reload()
        .with_flag("--log-level"),
    choice<&S::log, &log_group::format, format_names>(
        "log.format", "How lines are written; automatic: text on a terminal, JSON otherwise.")
        .with_flag("--log-format"),
    choice<&S::log, &log_group::output, output_names>(
        "log.output",
        "Where they go. With stdout, the link that makes the first administrator is a line of the log, too."),
    boolean<&S::log, &log_group::access>("log.access", "One line for each request.")
        .changed_by_reload()
        .with_flag("--access-log", "true"),
    count<&S::log, &log_group::access_sample>(
        "log.access_sample", 1, million,
        "With log.access, one of so many requests has a line; each that is answered with 500 or above has one.")
        .changed_by_reload(),
    text<&S::log, &log_group::security>(
        "log.security", "FILE", 1,
        "Where security events go, such as sign-ins, failures and what is revoked: log, among its other lines; a FILE "
        "of their own, as JSON, which a reload opens anew; or none."),
};

} // namespace

std::span<const descriptor> table()
{
    return rows;
}

const descriptor* find_key(std::string_view key)
{
    const auto* const found =
        std::find_if(std::begin(rows), std::end(rows), [&](const auto& each) { return each.key == key; });
    return found == std::end(rows) ? nullptr : found;
}

std::string environment_name(const descriptor& d)
{
    std::string name = "WATCHWORD_";
    for (const char c : d.key) {
        const bool letter = c >= 'a' && c <= 'z';
        name.push_back(c == '.' ? '_' : letter ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return name;
}

std::string expectation(const descriptor& d)
{
    const auto duration_of = [](std::uint64_t value) {
        return format_duration(milliseconds(static_cast<long>(value)));
    };
    switch (d.type) {
    case kind::list: return std::string(d.elements);
    case kind::text: return d.least > 0 ? "a text that is not empty" : "a text without control characters";
    case kind::count: return "a whole number from " + std::to_string(d.least) + " to " + std::to_string(d.most);
    case kind::bytes:
        return "a size from " + format_bytes(d.least) + " to " + format_bytes(d.most) + ", in bytes or such as 64KiB";
    case kind::duration:
        return "a time from " + duration_of(d.least) + " to " + duration_of(d.most) +
               ", in seconds or such as 1500ms, 5m";
    case kind::rate:
        return "none, or COUNT/TIME such as 600/1m: from " + std::to_string(d.least) + " to " + std::to_string(d.most) +
               " times in 1s to 1d";
    case kind::boolean: return "true or false";
    case kind::choice: break;
    }
    std::string all;
    for (const auto name : d.choices) all.append(all.empty() ? "one of " : ", ").append(name);
    return all;
}

} // namespace watchword::settings
