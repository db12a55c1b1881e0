// F23: the server is told to stop, and started again, while clients go on as if nothing was.
#include "ledger_clients.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <list>
#include <memory>
#include <sstream>

namespace {

using namespace watchword::test;

// Stops and starts the server under clients of that manner; `enough` answers come between two stops.
void check_restarts(const std::string& what, manner m, std::size_t clients_count, std::size_t enough)
{
    const temporary_directory directory;
    std::string address;
    std::list<ledger_client> clients;
    latencies drains;
    const auto rounds = how_many(5, 20);
    const auto start = [&] {
        auto arguments = cheap_passwords();
        if (!address.empty()) arguments.insert(arguments.end(), {"--listen", address});
        return std::make_unique<server_process>(directory.path(), arguments);
    };
    // The first one is only asked for a port that was free.
    address = start()->address();
    auto server = start();
    for (std::size_t i = 0; i < clients_count; ++i) clients.emplace_back(address, i, m);
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto before = answered(clients);
        BOOST_REQUIRE(comes_true([&] { return answered(clients) >= before + enough; }, std::chrono::seconds(60)));
        const auto begin = steady_clock::now();
        BOOST_TEST(server->stop() == 0);
        drains.add(steady_clock::now() - begin);
        server = start();
    }
    const auto all = stop_all(clients, what);
    std::ostringstream text;
    text << "F23 " << rounds << " restarts under " << clients_count << " clients (" << what << "): " << all.answered
         << " requests answered, " << all.failed << " failed, " << all.acknowledged.size()
         << " sign-ups acknowledged; connections that were announced to close: " << all.announced
         << ", requests that crossed the end of theirs: " << all.crossed << "; stops: " << drains;
    report(text.str());
    BOOST_TEST(all.failed == 0u);
    check_promises(address, all.acknowledged);
    BOOST_TEST(server->stop() == 0);
    BOOST_TEST(query_sqlite(directory / "watchword.db", "PRAGMA integrity_check") == "ok\n");
}

// Connects, asks and leaves as fast as it can until nobody listens any more.
struct hammer {
    std::atomic<std::size_t> answered{0};
    std::string failure; // what became of a request whose connection had been made

    void run(const std::string& address)
    {
        const auto request = get_request("/health/live", {{"Connection", "close"}});
        while (failure.empty()) {
            std::unique_ptr<http_client> client;
            try {
                client = std::make_unique<http_client>(address);
            } catch (const std::runtime_error&) { // refused: it has stopped
                return;
            }
            try {
                client->send(request);
                answered += client->read_response().status == 200;
            } catch (const std::runtime_error& e) {
                failure = e.what();
            }
        }
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(f23_drain)

// What the clients below forgive, and what not.
BOOST_AUTO_TEST_CASE(a_client_tells_a_request_that_came_too_late_from_one_that_was_dropped)
{
    namespace asio = boost::asio;
    using asio::ip::tcp;
    enum { closes_before, closes_without_reading, closes_after_reading };
    for (const auto server : {closes_before, closes_without_reading, closes_after_reading}) {
        asio::io_context io;
        tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
        http_client client("127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
        auto accepted = acceptor.accept();
        if (server == closes_before) accepted.close();
        const auto request = get_request("/health/live");
        client.send(request);
        std::string bytes(request.size(), ' ');
        if (server == closes_after_reading) asio::read(accepted, asio::buffer(bytes));
        if (server == closes_without_reading) accepted.wait(tcp::socket::wait_read);
        accepted.close();
        BOOST_CHECK_THROW(client.read_response(), std::runtime_error);
        BOOST_TEST(client.crossed_the_end() == (server == closes_before));
    }
}

BOOST_AUTO_TEST_CASE(clients_that_keep_their_connection_lose_no_request_to_a_restart)
{
    check_restarts("keeping", manner::keeps, 8, 400);
}

BOOST_AUTO_TEST_CASE(clients_that_connect_for_each_request_lose_none_to_a_restart)
{
    check_restarts("reconnecting", manner::reconnects, 8, 400);
}

BOOST_AUTO_TEST_CASE(clients_that_rest_between_requests_lose_none_to_a_restart)
{
    check_restarts("resting", manner::rests, 24, 40);
}

// Between the last look into the queue of connections and its closing, the kernel may complete another one.
BOOST_AUTO_TEST_CASE(connections_that_are_made_while_it_stops_are_answered_or_refused)
{
    const temporary_directory directory;
    std::size_t answered = 0, failed = 0;
    const auto rounds = how_many(10, 60);
    for (std::size_t round = 0; round < rounds; ++round) {
        server_process server(directory.path(), {"--threads", "16"}); // each has a queue of its own to close
        std::list<hammer> hammers(8);
        std::list<std::thread> threads;
        for (auto& each : hammers) threads.emplace_back([&] { each.run(server.address()); });
        const auto all_are_at_it = [&] {
            return std::all_of(hammers.begin(), hammers.end(), [](const hammer& h) { return h.answered >= 50; });
        };
        BOOST_TEST(comes_true(all_are_at_it));
        BOOST_TEST(server.stop() == 0);
        for (auto& thread : threads) thread.join();
        for (const auto& each : hammers) {
            answered += each.answered;
            failed += !each.failure.empty();
        }
    }
    report("F23 " + std::to_string(rounds) + " stops under 8 clients that connect all the time: " +
           std::to_string(answered) + " requests answered, " + std::to_string(failed) + " failed");
    BOOST_TEST(failed == 0u);
}

// The server comes to it late: the time an idle connection has is over, and the request is there.
BOOST_AUTO_TEST_CASE(a_request_that_waits_when_the_server_would_close_an_idle_connection_is_answered)
{
    for (std::size_t round = 0; round < how_many(4, 20); ++round) {
        signed_in_server s(cheap_passwords());
        std::list<http_client> clients;
        for (int i = 0; i < 16; ++i) BOOST_TEST(clients.emplace_back(s.address()).get("/health/live").status == 200);
        s.server.child().signal(SIGTERM);
        BOOST_REQUIRE(s.server.child().await_error_line("\"stopping\""));
        s.server.child().signal(SIGSTOP);
        for (auto& client : clients) client.send(get_request("/health/live"));
        std::this_thread::sleep_for(milliseconds(700));
        s.server.child().signal(SIGCONT);
        for (auto& client : clients) BOOST_TEST(client.read_response().status == 200);
        BOOST_TEST(s.server.child().wait() == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
