// The program is replaced in the shapes that people run it in.
#include "postgres_fixture.hpp"
#include "support/certificates.hpp"
#include "takeover_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <sys/stat.h>
#include <thread>
#include <utility>

namespace {

using namespace watchword::test;

// There and back again, at least.
std::size_t rounds()
{
    return std::max<std::size_t>(2, how_many(2, 20));
}

void check_stop(process& running)
{
    running.signal(SIGTERM);
    BOOST_TEST(running.wait() == 0);
}

struct postgres_takeover : service {
    postgres_takeover()
    {
        database = shared_postgres().create_database();
        write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
        arguments = {"--secret-file", directory / "secret"};
    }
    ~postgres_takeover() { BOOST_TEST(postgres_damage(database) == ""); }
};

struct https_takeover : service {
    const certificate_authority root{directory, "root"};
    const certificate_files files = root.issue("server");

    https_takeover()
    {
        listen = "https://127.0.0.1:0";
        arguments = {"--tls-certificate", files.certificate, "--tls-key", files.key};
    }
};

struct unix_takeover : service {
    const std::string path = directory / "watchword.sock";

    unix_takeover() { listen = "unix:" + path + "?mode=600"; }
    bool is_there() const
    {
        struct ::stat found {};
        return ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode) && (found.st_mode & 0777) == 0600;
    }
    bool serves() const { return is_there() && http_client("unix:" + path).get("/health/live").status == 200; }
};

template <typename Service> struct failing_takeover : Service {
    // One that would listen there does not get its database; the running one begins anew.
    void check_failure_at(std::string other_address, const process& running)
    {
        std::swap(this->listen, other_address);
        const auto failing = this->start({"--database", "sqlite:" + (this->directory / "nowhere/watchword.db"),
                                          "--secret-file", this->directory / "watchword.db.secret"});
        std::swap(this->listen, other_address);
        BOOST_TEST(failing->wait() == 1);
        BOOST_TEST_REQUIRE(this->manager.await_ready() == running.id(), running.errors());
    }
};

// Prometheus, in a hurry: on a connection that it keeps, and on a new one each time.
class scraper {
public:
    explicit scraper(std::string address) : address_(std::move(address)), thread_([this] { run(); }) {}
    ~scraper() { stop(); }
    scraper(const scraper&) = delete;
    scraper& operator=(const scraper&) = delete;

    void stop()
    {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }
    std::size_t answered() const noexcept { return answered_; }
    // After stop().
    std::vector<std::string> failures;
    std::string first_failure() const { return failures.empty() ? "" : failures.front(); }

private:
    void run()
    {
        std::unique_ptr<http_client> kept;
        while (!stopping_) {
            ask(kept);
            std::unique_ptr<http_client> fresh;
            ask(fresh);
            std::this_thread::sleep_for(milliseconds(2));
        }
    }
    void ask(std::unique_ptr<http_client>& connection)
    try {
        if (!connection) connection = std::make_unique<http_client>(address_);
        const auto answer = connection->get("/metrics");
        if (answer.header("Connection") == "close") connection.reset();
        if (answer.status == 200 && contains(answer.body, "process_start_time_seconds")) {
            ++answered_;
        } else {
            failures.push_back(std::to_string(answer.status) + " " + answer.body);
        }
    } catch (const std::runtime_error& e) {
        connection.reset();
        failures.emplace_back(e.what());
    }

    const std::string address_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> answered_{0};
    std::thread thread_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(takeover)

BOOST_FIXTURE_TEST_CASE(on_postgresql_both_serve_for_a_moment, postgres_takeover)
{
    const auto running = check_takeovers(*this, "PostgreSQL", rounds());
    const auto failing = start({"--database", shared_postgres().url("nowhere")});
    BOOST_TEST(failing->wait() == 1);
    BOOST_TEST(http_client(address).get("/health/live").status == 200);
    BOOST_TEST(!contains(running->errors(), "handing over"));
    check_stop(*running);
}

BOOST_FIXTURE_TEST_CASE(on_postgresql_a_signal_upgrades_it_in_place, postgres_takeover)
{
    check_upgrades(*this, "PostgreSQL, in place", rounds());
}

BOOST_FIXTURE_TEST_CASE(clients_of_tls_notice_nothing, https_takeover)
{
    const auto running = check_takeovers(*this, "TLS", rounds());
    check_stop(*running);
}

BOOST_FIXTURE_TEST_CASE(a_unix_socket_stays_until_the_last_one_ends, unix_takeover)
{
    const auto running = check_takeovers(*this, "a Unix-domain socket", rounds());
    BOOST_TEST(is_there());
    BOOST_TEST(serves());
    check_stop(*running);
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_unix_socket_stays_when_a_takeover_fails, failing_takeover<unix_takeover>)
{
    const auto running = start_ready();
    const auto none = start({"--secret-file", directory / "nowhere"});
    BOOST_TEST(none->wait() == 1);
    BOOST_TEST_REQUIRE(running->await_error_line("has ended before it was ready").has_value());
    BOOST_TEST(serves());
    for (const auto& its_address : {listen, std::string("127.0.0.1:0")}) {
        check_failure_at(its_address, *running);
        BOOST_TEST(serves());
    }
    check_stop(*running);
    BOOST_TEST(!std::filesystem::exists(path));
}

// The running one has closed its doors when one fails that would have listened elsewhere.
BOOST_FIXTURE_TEST_CASE(after_one_that_fails_elsewhere_clients_are_let_in_again, failing_takeover<service>)
{
    arguments = {"--metrics", "127.0.0.1:0"};
    const auto running = start_ready();
    const auto metrics = listen_in(running->await_error_line("\"message\":\"metrics\"").value());
    check_failure_at("127.0.0.1:0", *running);
    BOOST_TEST(http_client(address).get("/health/live").status == 200);
    BOOST_TEST(http_client(metrics).get("/metrics").status == 200);
    check_stop(*running);
}

BOOST_FIXTURE_TEST_CASE(metrics_are_scraped_all_through_it, service)
{
    auto running = start_ready({"--metrics", "127.0.0.1:0"});
    const auto metrics = listen_in(running->await_error_line("\"message\":\"metrics\"").value());
    http_client slow(metrics);
    slow.send("GET /metrics HTTP/1.1\r\nHost: x\r\n");
    scraper prometheus(metrics);
    const auto await_scrapes = [&] {
        const auto before = prometheus.answered();
        return comes_true([&] { return prometheus.answered() >= before + 20; });
    };
    for (std::size_t round = 0; round < rounds(); ++round) {
        BOOST_TEST(await_scrapes());
        auto next = start_ready({"--metrics", metrics}); // the first one was told otherwise
        BOOST_TEST(running->wait() == 0);
        running = std::move(next);
    }
    BOOST_TEST(slow.read_response().status == 408); // and was not cut
    BOOST_TEST(await_scrapes());
    prometheus.stop();
    report(std::to_string(prometheus.answered()) + " scrapes, " + std::to_string(prometheus.failures.size()) +
           " failed");
    BOOST_TEST(prometheus.failures.empty(), prometheus.first_failure());
    check_stop(*running);
}

BOOST_FIXTURE_TEST_CASE(one_thread_and_four_replace_each_other, service)
{
    const auto threads = [](std::size_t round) {
        return std::vector<std::string>{"--threads", round % 2 == 0 ? "1" : "4"};
    };
    const auto running = check_takeovers(*this, "threads 1, 4, 1", rounds(), threads);
    check_stop(*running);
}

BOOST_AUTO_TEST_SUITE_END()
