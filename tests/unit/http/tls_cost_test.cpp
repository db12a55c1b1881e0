// What a TLS connection costs: heap while nobody speaks, system calls for a handshake and for a request.
#include "http/transport.hpp"
#include "tls_pair.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <malloc.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace watchword;
using test::outcome;
using test::tls_pair;

struct fixture {
    core::system_clock clock;
    core::system_random random;
    test::tls_files files;
    http::tls_context context{files.settings(), clock, random};
};

test::tls_offer only(int version)
{
    test::tls_offer o;
    o.least = o.most = version;
    return o;
}

const auto versions = boost::unit_test::data::make({TLS1_2_VERSION, TLS1_3_VERSION});
constexpr std::size_t count = 100;

std::size_t heap_in_use()
{
    const auto m = ::mallinfo2();
    return m.uordblks + m.hblkhd;
}

// Sanitizers have a heap of their own.
bool heap_is_counted()
{
    const auto before = heap_in_use();
    const std::vector<char> some(100'000);
    return heap_in_use() - before >= some.size();
}

// Bytes of heap that each of `count` sessions holds after `play`, which gets the session and the client's socket.
template <class Play> std::size_t heap_of_session(const http::tls_context& context, Play play)
{
    const std::vector<test::socket_pair> sockets(count + 1);
    std::vector<std::unique_ptr<http::tls_session>> sessions;
    sessions.reserve(count + 1);
    std::size_t before = 0;
    for (const auto& pair : sockets) {
        sessions.push_back(context.accept(pair.server()));
        play(*sessions.back(), pair.client());
        if (sessions.size() == 1) before = heap_in_use(); // the first one pays for what all share
    }
    return (heap_in_use() - before) / count;
}

void shake(http::tls_session& session, test::tls_client& client)
{
    auto answer = outcome::want_read;
    for (int turn = 0; turn < 10 && answer == outcome::want_read; ++turn) {
        client.handshake();
        answer = session.handshake();
    }
    BOOST_REQUIRE((answer == outcome::done));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_cost, fixture)

BOOST_DATA_TEST_CASE(an_idle_session_keeps_no_buffers, versions, version)
{
    if (!heap_is_counted()) return;
    const auto bytes = heap_of_session(context, [&](http::tls_session& session, int socket) {
        test::tls_client client(socket, only(version));
        shake(session, client);
        std::string_view request = "GET / HTTP/1.1\r\n\r\n";
        BOOST_REQUIRE((client.write(request) == test::tls_client::outcome::done));
        std::array<char, 100> room;
        std::size_t size = 0;
        BOOST_REQUIRE((session.read(room, size) == outcome::done));
        BOOST_REQUIRE((session.read(room, size) == outcome::want_read));
        BOOST_REQUIRE((session.write("HTTP/1.1 204 No Content\r\n\r\n", size) == outcome::done));
    });
    BOOST_TEST_MESSAGE("heap of an idle session, " << (version == TLS1_2_VERSION ? "TLS 1.2: " : "TLS 1.3: ") << bytes
                                                   << " bytes");
    BOOST_TEST(bytes < 15U * 1024); // OpenSSL 3.0 keeps 11 KiB in five objects; its buffers would be 33 KiB more
}

BOOST_AUTO_TEST_CASE(who_says_nothing_costs_little)
{
    if (!heap_is_counted()) return;
    const auto bytes = heap_of_session(
        context, [](http::tls_session& session, int) { BOOST_REQUIRE((session.handshake() == outcome::want_read)); });
    BOOST_TEST_MESSAGE("heap of a silent connection: " << bytes << " bytes");
    BOOST_TEST(bytes < 512U);
}

BOOST_AUTO_TEST_CASE(a_handshake_in_flight_is_bounded)
{
    if (!heap_is_counted()) return;
    const auto bytes = heap_of_session(context, [](http::tls_session& session, int socket) {
        test::tls_client client(socket, {});
        client.handshake();
        BOOST_REQUIRE((session.handshake() == outcome::want_read));
    });
    BOOST_TEST_MESSAGE("heap of a handshake in flight: " << bytes << " bytes");
    BOOST_TEST(bytes < 64U * 1024);
}

BOOST_DATA_TEST_CASE(a_request_is_one_receive_and_one_send, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    BOOST_TEST_MESSAGE("system calls of a handshake: " << pair.server->receives() << " receives, "
                                                       << pair.server->sends() << " sends");
    BOOST_TEST(pair.server->receives() == 3U); // one of them looks at the first byte
    BOOST_TEST(pair.server->sends() == 2U);    // the last one is the ticket
    for (int i = 0; i < 10; ++i) {
        const auto receives = pair.server->receives();
        const auto sends = pair.server->sends();
        pair.client_sends("GET /user HTTP/1.1\r\nHost: x\r\n\r\n");
        std::array<char, 4096> room;
        std::size_t size = 0;
        BOOST_REQUIRE((pair.server->read(room, size) == outcome::done));
        BOOST_REQUIRE(!pair.server->has_pending());
        BOOST_REQUIRE((pair.server->write(std::string(1000, 'x'), size) == outcome::done));
        BOOST_REQUIRE(size == 1000U);
        BOOST_TEST(pair.server->receives() == receives + 1);
        BOOST_TEST(pair.server->sends() == sends + 1);
        pair.client_reads();
    }
}

// Requests that come at once are received at once, though each is a record.
BOOST_DATA_TEST_CASE(pipelined_requests_are_one_receive, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    const auto receives = pair.server->receives();
    for (int i = 0; i < 20; ++i) pair.client_sends("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    std::array<char, 4096> room;
    std::size_t size = 0;
    int reads = 0;
    do {
        BOOST_REQUIRE((pair.server->read(room, size) == outcome::done));
        ++reads;
    } while (pair.server->has_pending());
    BOOST_TEST(reads == 20);
    BOOST_TEST(pair.server->receives() == receives + 1);
}

// A connection that waits for its next request does not ask the socket first.
BOOST_DATA_TEST_CASE(waiting_for_a_request_receives_nothing, versions, version)
{
    namespace asio = core::asio;
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    asio::io_context io(1);
    http::stream_socket socket(io.get_executor(), asio::generic::stream_protocol(AF_UNIX, 0),
                               ::dup(pair.sockets.server()));
    http::transport transport(std::move(socket), std::move(pair.server));
    const http::limits limits;
    http::read_memory memory;
    http::request_reader reader(limits, memory);
    for (int i = 0; i < 10; ++i) {
        const auto receives = transport.tls()->receives();
        core::error_code failed = asio::error::would_block;
        asio::co_spawn(io, transport.read(reader),
                       [&](const std::exception_ptr&, core::error_code ec) { failed = ec; });
        io.restart();
        io.poll();
        BOOST_TEST(transport.tls()->receives() == receives);
        pair.client_sends("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        io.run();
        BOOST_REQUIRE(!failed);
        BOOST_TEST(transport.tls()->receives() == receives + 1);
        BOOST_REQUIRE((reader.advance() == http::request_reader::state::ready));
        reader.next();
    }
}

BOOST_AUTO_TEST_SUITE_END()
