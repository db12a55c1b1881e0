#include "server/metrics.hpp"

#include "core/log.hpp"
#include "server/metric_list.hpp"
#include "server/process_figures.hpp"
#include "server/prometheus_text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace watchword::server {
namespace {

using route_list = std::vector<http::traffic::route_counts>;

double seconds(std::chrono::nanoseconds d)
{
    return std::chrono::duration<double>(d).count();
}

// --- HTTP

std::string_view method_label(http::method m)
{
    const auto name = http::to_string(m);
    return name.empty() ? "other" : name;
}

std::string_view route_label(const http::traffic::route_counts& r)
{
    return r.pattern.empty() ? "none" : r.pattern;
}

void add_requests(metric_list& m, const route_list& routes, std::uint64_t in_flight)
{
    m.counter("watchword_http_requests_total", "Requests that were answered, by route, method and status.");
    for (const auto& r : routes)
        for (const auto& a : r.answers) {
            const auto status = std::to_string(a.status);
            m.add({{"route", route_label(r)}, {"method", method_label(a.method)}, {"status", status}}, a.count);
        }
    m.histogram("watchword_http_request_duration_seconds",
                "From the last byte of a request to its answer, without sending it.");
    for (const auto& r : routes) m.add({{"route", route_label(r)}}, r.durations);
    m.gauge("watchword_http_requests_in_flight", "Requests that wait for their answer.").add({}, in_flight);
}

void add_connections(metric_list& m, const http::server& s)
{
    const auto c = s.counts();
    m.counter("watchword_http_requests_unanswered_total", "Requests that no route has answered, and why.")
        .add({{"reason", "malformed"}}, c.malformed)
        .add({{"reason", "too_slow"}}, c.too_slow)
        .add({{"reason", "handler_timeout"}}, c.given_up)
        .add({{"reason", "client_left"}}, c.left);
    m.gauge("watchword_http_connections_open", "Connections of clients.").add({}, std::uint64_t(s.connections()));
    m.counter("watchword_http_connections_total", "Connections that were accepted.").add({}, c.opened);
    m.counter("watchword_http_connections_refused_total", "Connections beyond http.connections, and beyond those of "
                                                          "one client.")
        .add({{"limit", "connections"}}, c.refused)
        .add({{"limit", "connections_per_address"}}, c.refused_of_client);
    m.counter("watchword_tls_handshakes_total", "TLS handshakes by how they ended.")
        .add({{"outcome", "succeeded"}}, c.handshakes)
        .add({{"outcome", "failed"}}, c.handshakes_failed);
}

// --- threads and the database

void add_queues(metric_list& m, const core::queue_statistics& hashing, const store::database_statistics& d)
{
    const std::array<std::pair<std::string_view, const core::queue_statistics*>, 3> all{
        {{"hashing", &hashing}, {"readers", &d.readers}, {"writer", &d.writer}}};
    m.gauge("watchword_queue_jobs_waiting", "Jobs that wait for a thread.");
    for (const auto& [name, q] : all) m.add({{"queue", name}}, std::uint64_t(q->waiting));
    m.gauge("watchword_queue_jobs_running", "Jobs that threads are at.");
    for (const auto& [name, q] : all) m.add({{"queue", name}}, std::uint64_t(q->running));
    m.counter("watchword_queue_jobs_total",
              "Jobs that were executed, refused, or withdrawn because their client left.");
    for (const auto& [name, q] : all)
        m.add({{"queue", name}, {"outcome", "executed"}}, q->executed)
            .add({{"queue", name}, {"outcome", "refused"}}, q->refused)
            .add({{"queue", name}, {"outcome", "withdrawn"}}, q->withdrawn);
    m.histogram("watchword_queue_wait_duration_seconds", "How long jobs that were executed had waited.");
    for (const auto& [name, q] : all) m.add({{"queue", name}}, q->waits);
}

void add_hashing(metric_list& m, const core::workers& hashing, const core::queue_statistics& q)
{
    m.gauge("watchword_hashing_slots", "Passwords that can be hashed at once.")
        .add({}, std::uint64_t(hashing.threads()));
    m.gauge("watchword_hashing_slots_busy", "Those that are being hashed.").add({}, std::uint64_t(q.running));
    m.histogram("watchword_hashing_duration_seconds", "How long a password takes.").add({}, q.works);
}

void add_commits(metric_list& m, const store::commit_statistics& c)
{
    m.counter("watchword_database_transactions_total", "Transactions of the writer.")
        .add({{"outcome", "committed"}}, c.committed)
        .add({{"outcome", "lost"}}, c.lost);
    const auto& bounds = store::commit_statistics::size_bounds;
    const std::vector<double> most(bounds.begin(), bounds.end());
    m.histogram("watchword_database_transaction_jobs", "How many jobs shared a transaction of the writer.")
        .add({}, most, c.sizes, static_cast<double>(c.jobs));
    m.counter("watchword_database_checkpoints_total", "Times that SQLite's log was moved into its file.")
        .add({}, c.checkpoints);
    m.counter("watchword_database_checkpoint_seconds_total", "How long that took in all.")
        .add({}, seconds(c.checkpointing));
}

void add_database(metric_list& m, const store::database_statistics& d)
{
    m.histogram("watchword_database_read_duration_seconds", "How long transactions that read take.")
        .add({}, d.readers.works);
    m.histogram("watchword_database_write_duration_seconds",
                "How long transactions of the writer take, commit included.")
        .add({}, d.writer.works);
    add_commits(m, d.commits);
    m.counter("watchword_database_connections_cut_total", "Connections whose server did not answer in time.")
        .add({}, d.connections_cut);
    if (!d.feed) return;
    m.gauge("watchword_feed_unconfirmed_seconds", "Since it was certain that all of other servers' changes were heard.")
        .add({}, seconds(d.feed->unconfirmed));
    m.gauge("watchword_feed_listening", "Whether PostgreSQL notifies this server.")
        .add({}, std::uint64_t(d.feed->listening));
    m.counter("watchword_feed_losses_total", "Times that nothing was confirmed for longer than database.staleness.")
        .add({}, d.feed->losses);
}

// --- accounts

// By what their routes have answered.
enum class outcome { succeeded, refused, limited, malformed, unavailable };
constexpr std::array<std::string_view, 5> outcome_names{"succeeded", "refused", "limited", "malformed", "unavailable"};

outcome outcome_of(unsigned status)
{
    switch (status) {
    case 200:
    case 201: return outcome::succeeded;
    case 202: // the tutorial's, for an address that has an account
    case 401:
    case 403:
    case 409: return outcome::refused;
    case 429: return outcome::limited;
    default: return status < 500 ? outcome::malformed : outcome::unavailable;
    }
}

using outcome_counts = std::array<std::uint64_t, outcome_names.size()>;

outcome_counts count_outcomes(const route_list& routes, std::initializer_list<std::string_view> patterns)
{
    outcome_counts all{};
    for (const auto& r : routes) {
        if (std::find(patterns.begin(), patterns.end(), r.pattern) == patterns.end()) continue;
        for (const auto& a : r.answers)
            if (a.method == http::method::post) all[static_cast<std::size_t>(outcome_of(a.status))] += a.count;
    }
    return all;
}

void add_outcomes(metric_list& m, const outcome_counts& counts)
{
    for (std::size_t i = 0; i < counts.size(); ++i) m.add({{"outcome", outcome_names[i]}}, counts[i]);
}

void add_accounts(metric_list& m, const route_list& routes, const accounts::revocations& revoked)
{
    m.counter("watchword_sign_ins_total", "Attempts to sign in by how they ended.");
    add_outcomes(m, count_outcomes(routes, {"/login", "/v1/sessions"}));
    m.counter("watchword_sign_ups_total", "Attempts to sign up by how they ended; who must not learn that an address "
                                          "has an account has succeeded.");
    add_outcomes(m, count_outcomes(routes, {"/signup", "/v1/users"}));
    const auto opened = count_outcomes(routes, {"/v1/sessions"}),
               used = count_outcomes(routes, {"/v1/sessions/refresh"});
    m.counter("watchword_sessions_opened_total", "Sessions that were opened.").add({}, opened[0]);
    m.counter("watchword_sessions_refreshed_total", "Refreshes of sessions by how they ended.");
    add_outcomes(m, used);
    m.counter("watchword_sessions_ended_total", "Sessions that were ended here, and why.");
    for (std::size_t i = 0; i < accounts::end_reasons; ++i) {
        const auto why = static_cast<accounts::end_reason>(i);
        m.add({{"reason", accounts::name_of(why)}}, revoked.ended(why));
    }
}

void add_tokens(metric_list& m, const measured_parts& p)
{
    const auto tutorial = p.tutorial_tokens.uses(), bearer = p.tokens.uses();
    m.counter("watchword_token_checks_total",
              "Checks of access tokens: whether the cache knew the token, or signature and database were asked.")
        .add({{"kind", "tutorial"}, {"cache", "hit"}}, tutorial.known)
        .add({{"kind", "tutorial"}, {"cache", "miss"}}, tutorial.slow)
        .add({{"kind", "bearer"}, {"cache", "hit"}}, bearer.known)
        .add({{"kind", "bearer"}, {"cache", "miss"}}, bearer.slow);
    const auto revoked = p.revocations.count();
    m.gauge("watchword_revocation_entries", "Revocations that are kept in memory until no token needs them.")
        .add({{"kind", "user"}}, std::uint64_t(revoked.users))
        .add({{"kind", "session"}}, std::uint64_t(revoked.sessions));
    m.gauge("watchword_revocation_bytes", "Memory that they take.").add({}, std::uint64_t(revoked.bytes));
}

void add_limits(metric_list& m, const api::rate_limits& limits)
{
    m.counter("watchword_rate_limit_decisions_total", "How often each limit was asked, and what it said.");
    for (const auto& each : limits.count())
        m.add({{"limit", each.limit}, {"decision", "allowed"}}, each.allowed)
            .add({{"limit", each.limit}, {"decision", "refused"}}, each.refused);
}

// --- the program

void add_program(metric_list& m, const measured_parts& p)
{
    const auto failing = p.failing();
    m.gauge("watchword_part_failing", "What /health/ready looks at: 1 if it fails.");
    for (const auto part : api::health_parts)
        m.add({{"part", part}}, std::uint64_t(std::find(failing.begin(), failing.end(), part) != failing.end()));
    m.counter("watchword_log_lines_dropped_total", "Lines of the log that were given up.")
        .add({}, core::log::dropped());
    m.gauge("watchword_build_info", "Always 1.").add({{"version", p.version}, {"compiler", __VERSION__}}, 1.0);
}

// The names that all clients of Prometheus have for it.
void add_process(metric_list& m)
{
    const auto f = read_process_figures();
    m.counter("process_cpu_seconds_total", "User and system CPU time spent in seconds.").add({}, f.cpu_seconds);
    m.gauge("process_resident_memory_bytes", "Resident memory size in bytes.").add({}, f.resident_bytes);
    m.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.").add({}, f.virtual_bytes);
    m.gauge("process_open_fds", "Number of open file descriptors.").add({}, f.open_files);
    m.gauge("process_max_fds", "Maximum number of open file descriptors.").add({}, f.most_files);
    m.gauge("process_threads", "Number of OS threads in the process.").add({}, f.threads);
    m.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.")
        .add({}, f.start_time_seconds);
}

} // namespace

std::string metrics_text(const measured_parts& p)
{
    const auto routes = p.traffic.by_route();
    const auto hashing = p.hashing.statistics();
    const auto database = p.database.statistics();
    metric_list m;
    add_requests(m, routes, p.traffic.in_flight());
    add_connections(m, p.server);
    add_queues(m, hashing, database);
    add_hashing(m, p.hashing, hashing);
    add_database(m, database);
    add_accounts(m, routes, p.revocations);
    add_tokens(m, p);
    add_limits(m, p.limits);
    add_program(m, p);
    add_process(m);
    return prometheus_text(m.take());
}

} // namespace watchword::server
