#include "load_run.hpp"
#include "scripted_server.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

using namespace watchword;
using test::number;
namespace json = boost::json;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string always_ok(std::uint64_t)
{
    return std::string(ok);
}

json::object run(const test::scripted_server& server, std::vector<std::string_view> arguments)
{
    return test::run_load(server.address(), std::move(arguments));
}

} // namespace

BOOST_AUTO_TEST_SUITE(engines)

BOOST_AUTO_TEST_CASE(a_closed_loop_sends_and_counts_exactly_what_was_asked)
{
    const test::scripted_server server(always_ok);
    const auto seen =
        run(server, {"--connections", "4", "--threads", "2", "--requests", "1001", "--class", "answer=ok"});
    BOOST_TEST(server.requests() == 1001u);
    BOOST_TEST(server.connections() == 4u);
    BOOST_TEST(number(seen, "requests") == 1001u);
    BOOST_TEST(number(seen, "answers") == 1001u);
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "classes.request.latency_us.count") == 1001u);
}

BOOST_AUTO_TEST_CASE(a_stall_counts_for_every_request_that_was_due_in_it)
{
    constexpr std::chrono::milliseconds stall{500};
    const test::scripted_server server([&](std::uint64_t n) {
        if (n == 50) std::this_thread::sleep_for(stall); // what is tested: a server that does nothing for a while
        return std::string(ok);
    });
    const auto seen = run(server, {"--connections", "1", "--rate", "200", "--duration", "1"});
    // One request was sent before the stall and 99 were due in it. A generator that waits for its answers sees one.
    BOOST_TEST(number(seen, "answers") == 200u);
    BOOST_TEST(number(seen, "waited") >= 90u);
    BOOST_TEST(number(seen, "classes.request.latency_us.p99") >= 450'000u);
    BOOST_TEST(number(seen, "classes.request.latency_us.p90") >= 350'000u);
    BOOST_TEST(number(seen, "classes.request.latency_us.max") >= 500'000u);
}

BOOST_AUTO_TEST_CASE(what_was_due_is_sent_after_the_end_too)
{
    const test::scripted_server server([](std::uint64_t) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // 50 answers a second, whatever is asked
        return std::string(ok);
    });
    const auto seen = run(server, {"--connections", "1", "--rate", "100", "--duration", "0.5"});
    BOOST_TEST(number(seen, "answers") == 50u);
    BOOST_TEST(number(seen, "not_sent") == 0u);
    BOOST_TEST(number(seen, "per_second") <= 50u); // while it was measured
    BOOST_TEST(number(seen, "classes.request.latency_us.max") >= 450'000u);
}

BOOST_AUTO_TEST_CASE(what_finds_no_connection_in_time_is_reported_as_not_sent)
{
    const test::scripted_server server([](std::uint64_t) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return std::string(ok);
    });
    const auto seen = run(server, {"--connections", "1", "--rate", "200", "--duration", "0.5", "--timeout", "0.3"});
    BOOST_TEST(number(seen, "not_sent") + number(seen, "requests") == 100u);
    BOOST_TEST(number(seen, "not_sent") >= 80u);
}

BOOST_AUTO_TEST_CASE(what_came_when_is_told_for_each_status)
{
    const test::scripted_server server(
        [](std::uint64_t n) { return n < 20 ? std::string(ok) : "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"; });
    const auto seen = run(server, {"--connections", "1", "--rate", "100", "--duration", "0.5", "--interval", "0.1",
                                   "--class", "expect=200|503"});
    const auto& statuses = seen.at("classes").at("request").at("statuses").as_object();
    double last = -1;
    for (const auto* const status : {"200", "503"}) {
        std::uint64_t answers = 0;
        double before = -1;
        for (const auto& each : statuses.at(status).at("over_time").as_array()) {
            answers += each.at("answers").to_number<std::uint64_t>();
            last = each.at("from").to_number<double>();
            BOOST_TEST(last > before);
            BOOST_TEST(each.at("p50").to_number<double>() <= each.at("max").to_number<double>());
            before = last;
        }
        BOOST_TEST(answers == statuses.at(status).at("answers").to_number<std::uint64_t>());
    }
    BOOST_TEST(last >= 0.35); // the last request is due 0.49 s after the first
    BOOST_TEST(seen.at("measured_from").to_number<double>() > 0);
}

BOOST_AUTO_TEST_CASE(connections_come_from_the_addresses_that_were_asked_for)
{
    const test::scripted_server server(always_ok);
    run(server, {"--connections", "6", "--requests", "60", "--sources", "3", "--first-source", "40"});
    BOOST_TEST((server.peers() == std::set<unsigned>{40, 41, 42}));
}

BOOST_AUTO_TEST_CASE(bursts_go_out_together_and_are_all_answered)
{
    const test::scripted_server server(always_ok);
    const auto seen = run(server, {"--connections", "2", "--pipeline", "16", "--requests", "1000"});
    BOOST_TEST(server.requests() == 1000u);
    BOOST_TEST(number(seen, "answers") == 1000u);
    BOOST_TEST(number(seen, "failed.total") == 0u);
}

BOOST_AUTO_TEST_CASE(connections_are_renewed_as_asked_and_as_told)
{
    const test::scripted_server server(always_ok);
    auto seen = run(server, {"--connections", "1", "--requests", "100", "--requests-per-connection", "10"});
    BOOST_TEST(number(seen, "answers") == 100u);
    BOOST_TEST(server.connections() >= 10u);

    const test::scripted_server closing(
        [](std::uint64_t) { return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"; });
    seen = run(closing, {"--connections", "2", "--requests", "50"});
    BOOST_TEST(number(seen, "answers") == 50u);
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(closing.connections() >= 50u);
}

BOOST_AUTO_TEST_CASE(idle_connections_are_answered_once_and_held)
{
    const test::scripted_server server(always_ok);
    const auto seen = run(server, {"--connections", "0", "--idle", "20", "--duration", "0.2"});
    BOOST_TEST(server.connections() == 20u);
    BOOST_TEST(server.requests() == 20u);
    BOOST_TEST(number(seen, "idle_open") == 20u);
    BOOST_TEST(number(seen, "idle_closed") == 0u);
}

BOOST_AUTO_TEST_CASE(every_kind_of_failure_is_counted_as_what_it_is)
{
    const test::scripted_server server([](std::uint64_t n) -> std::string {
        switch (n) {
        case 0: return "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
        case 1: return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno";
        case 2: return ""; // closes
        case 3: return "what?\r\n\r\n\r\n\r\n";
        case 4: return std::string(ok) + "and more";
        default: return std::string(ok);
        }
    });
    const auto seen = run(server, {"--connections", "1", "--requests", "20", "--class", "answer=ok"});
    BOOST_TEST(number(seen, "failed.unexpected_status") == 1u);
    BOOST_TEST(number(seen, "failed.wrong_body") == 1u);
    BOOST_TEST(number(seen, "failed.closed") + number(seen, "failed.reset") == 1u);
    BOOST_TEST(number(seen, "failed.bad_answer") == 2u);
    BOOST_TEST(number(seen, "failed.total") == 5u);
    BOOST_TEST(number(seen, "classes.request.unexpected.503") == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_come_times_out)
{
    const test::scripted_server server([](std::uint64_t n) {
        return n == 3 ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") : std::string(ok);
    });
    const auto seen = run(server, {"--connections", "1", "--requests", "10", "--timeout", "0.2"});
    BOOST_TEST(number(seen, "failed.timeout") == 1u);
    BOOST_TEST(number(seen, "answers") == 9u);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_an_error)
{
    std::string address;
    {
        const test::scripted_server server(always_ok);
        address = server.address();
    }
    BOOST_CHECK_THROW(load::run(load::parse_options({"--quiet", address})), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
