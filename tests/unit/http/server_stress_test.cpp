// Many clients doing what they please, at servers that come and go.
#include "server_fixture.hpp"
#include "support/certificates.hpp"
#include "support/tls_client.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <random>
#include <thread>

using namespace watchword;
using namespace watchword::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

// Answers from another thread after a while: before, or after, the server has given it up.
struct late {
    core::workers* workers;
    core::task<http::response> operator()(http::request& q) const
    {
        const auto wait = [](std::size_t) -> core::result<int> {
            static std::atomic<unsigned> calls{0};
            std::this_thread::sleep_for(++calls % 3 == 0 ? 500ms : 10ms);
            return 1;
        };
        const auto waited = co_await workers->run(wait);
        std::string text(q.path);
        co_return http::response(waited ? http::status::ok : http::status::service_unavailable, "text/plain", text);
    }
};
// Some pieces at once, some later.
struct late_stream {
    core::workers* workers;
    int left = 5;
    core::task<core::result<std::string>> operator()()
    {
        if (--left == 0) co_return std::string();
        if (left % 2 == 0) co_return std::string(30'000, 'p');
        const auto wait = [](std::size_t) -> core::result<int> {
            std::this_thread::sleep_for(5ms);
            return 1;
        };
        const auto waited = co_await workers->run(wait);
        if (!waited) throw std::runtime_error("too many wait");
        co_return std::string(1000, 'l');
    }
};
struct stream_late {
    core::workers* workers;
    core::task<http::response> operator()(http::request&) const
    {
        http::body_stream pieces(late_stream{workers});
        co_return http::response(http::status::ok, "text/plain", std::move(pieces));
    }
};

// One client's connection, with or without TLS. Never waits long.
class wild_connection {
public:
    wild_connection(const std::string& address, int receive_buffer)
        : plain_(address.substr(address.starts_with("https://") ? 8 : 0), receive_buffer)
    {
        ::fcntl(plain_.descriptor(), F_SETFL, O_NONBLOCK);
        if (!address.starts_with("https://")) return;
        tls_ = std::make_unique<tls_client>(plain_.descriptor(), tls_offer{});
        for (int tries = 0; tries < 50; ++tries) {
            const auto now = tls_->handshake();
            if (now == tls_client::outcome::done) return;
            if (now != tls_client::outcome::again) break;
            wait(POLLIN, 20);
        }
        ended_ = true;
    }

    void send(std::string_view bytes)
    {
        for (int tries = 0; !ended_ && !bytes.empty() && tries < 20; ++tries) {
            if (tls_) {
                const auto now = tls_->write(bytes);
                ended_ = now == tls_client::outcome::failed || now == tls_client::outcome::closed;
                if (now == tls_client::outcome::again) wait(POLLIN | POLLOUT, 10);
                continue;
            }
            const auto sent = ::send(plain_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
            ended_ = sent < 0 && errno != EAGAIN;
            if (sent < 0) wait(POLLOUT, 10);
        }
    }
    // Reads until nothing comes for so long, or the end.
    void read(int milliseconds)
    {
        while (!ended_ && all_.size() < 4 * big.size()) {
            if (tls_) {
                const auto now = tls_->read(all_);
                ended_ = now == tls_client::outcome::failed || now == tls_client::outcome::closed;
                if (now == tls_client::outcome::again && !wait(POLLIN, milliseconds)) return;
                continue;
            }
            std::array<char, 16 * 1024> some;
            const auto size = ::recv(plain_.descriptor(), some.data(), some.size(), 0);
            if (size > 0) all_.append(some.data(), static_cast<std::size_t>(size));
            ended_ = size == 0 || (size < 0 && errno != EAGAIN);
            if (size < 0 && !ended_ && !wait(POLLIN, milliseconds)) return;
        }
    }
    void reset()
    {
        const ::linger at_once{1, 0};
        ::setsockopt(plain_.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    void end_sending() { ::shutdown(plain_.descriptor(), SHUT_WR); }
    bool ended() const { return ended_; }
    const std::string& all() const { return all_; }

private:
    bool wait(short what, int milliseconds)
    {
        ::pollfd p{plain_.descriptor(), what, 0};
        return ::poll(&p, 1, milliseconds) == 1;
    }

    client plain_;
    std::unique_ptr<tls_client> tls_;
    std::string all_;
    bool ended_ = false;
};

// One thread that connects again and again.
class wild_client {
public:
    explicit wild_client(unsigned seed) : random_(seed) {}

    std::size_t answers = 0;
    std::size_t nonsense = 0; // what began as no response does

    void once(const std::string& address)
    {
        wild_connection c(address, pick(4) == 0 ? 4096 : 0);
        for (auto requests = 1 + pick(6); requests > 0 && !c.ended(); --requests) act(c);
        switch (pick(4)) {
        case 0: c.reset(); break;
        case 1: c.end_sending(); [[fallthrough]];
        default: c.read(static_cast<int>(pick(pick(5) == 0 ? 600 : 80)));
        }
        answers += count(c.all(), "HTTP/1.1 ");
        if (!c.all().empty() && !c.all().starts_with("HTTP/1.1 ")) ++nonsense;
    }

private:
    std::size_t pick(std::size_t below) { return random_() % below; }

    std::string request()
    {
        static constexpr std::array paths{"/hello", "/who",         "/stream", "/broken",
                                          "/late",  "/late/stream", "/big",    "/x"};
        const std::string version = pick(8) == 0 ? "1.0" : "1.1";
        const std::string end = " HTTP/" + version + "\r\nHost: x\r\n" + (pick(10) == 0 ? "Connection: close\r\n" : "");
        switch (pick(6)) {
        case 0:
            return "POST /echo" + end + "Expect: 100-continue\r\nContent-Length: 40000\r\n\r\n" +
                   std::string(40'000, 'e');
        case 1: return "POST /echo" + end + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n";
        case 2: return "POST http://x" + end + "Content-Length: 9000\r\n\r\n" + std::string(9000, 'p');
        case 3: return (pick(3) == 0 ? "nonsense" : "HEAD /late/stream") + end + "\r\n";
        default: return "GET " + std::string(paths[pick(paths.size())]) + end + "\r\n";
        }
    }
    void act(wild_connection& c)
    {
        std::string bytes;
        for (auto pipelined = pick(5) == 0 ? 1 + pick(20) : 1; pipelined > 0; --pipelined) bytes += request();
        if (pick(8) == 0) bytes.resize(pick(bytes.size()));
        std::string_view left = bytes;
        for (auto pieces = pick(4); pieces > 0 && !left.empty(); --pieces) {
            const auto size = 1 + pick(left.size());
            c.send(left.substr(0, size));
            left.remove_prefix(size);
            if (pick(3) == 0) c.read(static_cast<int>(pick(20)));
        }
        c.send(left);
        if (pick(2) == 0) c.read(static_cast<int>(pick(60)));
    }

    std::minstd_rand random_;
};

struct stress_fixture : server_fixture {
    temporary_directory directory;
    certificate_authority root{directory, "root"};
    certificate_files files{root.issue("server")};
    std::mutex mutex; // guards addresses
    std::vector<std::string> addresses;
    std::atomic<bool> ends{false};

    stress_fixture()
    {
        settings.listen = {"127.0.0.1:0", "https://127.0.0.1:0", "unix:" + (directory / "socket")};
        settings.tls = http::tls_settings();
        settings.tls->certificate_file = files.certificate;
        settings.tls->key_file = files.key;
        settings.drain_timeout = 300ms;
        auto& l = settings.limits;
        l.handshake_timeout = l.header_timeout = l.body_timeout = l.idle_timeout = l.write_timeout = 100ms;
        l.handler_timeout = 20ms;
        l.rate_grace = 100ms;
        l.requests_per_connection = 10;
        l.connections = 12;
        l.connections_per_address = 10;
        routes.add(http::method::get, "/late", late{&workers});
        routes.add(http::method::get, "/late/stream", stream_late{&workers});
        routes.add(http::method::post, "/", echo);
    }
    void run_client(wild_client& c, std::size_t number)
    {
        ::sigset_t pipe; // OpenSSL raises it here; the server must not
        ::sigemptyset(&pipe);
        ::sigaddset(&pipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        while (!ends) {
            std::string address;
            {
                const std::lock_guard lock(mutex);
                if (!addresses.empty()) address = addresses[number++ % addresses.size()];
            }
            try {
                if (!address.empty()) c.once(address);
            } catch (const boost::system::system_error&) { // nobody listens now
            }
        }
    }
    void publish(std::vector<std::string> now)
    {
        const std::lock_guard lock(mutex);
        addresses = std::move(now);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_stress, stress_fixture)

BOOST_AUTO_TEST_CASE(servers_come_and_go_under_clients_without_manners)
{
    const char* const longer = std::getenv("WATCHWORD_STRESS_SECONDS");
    const auto end = steady_clock::now() + std::chrono::seconds(longer ? std::atoi(longer) : 4);
    std::vector<wild_client> clients;
    for (unsigned seed = 1; seed <= 16; ++seed) clients.emplace_back(seed);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < clients.size(); ++i) threads.emplace_back([&, i] { run_client(clients[i], i); });

    for (int round = 0; steady_clock::now() < end; ++round) {
        start();
        publish(server->addresses());
        std::this_thread::sleep_for(std::chrono::milliseconds(100 + round % 7 * 100));
        server->stop();
        if (round % 3 == 0) server->stop();
        server->wait();
        BOOST_TEST(server->connections() == 0u);
    }
    ends = true;
    threads.clear();
    std::size_t answers = 0, nonsense = 0;
    for (const auto& c : clients) answers += c.answers, nonsense += c.nonsense;
    BOOST_TEST_MESSAGE(answers << " answers");
    BOOST_TEST(answers > 100u);
    BOOST_TEST(nonsense == 0u);
    settings.limits = {};
    BOOST_TEST(client(start()).last_get("/hello").ends_with("hello"));
}

BOOST_AUTO_TEST_SUITE_END()
