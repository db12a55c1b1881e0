// F23: the server is told to stop, and started again, while clients go on as if nothing was. What they were promised
// is in their ledger.
#include "faults_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <list>
#include <memory>
#include <set>
#include <sstream>

namespace {

using namespace watchword::test;

enum class manner {
    keeps,      // one connection, until the server announces its end
    reconnects, // a connection for each request
    rests,      // one connection with pauses, in which the server may close it
};

// Signs up, logs in and asks for the list again and again, in a thread of its own. While nobody listens it tries
// again; a request that was sent and not answered is a failure.
class ledger_client {
public:
    ledger_client(std::string address, std::size_t number, manner m)
        : address_(std::move(address)),
          name_("client-" + std::to_string(number)),
          manner_(m),
          pause_(number * 43),
          thread_([this] { run(); })
    {}
    ~ledger_client() { stop(); }

    void stop()
    {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }
    std::size_t answered() const noexcept { return answered_; }

    // After stop().
    std::vector<std::string> acknowledged, failures;
    std::size_t announced = 0; // answers that were the last of their connection because the server said so
    std::size_t crossed = 0;   // requests that were sent again: the connection had been closed when they arrived

private:
    void run()
    {
        for (std::size_t i = 0; !stopping_; ++i) {
            const auto email = name_ + "-" + std::to_string(i) + "@b.test";
            const auto added = ask(form_request("/signup", registration(email)), 201);
            if (!added) continue;
            acknowledged.push_back(email);
            const auto signed_in = ask(form_request("/login", credentials(email)), 201);
            if (!signed_in || i % 16 != 0) continue;
            const auto answer = boost::json::parse(signed_in->body);
            ask(get_request("/user", {{"x-access-token", std::string(answer.at("token").as_string())}}), 200);
        }
    }

    std::optional<http_response> ask(std::string request, int status)
    {
        if (manner_ == manner::reconnects) request.insert(request.find("Host:"), "Connection: close\r\n");
        rest();
        if (connection_ && connection_->has_ended()) connection_.reset();
        const bool was_kept = connection_ != nullptr;
        if (!connect()) return std::nullopt;
        try {
            connection_->send(request);
            auto response = connection_->read_response();
            const bool closes = response.header("Connection") == "close";
            announced += closes && manner_ != manner::reconnects;
            if (closes) connection_.reset();
            ++answered_;
            if (response.status == status) return response;
            fail(request, std::to_string(response.status) + " " + response.body);
        } catch (const std::runtime_error& e) {
            const bool again = was_kept && manner_ == manner::rests && connection_->crossed_the_end();
            connection_.reset();
            if (again) {
                ++crossed;
                return ask(std::move(request), status);
            }
            fail(request, std::string(was_kept ? "on a kept connection: " : "on a new connection: ") + e.what());
        }
        return std::nullopt;
    }

    bool connect()
    {
        const auto give_up = steady_clock::now() + std::chrono::seconds(30);
        while (!connection_) {
            try {
                connection_ = std::make_unique<http_client>(address_);
            } catch (const std::runtime_error& e) { // nobody listens
                if (stopping_) return false;
                if (steady_clock::now() > give_up) {
                    fail("connecting", e.what());
                    return false;
                }
                std::this_thread::sleep_for(milliseconds(2));
            }
        }
        return true;
    }

    void rest()
    {
        if (manner_ != manner::rests) return;
        pause_ = (pause_ * 7 + milliseconds(131)) % 1100; // of every length, before and after the end of the drain
        const auto until = steady_clock::now() + pause_;
        while (!stopping_ && steady_clock::now() < until) std::this_thread::sleep_for(milliseconds(5));
    }

    void fail(const std::string& request, const std::string& why)
    {
        failures.push_back(request.substr(0, request.find('\r')) + ": " + why);
    }

    const std::string address_, name_;
    const manner manner_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> answered_{0};
    std::unique_ptr<http_client> connection_;
    milliseconds pause_;
    std::thread thread_;
};

using ledger_clients = std::list<ledger_client>;

std::size_t answered(const ledger_clients& clients)
{
    std::size_t all = 0;
    for (const auto& each : clients) all += each.answered();
    return all;
}

// Everything that was acknowledged can log in and is listed.
void check_ledger(const std::string& address, const std::set<std::string>& acknowledged)
{
    http_client client(address);
    std::string token;
    std::size_t lost = 0;
    for (const auto& email : acknowledged) {
        const auto response = client.form_post("/login", credentials(email));
        lost += response.status != 201;
        if (response.status == 201) token = token_of(response);
    }
    BOOST_TEST(lost == 0u);
    std::multiset<std::string> listed;
    for (const auto& user : users(client, token)) listed.emplace(user.at("email").as_string());
    for (const auto& email : acknowledged) lost += listed.count(email) != 1;
    BOOST_TEST(lost == 0u);
}

// Stops and starts the server under clients of that manner; `enough` answers come between two stops.
void check_restarts(const std::string& what, manner m, std::size_t clients_count, std::size_t enough)
{
    const temporary_directory directory;
    std::string address;
    ledger_clients clients;
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
    for (auto& each : clients) each.stop();

    std::set<std::string> acknowledged;
    std::size_t failed = 0, announced = 0, crossed = 0;
    for (const auto& each : clients) {
        acknowledged.insert(each.acknowledged.begin(), each.acknowledged.end());
        announced += each.announced;
        crossed += each.crossed;
        failed += each.failures.size();
        for (const auto& failure : each.failures) BOOST_ERROR(what + ": " + failure);
    }
    std::ostringstream text;
    text << "F23 " << rounds << " restarts under " << clients_count << " clients (" << what
         << "): " << answered(clients) << " requests answered, " << failed << " failed, " << acknowledged.size()
         << " sign-ups acknowledged; connections that were announced to close: " << announced
         << ", requests that crossed the end of theirs: " << crossed << "; stops: " << drains;
    report(text.str());
    BOOST_TEST(failed == 0u);
    check_ledger(address, acknowledged);
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
