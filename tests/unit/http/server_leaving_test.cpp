// Clients that go away while their request waits for a thread.
#include "server_fixture.hpp"
#include "support/certificates.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <list>
#include <sys/socket.h>

using namespace watchword;
using namespace watchword::test;
using namespace std::chrono_literals;

namespace {

constexpr auto sweep = 250ms; // how often a thread of the server looks

// One thread, which the test holds, and a queue for it: /queued and /twice wait there, once or twice.
struct leaving_fixture : server_fixture {
    core::workers pool{{"queue", 1, 1000}};
    std::latch holds{1}, let_go{1};
    std::thread holder;
    std::atomic<int> begun = 0, told_cancelled = 0, ended = 0;

    struct queued {
        leaving_fixture* f;
        int times;
        core::task<http::response> operator()(http::request&) const
        {
            auto s = http::status::ok;
            const auto count = [f = f](std::size_t) -> core::result<int> { return ++f->begun; };
            for (int i = 0; i < times; ++i) {
                const auto done = co_await f->pool.run(count);
                if (done) continue;
                s = http::status::service_unavailable;
                if (done.error() == core::errc::cancelled) ++f->told_cancelled;
            }
            ++f->ended;
            co_return http::response(s, "text/plain", "done");
        }
    };

    leaving_fixture()
    {
        routes.add(http::method::get, "/queued", queued{this, 1});
        routes.add(http::method::get, "/twice", queued{this, 2});
        holder = std::thread([this] {
            const auto hold = [this](std::size_t) -> core::result<int> {
                holds.count_down();
                let_go.wait();
                return 0;
            };
            core::asio::io_context io(1);
            core::asio::co_spawn(io, pool.run(hold), core::asio::detached);
            io.run();
        });
        holds.wait();
    }
    ~leaving_fixture()
    {
        if (holder.joinable()) release();
        server.reset();
    }
    void release()
    {
        let_go.count_down();
        holder.join();
    }
    std::size_t waiting() const { return pool.statistics().waiting; }
    std::uint64_t withdrawn() const { return pool.statistics().withdrawn; }

    static bool comes_true(const std::function<bool()>& happened)
    {
        for (const auto end = std::chrono::steady_clock::now() + 20s; !happened(); std::this_thread::yield())
            if (std::chrono::steady_clock::now() > end) return false;
        return true;
    }
    bool come_to_wait(std::size_t count)
    {
        return comes_true([&] { return waiting() == count; });
    }
    // All that waited is withdrawn, its handlers have ended and so have its connections, though the thread is held.
    void check_all_left(std::uint64_t count)
    {
        BOOST_TEST(comes_true([&] { return server->connections() == 0; }));
        BOOST_TEST(withdrawn() == count);
        BOOST_TEST(waiting() == 0u);
        BOOST_TEST(begun == 0);
        BOOST_TEST(static_cast<std::uint64_t>(ended) == count);
    }
};

template <class Work> core::task<http::response> wait_twice(core::workers& pool, Work work, std::atomic<int>& told)
{
    for (int i = 0; i < 2; ++i) {
        const auto done = co_await pool.run(work);
        if (!done) ++told;
    }
    co_return http::response(http::status::ok, "text/plain", "done");
}

void reset(client& c)
{
    const ::linger at_once{1, 0};
    ::setsockopt(c.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    c.close();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_leaving, leaving_fixture)

BOOST_AUTO_TEST_CASE(clients_that_reset_their_connection_free_their_places)
{
    std::list<client> all;
    const auto& address = start();
    for (int i = 0; i < 50; ++i) all.emplace_back(address).get("/queued");
    BOOST_REQUIRE(come_to_wait(50));
    for (auto& c : all) reset(c);
    const auto begin = std::chrono::steady_clock::now();
    check_all_left(50);
    BOOST_TEST_MESSAGE("after " << (std::chrono::steady_clock::now() - begin) / 1ms << " ms");
    BOOST_TEST(told_cancelled == 50);
}

BOOST_AUTO_TEST_CASE(clients_that_close_their_socket_free_their_places)
{
    std::list<client> all;
    const auto& address = start();
    for (int i = 0; i < 50; ++i) all.emplace_back(address).get("/queued");
    BOOST_REQUIRE(come_to_wait(50));
    for (auto& c : all) c.close();
    const auto begin = std::chrono::steady_clock::now();
    check_all_left(50);
    BOOST_TEST_MESSAGE("after " << (std::chrono::steady_clock::now() - begin) / 1ms << " ms");
}

BOOST_AUTO_TEST_CASE(clients_of_a_unix_domain_socket_do_too)
{
    const temporary_directory directory;
    settings.listen = {"unix:" + (directory.path() / "s").string()};
    const auto& address = start();
    client one(address), half(address);
    one.get("/queued");
    half.get("/queued");
    BOOST_REQUIRE(come_to_wait(2));
    half.shutdown_send();
    one.close();
    BOOST_TEST(comes_true([&] { return server->connections() == 1; }));
    BOOST_TEST(withdrawn() == 1u);
    BOOST_TEST(half.read(12) == "HTTP/1.1 102");
    release();
    BOOST_TEST(half.read_all().ends_with("done"));
}

BOOST_AUTO_TEST_CASE(clients_with_tls_do_too)
{
    const temporary_directory directory;
    certificate_authority root{directory, "root"};
    const auto files = root.issue("server");
    settings.listen = {"https://127.0.0.1:0"};
    settings.tls = http::tls_settings();
    settings.tls->certificate_file = files.certificate;
    settings.tls->key_file = files.key;
    const auto address = start().substr(std::string_view("https://").size());

    tls_offer offer;
    offer.most = TLS1_2_VERSION; // no ticket comes late: nothing is unread, and closing is no reset
    client left_plain(address), half_plain(address);
    tls_client left(left_plain.descriptor(), offer), half(half_plain.descriptor(), offer);
    for (auto* const c : {&left, &half}) {
        BOOST_REQUIRE((c->handshake() == tls_client::outcome::done)); // the sockets block
        std::string_view request = "GET /queued HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        BOOST_REQUIRE((c->write(request) == tls_client::outcome::done));
    }
    BOOST_REQUIRE(come_to_wait(2));
    left_plain.close();
    half_plain.shutdown_send();
    BOOST_TEST(comes_true([&] { return server->connections() == 1; }));
    BOOST_TEST(withdrawn() == 1u);
    std::string received;
    BOOST_REQUIRE((half.read(received) == tls_client::outcome::done));
    BOOST_TEST(received == "HTTP/1.1 102 Processing\r\n\r\n");
    release();
    while (half.read(received) == tls_client::outcome::done) {
    }
    BOOST_TEST(received.ends_with("done"));
}

// It is legal (RFC 9112 section 9.6), and looks like leaving until it is asked.
BOOST_AUTO_TEST_CASE(a_client_that_only_closes_its_side_keeps_its_place)
{
    client c(start());
    c.get("/hello"); // whose answer has not gone yet
    c.get("/queued");
    BOOST_REQUIRE(come_to_wait(1));
    c.shutdown_send();
    const auto first = c.read(20);
    BOOST_TEST(first.starts_with("HTTP/1.1 200 OK\r\n")); // the thread is held: something else let it go
    std::string all = first;
    while (!all.ends_with("HTTP/1.1 102 Processing\r\n\r\n")) all += c.read(1);
    BOOST_TEST(count(all, "hello") == 1u);
    BOOST_TEST(waiting() == 1u);
    release();
    const auto rest = c.read_all();
    BOOST_TEST(rest.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(rest.ends_with("done"));
    BOOST_TEST(count(rest, "102") == 0u); // asked once
    BOOST_TEST(withdrawn() == 0u);
}

// 1.0 knows no interim answer: a client that has closed its side gives up what waits, and is told so if it still reads.
BOOST_AUTO_TEST_CASE(a_client_of_http_1_0_that_closes_its_side_gives_its_place_back)
{
    const auto& address = start();
    client waits(address), runs(address);
    runs.send("GET /held HTTP/1.0\r\n\r\n");
    started.wait();
    runs.shutdown_send();
    waits.send("GET /queued HTTP/1.0\r\n\r\n");
    BOOST_REQUIRE(come_to_wait(1));
    waits.shutdown_send();
    BOOST_TEST(waits.read_all().starts_with("HTTP/1.1 503 "));
    BOOST_TEST(withdrawn() == 1u);
    std::this_thread::sleep_for(3 * sweep); // what runs is not touched, however often one looks
    BOOST_TEST(server->connections() == 1u);
    released.count_down();
    BOOST_TEST(runs.read_all().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(what_runs_is_finished_and_nothing_more_is_begun)
{
    settings.threads = 1;
    const auto& address = start();
    client running(address), pipelined(address);
    running.get("/held");
    started.wait();
    pipelined.get("/twice");
    pipelined.get("/twice");
    BOOST_REQUIRE(come_to_wait(1));
    reset(running);
    reset(pipelined);
    BOOST_TEST(comes_true([&] { return server->connections() == 1; }));
    BOOST_TEST(withdrawn() == 1u);
    BOOST_TEST(told_cancelled == 2); // the second step of the first request; the second request never came to be
    BOOST_TEST(ended == 1);
    BOOST_TEST(begun == 0);
    BOOST_TEST(workers.statistics().withdrawn == 0u);
    released.count_down();
    BOOST_TEST(comes_true([&] { return server->connections() == 0; }));
    BOOST_TEST(comes_true([&] { return workers.statistics().executed == 1; })); // counted after it is told
}

BOOST_AUTO_TEST_CASE(a_stream_whose_client_has_left_waits_for_nothing)
{
    routes.add(http::method::get, "/waiting-stream", stalled{{&pool, &started, &released}});
    client c(start());
    c.get("/waiting-stream");
    BOOST_TEST(c.receive(5) == "HTTP/");
    BOOST_REQUIRE(come_to_wait(1));
    reset(c);
    BOOST_TEST(comes_true([&] { return server->connections() == 0; }));
    BOOST_TEST(withdrawn() == 1u);
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_given_up_waits_for_nothing_either)
{
    settings.limits.handler_timeout = 100ms;
    client c(start());
    c.get("/queued");
    BOOST_TEST(c.read_all().starts_with("HTTP/1.1 503 "));
    BOOST_TEST(comes_true([&] { return server->connections() == 0; })); // though the thread is held
    BOOST_TEST(withdrawn() == 1u);
}

// Whoever comes first, the look or the thread, nothing is lost and nothing is told twice. For the sanitizers.
BOOST_AUTO_TEST_CASE(clients_that_leave_while_the_queue_moves)
{
    const auto work = [this](std::size_t) -> core::result<int> {
        std::this_thread::sleep_for(2ms); // the queue lasts for some sweeps
        return ++begun;
    };
    std::atomic<int> told = 0;
    const auto wait = [&](http::request&) -> core::task<http::response> { return wait_twice(pool, work, told); };
    routes.add(http::method::get, "/moving", wait);
    const auto& address = start();
    std::list<client> all;
    for (int i = 0; i < 300; ++i) all.emplace_back(address).get("/moving", "Connection: close\r\n");
    BOOST_REQUIRE(come_to_wait(300));
    release();
    std::size_t number = 0;
    for (auto& c : all) {
        switch (number++ % 4) {
        case 0: reset(c); break;
        case 1: c.close(); break;
        case 2: c.shutdown_send(); break;
        default: break;
        }
    }
    number = 0;
    for (auto& c : all)
        if (number++ % 4 >= 2) BOOST_TEST(c.read_all().ends_with("done"));
    BOOST_TEST(comes_true([&] { return server->connections() == 0; }));
    // One more held the thread. They are counted after they are told.
    BOOST_TEST(comes_true([&] { return pool.statistics().executed == static_cast<std::uint64_t>(begun) + 1; }));
    const auto seen = pool.statistics();
    BOOST_TEST(seen.waiting == 0u);
    BOOST_TEST(seen.refused == 0u);
    BOOST_TEST(begun + told == 600);
    BOOST_TEST(seen.withdrawn > 0u);
    BOOST_TEST(static_cast<std::uint64_t>(told) >= seen.withdrawn);
    BOOST_TEST_MESSAGE(seen.withdrawn << " of 600 jobs withdrawn");
}

BOOST_AUTO_TEST_CASE(a_stop_that_cuts_does_not_wait_for_the_queue)
{
    client c(start());
    c.get("/twice");
    BOOST_REQUIRE(come_to_wait(1));
    server->stop();
    server->stop();
    server->wait(); // though the thread is held
    BOOST_TEST(withdrawn() == 1u);
    BOOST_TEST(told_cancelled == 2);
}

BOOST_AUTO_TEST_SUITE_END()
