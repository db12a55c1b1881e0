#pragma once

#include "core/log.hpp"
#include "core/rate.hpp"
#include "core/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Every setting with its default. What each means, its limits and the names it has outside (configuration file,
// environment, flags) stand in its row of table.cpp, from which help is made too: a new setting is one field here, one
// row there and one line in config/watchword.json.
namespace watchword::settings {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct server_group {
    std::vector<std::string> listen{"127.0.0.1:5000"};
    std::size_t threads = 0; // 0: one for each core
    milliseconds drain_timeout{30'000};
    std::vector<std::string> trusted_proxies;
    enum class forwarding_field { x_forwarded_for, forwarded } forwarding = forwarding_field::x_forwarded_for;
    bool core_dumps = false;
    std::string control, takeover; // paths of sockets; empty: none
};

struct tls_group {
    std::string certificate_file, key_file; // both empty: no https:// address
    enum class version { tls_1_2, tls_1_3 } least_version = version::tls_1_2;
    enum class certificates { none, optional, required } clients = certificates::none;
    std::string client_ca_file;
};

struct http_group {
    std::size_t header_bytes = 16 * 1024;
    std::size_t header_count = 100;
    std::size_t target_bytes = 8000;
    std::size_t body_bytes = 1024 * 1024;
    std::size_t connections = 20'000;
    std::size_t connections_per_address = 1000; // 0: unlimited
    std::vector<std::string> uncounted_addresses{"127.0.0.0/8", "::1"};
    std::uint64_t requests_per_connection = 0; // 0: unlimited
    milliseconds handshake_timeout{10'000};
    milliseconds header_timeout{10'000};
    milliseconds body_timeout{30'000};
    milliseconds handler_timeout{60'000}; // 0: unlimited
    milliseconds write_timeout{30'000};
    milliseconds idle_timeout{75'000};
    std::uint64_t body_rate = 240, response_rate = 240; // bytes a second; 0: any
    std::size_t form_fields = 1000;
    std::size_t json_depth = 32;
    bool compression = true;
    std::size_t compression_bytes = 1400;
    bool require_if_match = false;
};

struct cors_group {
    std::vector<std::string> origins; // none: no CORS at all
    bool credentials = false;
    std::vector<std::string> headers{"Authorization", "Content-Type",  "X-Access-Token",
                                     "X-CSRF-Token",  "X-Request-Id",  "Idempotency-Key",
                                     "If-Match",      "If-None-Match", "Prefer"};
    seconds max_age{600};
};

struct headers_group {
    seconds hsts{365 * 24 * 3600}; // 0: none
};

struct database_group {
    std::string url = "sqlite:watchword.db"; // as the user wrote it; store/ understands it
    std::size_t readers = 2;
    std::size_t queue = 1024;
    milliseconds timeout{5'000};
    std::string password_file;                                      // empty: none
    enum class feed_kind { notify, poll } feed = feed_kind::notify; // as in store/database.hpp
    milliseconds staleness{2'000};
};

struct secret_group {
    std::string file;          // empty: beside the database
    core::secret_string value; // only ever from the environment; empty: in the file
};

struct tokens_group {
    seconds lifetime{1800};
    enum class signature { es256, eddsa, rs256, ps256 } algorithm = signature::es256;
    enum class tutorial_signature { hs256, as_v1 } tutorial_algorithm = tutorial_signature::hs256;
    seconds rotation{90 * 24 * 3600}; // 0: never
    seconds publish_ahead{24 * 3600};
    std::string issuer = "watchword";
    std::string audience; // empty: the issuer
    seconds access_lifetime{900};
    seconds clock_skew{0};
};

struct sessions_group {
    seconds idle_lifetime{30 * 24 * 3600};
    seconds lifetime{180 * 24 * 3600};
    milliseconds refresh_grace{30'000};
    std::size_t per_user = 100;
    bool cookies = false;
};

struct clients_group {
    std::string file; // empty: none
};

struct passwords_group {
    enum class argon2_engine { automatic, avx512, avx2, portable, libsodium }; // as in crypto/argon2_engine.hpp
    std::uint32_t memory_kib = 19'456;
    std::uint32_t passes = 2;
    argon2_engine engine = argon2_engine::automatic;
    std::size_t threads = 0; // 0: one for each core
    std::size_t queue = 256;
    milliseconds timeout{10'000};
    bool rehash = true;
    std::size_t minimum_length = 8;
    std::string breached_filter; // empty: none
    std::vector<std::string> service_words{"watchword"};
};

struct auth_group {
    bool hide_accounts = false;
};

struct admin_group {
    std::string email, password_file; // empty: the first administrator comes by the set-up link
};

struct console_group {
    bool enabled = true;
};

struct compat_group {
    bool lenient_passwords = true;
    bool device_cookie = false;
};

struct limits_group {
    bool enabled = true;
    core::rate address_sign_ins{600, std::chrono::minutes(1)};
    core::rate address_failures{200, std::chrono::minutes(10)};
    core::rate address_sign_ups{500, std::chrono::minutes(10)};
    core::rate total_sign_ins{20'000, std::chrono::minutes(1)};
    core::rate total_sign_ups{5'000, std::chrono::minutes(10)};
    std::vector<std::string> exempt_addresses;
    std::size_t keys = 65'536;
    std::uint32_t account_failures = 10; // 0: any
    seconds account_longest_delay{900};  // 0: none
};

struct metrics_group {
    std::vector<std::string> listen; // none: no metrics
};

struct log_group {
    core::log::level level = core::log::level::info;
    core::log::format format = core::log::format::automatic;
    enum class stream { standard_error, standard_output } output = stream::standard_error;
    bool access = false;
    std::uint32_t access_sample = 1; // of so many requests one has a line
    static constexpr std::string_view in_log = "log", nowhere = "none";
    std::string security{in_log}; // or a file
};

struct settings {
    server_group server;
    tls_group tls;
    http_group http;
    cors_group cors;
    headers_group headers;
    database_group database;
    secret_group secret;
    tokens_group tokens;
    sessions_group sessions;
    clients_group clients;
    passwords_group passwords;
    auth_group auth;
    admin_group admin;
    console_group console;
    compat_group compat;
    limits_group limits;
    metrics_group metrics;
    log_group log;
};

} // namespace watchword::settings
