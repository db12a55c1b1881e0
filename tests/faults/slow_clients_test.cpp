// F10: clients that send or read as slowly as they can.
#include "faults_fixture.hpp"
#include "support/response_text.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <sstream>

namespace {

using namespace watchword::test;

constexpr milliseconds timeout(2000);
const auto short_timeouts =
    set({"http.header_timeout=2s", "http.body_timeout=2s", "http.write_timeout=2s"}) + many_connections();
// Swept four times a second, so a second more is enough.
constexpr auto end_by = at_most(timeout + std::chrono::seconds(1));
constexpr std::size_t memory_each = 64 * 1024;
constexpr std::size_t kernel_memory_each = 512 * 1024;

std::size_t attackers()
{
    return how_many(200, 1000);
}

// What an attack came to, as the attackers saw it.
struct outcome {
    latencies lifetimes; // of their connections
    std::size_t answered_408 = 0;
    std::size_t left = 0; // not closed by the server in time
};

// Each begins a request and then sends a little more of it again and again, until the server ends it.
outcome dribble(const std::string& address, const std::string& beginning, const std::string& more)
{
    swarm crowd(address);
    for (std::size_t i = 0; i < attackers(); ++i) {
        const auto who = crowd.open();
        crowd.send(who, beginning);
        if (i % 50 == 49) crowd.turn(milliseconds(0));
    }
    const auto give_up = steady_clock::now() + 10 * end_by;
    while (crowd.ended() < crowd.size() && steady_clock::now() < give_up) {
        crowd.run_until([&] { return crowd.ended() == crowd.size(); }, milliseconds(100));
        for (std::size_t i = 0; i < crowd.size(); ++i) crowd.send(i, more);
    }
    outcome seen;
    seen.left = crowd.size() - crowd.ended();
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        auto& peer = crowd.at(i);
        if (!peer.ended) continue;
        seen.lifetimes.add(peer.ended_at - peer.opened);
        seen.answered_408 += peer.received.starts_with("HTTP/1.1 408 ");
    }
    return seen;
}

// The most memory the process had until the attack was over, beyond what it had before. `look` is called now and then.
template <class T>
std::size_t watch_memory(
    ::pid_t process, std::size_t before, std::future<T>& attack, const std::function<void()>& look = [] {})
{
    std::size_t most = before;
    while (attack.wait_for(milliseconds(50)) != std::future_status::ready) {
        most = std::max(most, resident_bytes(process));
        look();
    }
    return most - before;
}

void report_memory(const std::string& what, std::size_t grown)
{
    report(what + ", memory for each of " + std::to_string(attackers()) +
           " slow connections: " + std::to_string(grown / attackers()) + " bytes");
    if (!is_sanitized) BOOST_TEST(grown < attackers() * memory_each);
}

void check_dribble(const std::string& what, const std::string& beginning, const std::string& more)
{
    signed_in_server s(short_timeouts);
    bystander normal(s.address(), s.token);
    BOOST_REQUIRE(comes_true([&] { return normal.asked() > 20; }));
    const auto before = resident_bytes(s.id());
    auto attack = std::async(std::launch::async, [&] { return dribble(s.address(), beginning, more); });
    const auto grown = watch_memory(s.id(), before, attack);
    const auto seen = attack.get();
    normal.check(what);
    std::ostringstream text;
    text << what << ", lifetimes of slow connections with a limit of " << timeout.count() << " ms: " << seen.lifetimes;
    report(text.str());
    report_memory(what, grown);
    BOOST_TEST(seen.left == 0u);
    BOOST_TEST((seen.lifetimes.percentile(100) <= end_by));
    BOOST_TEST(seen.answered_408 == attackers());
    BOOST_TEST(s.server.stop() == 0);
}

// They ask for a long list, more often than the kernel has room for it, and take it in tiny pieces. The server's
// descriptors tell when it has given them up: the client does not hear of it while it leaves in the kernel what came
// before.
milliseconds read_slowly(signed_in_server& s, std::size_t base)
{
    constexpr int receive_buffer = 4096, requests = 8;
    std::string burst;
    for (int i = 0; i < requests; ++i) burst += get_request("/user", {{"x-access-token", s.token}});
    swarm crowd(s.address());
    for (std::size_t i = 0; i < attackers(); ++i) {
        const auto who = crowd.open(receive_buffer);
        crowd.at(who).may_receive = 0;
        crowd.send(who, burst);
        if (i % 50 == 49) crowd.turn(milliseconds(0));
    }
    // Connected is also who waits for the server to take him.
    const auto all_are_served = [&] { return open_files(s.id()) >= base + crowd.size(); };
    crowd.run_until(all_are_served, std::chrono::seconds(20));
    const auto begin = steady_clock::now();
    const auto is_over = [&] { return s.has_freed_all(base); };
    while (!is_over() && steady_clock::now() - begin < 10 * end_by) {
        crowd.run_until([] { return false; }, milliseconds(200));
        for (std::size_t i = 0; i < crowd.size(); ++i) crowd.let_receive(i, 5);
    }
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

// A request for as many ranges as its header has room for; how many got the whole list, once.
std::size_t ask_for_ranges(signed_in_server& s, std::size_t list_size)
{
    std::string ranges = "bytes=0-";
    for (int i = 1; ranges.size() < 7000; ++i) ranges += ",5-" + std::to_string(i);
    swarm crowd(s.address());
    for (std::size_t i = 0; i < attackers(); ++i) {
        const auto who = crowd.open();
        crowd.send(who,
                   get_request("/user", {{"x-access-token", s.token}, {"Range", ranges}, {"Connection", "close"}}));
        if (i % 50 == 49) crowd.turn(milliseconds(0));
    }
    crowd.run_until([&] { return crowd.ended() == crowd.size(); }, at_most(std::chrono::seconds(30)));
    std::size_t whole = 0;
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        const auto responses = take_responses(crowd.at(i).received);
        whole += responses.size() == 1 && responses[0].status == 200 && responses[0].body.size() == list_size;
    }
    return whole;
}

boost::test_tools::assertion_result can_run_slowhttptest(boost::unit_test::test_unit_id)
{
    if (!is_long()) return unless("slowhttptest runs in the long form only");
    const bool is_installed = run_program({"sh", "-c", "command -v slowhttptest"}).exit_code == 0;
    return unless(is_installed ? "" : "slowhttptest is not installed");
}

} // namespace

BOOST_AUTO_TEST_SUITE(f10_slow_clients)

BOOST_AUTO_TEST_CASE(headers_that_never_end)
{
    check_dribble("F10 slow headers", "GET /user HTTP/1.1\r\nHost: x\r\n", "X-a: b\r\n");
}

BOOST_AUTO_TEST_CASE(bodies_that_never_end)
{
    check_dribble("F10 slow body",
                  "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                  "Content-Length: 100000\r\n\r\n",
                  "x");
}

BOOST_AUTO_TEST_CASE(chunks_that_never_end)
{
    check_dribble("F10 slow chunks", "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                  "1\r\nx\r\n");
}

BOOST_AUTO_TEST_CASE(responses_that_are_never_read)
{
    signed_in_server s(short_timeouts, 1'000'000);
    for (int i = 0; i < 32; ++i) // every I/O thread has read the list once
        BOOST_TEST(http_client(s.address()).get("/user", s.token).body.size() > 900'000u);
    bystander normal(s.address(), {}, "/health/live");
    BOOST_REQUIRE(comes_true([&] { return normal.asked() > 20; }));
    const auto base = open_files(s.id()), before = resident_bytes(s.id());
    auto attack = std::async(std::launch::async, [&] { return read_slowly(s, base); });
    const auto port = s.address().substr(s.address().rfind(':') + 1);
    std::size_t unsent = 0;
    const auto grown = watch_memory(s.id(), before, attack, [&] { unsent = std::max(unsent, unsent_bytes(port)); });
    const auto took = attack.get();
    normal.check("F10 slow read");
    report("F10 slow read, bytes that the kernel holds for each: " + std::to_string(unsent / attackers()));
    report("F10 slow read: all given up after " + std::to_string(took.count()) + " ms with a limit of " +
           std::to_string(timeout.count()) + " ms");
    report_memory("F10 slow read", grown);
    BOOST_TEST((took > timeout / 2)); // they were there
    BOOST_TEST((took <= end_by + std::chrono::seconds(1)));
    BOOST_TEST(unsent < attackers() * kernel_memory_each);
    BOOST_TEST(s.server.stop() == 0);
}

// Nobody has asked for the list yet: however many do so at once, it is in memory a few times, not once for each.
BOOST_AUTO_TEST_CASE(responses_that_are_never_read_of_a_list_that_has_just_changed)
{
    signed_in_server s(short_timeouts, 1'000'000);
    const auto base = open_files(s.id()), before = resident_bytes(s.id());
    auto attack = std::async(std::launch::async, [&] { return read_slowly(s, base); });
    const auto grown = watch_memory(s.id(), before, attack);
    attack.get();
    report_memory("F10 slow read of a new list", grown);
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(requests_for_overlapping_ranges)
{
    signed_in_server s(short_timeouts, 20'000);
    const auto list_size = http_client(s.address()).get("/user", s.token).body.size();
    BOOST_TEST(list_size > 15'000u);
    bystander normal(s.address(), s.token);
    const auto before = resident_bytes(s.id());
    auto attack = std::async(std::launch::async, [&] { return ask_for_ranges(s, list_size); });
    const auto grown = watch_memory(s.id(), before, attack);
    BOOST_TEST(attack.get() == attackers());
    BOOST_REQUIRE(comes_true([&] { return normal.asked() > 20; }));
    normal.check("F10 ranges");
    report_memory("F10 ranges", grown);
    BOOST_TEST(s.server.stop() == 0);
}

// Somebody else's idea of it: https://github.com/shekyan/slowhttptest
BOOST_AUTO_TEST_CASE(slowhttptest_in_its_four_modes, *boost::unit_test::precondition(can_run_slowhttptest))
{
    signed_in_server s(short_timeouts);
    const std::map<std::string, std::vector<std::string>> modes{
        {"-H", {"-i", "1", "-x", "24"}},
        {"-B", {"-i", "1", "-x", "24", "-s", "100000"}},
        {"-X", {"-k", "10", "-w", "10", "-y", "20", "-z", "5", "-n", "1"}},
        {"-R", {"-a", "1", "-b", "3000"}},
    };
    const auto base = open_files(s.id());
    for (const auto& [mode, options] : modes) {
        bystander normal(s.address(), s.token);
        const std::vector<std::string> common{"slowhttptest", mode,   "-c", "1000",
                                              "-r",           "1000", "-l", "8",
                                              "-p",           "3",    "-u", "http://" + s.address() + "/health/live"};
        const auto done = run_program(common + options);
        normal.check("F10 slowhttptest " + mode);
        BOOST_TEST(done.exit_code == 0, done.output + done.errors);
        const auto says = [&](const char* part) { return done.output.find(part) != std::string::npos; };
        BOOST_TEST(says("YES"), done.output); // "service available:", in colours
        BOOST_TEST(!says("NO\n"), done.output);
        BOOST_TEST(comes_true([&] { return s.has_freed_all(base); }));
    }
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
