// What Prometheus is told, and to whom it is told.
#include "e2e_fixture.hpp"
#include "support/exposition.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <memory>
#include <regex>
#include <set>
#include <thread>

namespace {

using namespace watchword::test;

std::string metrics_address(const server_process& server)
{
    const auto log = server.log();
    const auto begin = log.rfind('\n', log.find("\"message\":\"metrics\"")) + 1;
    return listen_in(log.substr(begin, log.find('\n', begin) - begin));
}

struct measured_server {
    temporary_directory directory;
    server_process server;
    http_client client{server.address()};
    std::string metrics = metrics_address(server);

    explicit measured_server(const std::vector<std::string>& more = {}) : server(directory.path(), with_metrics(more))
    {}

    static std::vector<std::string> with_metrics(std::vector<std::string> more)
    {
        more.insert(more.end(), {"--metrics", "127.0.0.1:0", "--set", "passwords.memory_kib=8", "--threads", "2"});
        return more;
    }
    std::string scrape() const
    {
        http_client prometheus(metrics);
        const auto r = prometheus.get("/metrics");
        BOOST_TEST(r.status == 200);
        BOOST_TEST(r.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
        return r.body;
    }
    exposition read() const { return read_exposition(scrape()); }
};

std::string requests(const std::string& method, const std::string& route, int status)
{
    return "watchword_http_requests_total{route=\"" + route + "\",method=\"" + method + "\",status=\"" +
           std::to_string(status) + "\"}";
}

std::set<std::string> series_of(const exposition& e)
{
    std::set<std::string> all;
    for (const auto& [series, value] : e.samples) all.insert(series);
    return all;
}

// promtool, if it is there; what it finds wrong.
std::string judge_with_promtool(const temporary_directory& directory, const std::vector<std::string>& check,
                                const std::string& standard_input = {})
{
    const std::string program = "/usr/bin/promtool";
    if (!std::filesystem::exists(program)) {
        BOOST_TEST_MESSAGE("skipped: there is no promtool");
        return {};
    }
    write_file(directory / "input", standard_input);
    std::vector<std::string> all{"sh",   "-c", "input=$1; shift; exec \"$@\" < \"$input\"", "sh", directory / "input",
                                 program};
    all.insert(all.end(), check.begin(), check.end());
    const auto done = run_program(all);
    return done.exit_code == 0 && done.errors.empty() ? "" : done.output + done.errors;
}

// The metrics that a text names.
std::set<std::string> metrics_named_in(const std::string& file)
{
    static const std::regex name("\\b(watchword|process)_[a-z0-9_]+");
    const auto text = read_file(source_file(file));
    std::set<std::string> all;
    for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) all.insert(at->str());
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(every_request_is_counted_once)
{
    measured_server s;
    auto& c = s.client;
    BOOST_TEST(c.form_post("/signup", registration("a@b.test")).status == 201);
    BOOST_TEST(c.form_post("/signup", registration("a@b.test")).status == 202);
    const auto token = token_of(c.form_post("/login", credentials("a@b.test")));
    BOOST_TEST(c.form_post("/login", credentials("a@b.test", "wrong")).status == 403);
    BOOST_TEST(c.form_post("/login", credentials("nobody@b.test")).status == 401);
    for (int i = 0; i < 7; ++i) BOOST_TEST(c.get("/user", token).status == 200);
    BOOST_TEST(c.get("/user", "x").status == 401);
    BOOST_TEST(c.exchange("HEAD", "/health/live").status == 200);
    const auto session =
        c.json_post("/v1/sessions", R"({"email":"a@b.test","password":"correct horse battery staple"})");
    BOOST_TEST(session.status == 201);
    const auto refresh = boost::json::parse(session.body).at("refresh_token").as_string();
    BOOST_TEST(c.json_post("/v1/sessions/refresh", "{\"refresh_token\":\"" + std::string(refresh) + "\"}").status ==
               200);
    const std::string access(boost::json::parse(session.body).at("access_token").as_string());
    BOOST_TEST(c.exchange("GET", "/v1/verify", {{"Authorization", "Bearer " + access}}).status < 300);
    BOOST_TEST(c.exchange("DELETE", "/v1/sessions/current", {{"Authorization", "Bearer " + access}}).status == 204);
    BOOST_TEST(c.get("/nowhere").status == 404);

    const auto m = s.read();
    BOOST_TEST(m.at(requests("POST", "/signup", 201)) == 1);
    BOOST_TEST(m.at(requests("POST", "/signup", 202)) == 1);
    BOOST_TEST(m.at(requests("POST", "/login", 201)) == 1);
    BOOST_TEST(m.at(requests("POST", "/login", 403)) == 1);
    BOOST_TEST(m.at(requests("POST", "/login", 401)) == 1);
    BOOST_TEST(m.at(requests("GET", "/user", 200)) == 7);
    BOOST_TEST(m.at(requests("GET", "/user", 401)) == 1);
    BOOST_TEST(m.at(requests("HEAD", "/health/live", 200)) == 1);
    BOOST_TEST(m.at(requests("GET", "none", 404)) == 1);
    BOOST_TEST(m.at(requests("DELETE", "/v1/sessions/current", 204)) == 1);
    BOOST_TEST(m.sum("watchword_http_requests_total") == 19);
    BOOST_TEST(m.sum("watchword_http_request_duration_seconds_count") == 19);
    BOOST_TEST(m.at("watchword_http_request_duration_seconds_count{route=\"/user\"}") == 8);
    BOOST_TEST(m.at("watchword_http_request_duration_seconds_bucket{route=\"/user\",le=\"+Inf\"}") == 8);
    BOOST_TEST(m.at("watchword_http_requests_in_flight") == 0);
    BOOST_TEST(m.at("watchword_http_connections_total") == 1);
    BOOST_TEST(m.at("watchword_http_connections_open") == 1);

    BOOST_TEST(m.at("watchword_sign_ups_total{outcome=\"succeeded\"}") == 1);
    BOOST_TEST(m.at("watchword_sign_ups_total{outcome=\"refused\"}") == 1);
    BOOST_TEST(m.at("watchword_sign_ins_total{outcome=\"succeeded\"}") == 2);
    BOOST_TEST(m.at("watchword_sign_ins_total{outcome=\"refused\"}") == 2);
    BOOST_TEST(m.at("watchword_sign_ins_total{outcome=\"malformed\"}") == 0);
    BOOST_TEST(m.at("watchword_sessions_opened_total") == 1);
    BOOST_TEST(m.at("watchword_sessions_refreshed_total{outcome=\"succeeded\"}") == 1);
    BOOST_TEST(m.at("watchword_sessions_ended_total{reason=\"signed_out\"}") == 1);
    BOOST_TEST(m.at("watchword_revocation_entries{kind=\"session\"}") == 1);
    // Each of the two I/O threads may have to learn a token; this connection is on one.
    BOOST_TEST(m.at("watchword_token_checks_total{kind=\"tutorial\",cache=\"hit\"}") == 6);
    BOOST_TEST(m.at("watchword_token_checks_total{kind=\"tutorial\",cache=\"miss\"}") == 2); // the bad one, too
    BOOST_TEST(m.at("watchword_token_checks_total{kind=\"bearer\",cache=\"hit\"}") == 1);
    BOOST_TEST(m.at("watchword_token_checks_total{kind=\"bearer\",cache=\"miss\"}") == 1);
    BOOST_TEST(m.at("watchword_hashing_slots") > 0);
    BOOST_TEST(m.at("watchword_hashing_duration_seconds_count") ==
               m.at("watchword_queue_jobs_total{queue=\"hashing\",outcome=\"executed\"}"));
    BOOST_TEST(m.at("watchword_hashing_duration_seconds_count") >= 4);
    BOOST_TEST(m.at("watchword_database_transaction_jobs_sum") ==
               m.at("watchword_queue_jobs_total{queue=\"writer\",outcome=\"executed\"}"));
    BOOST_TEST(m.at("watchword_database_transaction_jobs_count") ==
               m.at("watchword_database_write_duration_seconds_count"));
    BOOST_TEST(m.at("watchword_database_transactions_total{outcome=\"lost\"}") == 0);
    BOOST_TEST(m.sum("watchword_part_failing") == 0);
    BOOST_TEST(m.at("process_resident_memory_bytes") > 1e6);
    BOOST_TEST(m.at("process_open_fds") > 5);
    BOOST_TEST(m.at("process_max_fds") >= m.at("process_open_fds"));
    BOOST_TEST(m.at("process_start_time_seconds") > 1.6e9);
    BOOST_TEST(m.at("process_cpu_seconds_total") > 0);
    BOOST_TEST(m.sum("watchword_build_info") == 1);
}

BOOST_AUTO_TEST_CASE(hostile_paths_and_methods_make_no_new_series)
{
    measured_server s;
    BOOST_TEST(s.client.get("/nowhere").status == 404);
    BOOST_TEST(s.client.exchange("BREW", "/nowhere").status == 404);
    BOOST_TEST(s.client.exchange("GET", "/v1/sessions").status == 401);
    const auto before = series_of(s.read());
    for (int i = 0; i < 300; ++i) {
        const auto number = std::to_string(i);
        BOOST_TEST(s.client.get("/no%22where%7b%7d=" + number + "%0a%22?metric=" + number).status == 404);
        BOOST_TEST(s.client.exchange("X" + number, "/x/" + number).status == 404);
        s.client.exchange("GET", "/v1/sessions", {{"X-Request-Id", number}, {"User-Agent", "watchword_" + number}});
    }
    const auto after = s.read();
    BOOST_TEST(after.at(requests("GET", "none", 404)) == 301);
    BOOST_TEST(after.at(requests("other", "none", 404)) == 301);
    BOOST_TEST((series_of(after) == before));
}

BOOST_AUTO_TEST_CASE(requests_that_no_route_answers_are_counted)
{
    measured_server s({"--set", "http.header_timeout=100ms"});
    s.client.send("nonsense\r\n\r\n");
    BOOST_TEST(s.client.read_response().status == 400);
    http_client slow(s.server.address());
    slow.send("GET / HTTP/1.1\r\n");
    BOOST_TEST(slow.read_response().status == 408);
    const auto m = s.read();
    BOOST_TEST(m.at("watchword_http_requests_unanswered_total{reason=\"malformed\"}") == 1);
    BOOST_TEST(m.at("watchword_http_requests_unanswered_total{reason=\"too_slow\"}") == 1);
    BOOST_TEST(m.sum("watchword_http_requests_total") == 0);
}

BOOST_AUTO_TEST_CASE(limits_say_how_often_they_were_asked_and_refused)
{
    measured_server s({"--set", "limits.address_sign_ups=3/10m"});
    for (int i = 0; i < 5; ++i) s.client.form_post("/signup", registration(std::to_string(i) + "@b.test"));
    const auto m = s.read();
    const std::string series = "watchword_rate_limit_decisions_total{limit=\"address_sign_ups\",decision=\"";
    BOOST_TEST(m.at(series + "allowed\"}") == 3);
    BOOST_TEST(m.at(series + "refused\"}") == 2);
    BOOST_TEST(m.at("watchword_sign_ups_total{outcome=\"limited\"}") == 2);
}

BOOST_AUTO_TEST_CASE(metrics_are_served_there_and_nothing_else_is_and_not_to_the_public)
{
    measured_server s;
    BOOST_TEST(s.client.get("/metrics").status == 404);
    http_client admin(s.metrics);
    for (const auto* path : {"/", "/health/live", "/health/ready", "/user", "/v1/users", "/openapi.json", "/console/",
                             "/metrics/", "/metrics/x"})
        BOOST_TEST(admin.get(path).status == 404, path);
    BOOST_TEST(admin.exchange("POST", "/metrics").status == 405);
    BOOST_TEST(admin.exchange("HEAD", "/metrics").status == 200);
    BOOST_TEST(!contains(s.server.log(), "not loopback"));
    // What is asked there is not counted as if the public had asked.
    BOOST_TEST(s.read().sum("watchword_http_requests_total") == 1);
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(without_the_setting_nobody_serves_them)
{
    running_server s;
    BOOST_TEST(!contains(s.server.log(), "\"metrics\""));
    BOOST_TEST(s.client.get("/metrics").status == 404);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_will_do_and_an_open_address_is_warned_of)
{
    const temporary_directory directory;
    const auto socket = directory / "metrics.socket";
    server_process server(directory.path(), {"--metrics", "unix:" + socket, "--metrics", "0.0.0.0:0"});
    const auto done = run_program({"curl", "-sS", "--unix-socket", socket, "http://x/metrics"});
    BOOST_TEST(done.exit_code == 0);
    BOOST_TEST(read_exposition(done.output).has_name("watchword_build_info"));
    BOOST_TEST(contains(server.log(), "not loopback"));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!std::filesystem::exists(socket));
}

BOOST_AUTO_TEST_CASE(the_text_is_good_by_the_format_and_the_conventions)
{
    measured_server s({"--set", "limits.enabled=true"});
    s.client.form_post("/signup", registration("a@b.test"));
    s.client.form_post("/login", credentials("a@b.test"));
    const auto text = s.scrape();
    for (const auto& fault : read_exposition(text).faults) BOOST_ERROR(fault);
    BOOST_TEST(judge_with_promtool(s.directory, {"check", "metrics"}, text) == "");
    // That the judge can find something.
    BOOST_TEST(read_exposition("a_total 1\n").faults.size() == 1u);
    BOOST_TEST(read_exposition("# HELP a_ms x\n# TYPE a_ms counter\na_ms 1\na_ms 2\n").faults.size() == 3u);
    BOOST_TEST(read_exposition("# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"
                               "a_sum 1\na_count 3\n")
                   .faults.size() == 2u);
}

BOOST_AUTO_TEST_CASE(postgresql_has_metrics_of_its_own_that_are_good_too)
{
    postgres_server postgres;
    const temporary_directory secret;
    write_file(secret / "secret", "a secret of the test, 40 bytes in length\n");
    measured_server s({"--database", postgres.create_database(), "--secret-file", secret / "secret"});
    const auto text = s.scrape();
    const auto m = read_exposition(text);
    for (const auto& fault : m.faults) BOOST_ERROR(fault);
    BOOST_TEST(judge_with_promtool(s.directory, {"check", "metrics"}, text) == "");
    BOOST_TEST(m.has_name("watchword_feed_unconfirmed_seconds"));
    BOOST_TEST(m.at("watchword_feed_unconfirmed_seconds") < 20);
}

BOOST_AUTO_TEST_CASE(scrapes_and_requests_at_once_end_well)
{
    measured_server s;
    std::vector<std::unique_ptr<std::thread>> threads;
    constexpr int times = 200;
    for (int i = 0; i < 4; ++i)
        threads.push_back(std::make_unique<std::thread>([&s] {
            http_client c(s.server.address());
            for (int n = 0; n < times; ++n) c.get(n % 2 == 0 ? "/health/live" : "/nowhere");
        }));
    double last = 0;
    for (int i = 0; i < 20; ++i) {
        const auto m = s.read();
        BOOST_TEST(m.faults.empty());
        const auto now = m.sum("watchword_http_requests_total");
        BOOST_TEST(now >= last);
        last = now;
    }
    for (auto& each : threads) each->join();
    BOOST_TEST(s.read().sum("watchword_http_requests_total") == 4 * times);
}

BOOST_AUTO_TEST_CASE(dashboard_and_alerts_name_metrics_that_there_are)
{
    measured_server s({"--set", "limits.enabled=true"});
    s.client.form_post("/signup", registration("a@b.test"));
    const auto m = s.read();
    for (const auto* file : {"config/monitoring/dashboard.json", "config/monitoring/alerts.yaml"}) {
        const auto named = metrics_named_in(file);
        BOOST_TEST(named.size() > 5u, file);
        for (const auto& name : named) BOOST_TEST(m.has_name(name), std::string(file) << " names " << name);
    }
    const auto dashboard = boost::json::parse(read_file(source_file("config/monitoring/dashboard.json")));
    BOOST_TEST(dashboard.at("panels").as_array().size() > 5u);
}

BOOST_AUTO_TEST_CASE(prometheus_takes_rules_and_configuration)
{
    const temporary_directory directory;
    BOOST_TEST(judge_with_promtool(directory, {"check", "rules", source_file("config/monitoring/alerts.yaml")}) == "");
    BOOST_TEST(judge_with_promtool(directory, {"check", "config", source_file("config/monitoring/prometheus.yaml")}) ==
               "");
}

BOOST_AUTO_TEST_SUITE_END()
