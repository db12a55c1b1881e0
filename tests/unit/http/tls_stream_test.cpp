// What an established TLS connection does: reads, writes, what is pending, its end, and clients that abuse it.
#include "tls_pair.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <sys/socket.h>

namespace {

using namespace watchword;
using test::outcome;
using test::tls_offer;
using test::tls_pair;
using client_outcome = test::tls_client::outcome;
namespace data = boost::unit_test::data;

struct fixture {
    core::system_clock clock;
    core::system_random random;
    test::tls_files files;
    http::tls_context context{files.settings(), clock, random};
};

tls_offer only(int version)
{
    tls_offer o;
    o.least = o.most = version;
    return o;
}

const auto versions = data::make({TLS1_2_VERSION, TLS1_3_VERSION});

std::string pattern(std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 31 + i / 251) % 26);
    return text;
}

// One read into `room` bytes.
std::string read(http::tls_session& s, std::size_t room, outcome expected = outcome::done)
{
    std::string text(room, '\0');
    std::size_t size = 0;
    const auto answer = s.read(text, size);
    BOOST_TEST((answer == expected));
    text.resize(size);
    return text;
}

int broken_pipes = 0; // SIGPIPEs seen
void count_broken_pipe(int)
{
    ++broken_pipes;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_stream, fixture)

BOOST_DATA_TEST_CASE(big_writes_arrive_whole_through_small_buffers, versions, version)
{
    const auto sent = pattern(3'000'017);
    tls_pair pair(context, only(version), 4096);
    BOOST_REQUIRE(pair.shake());
    std::string got;
    std::size_t blocked = 0, most = 0;
    std::unique_ptr<std::string> last;
    for (std::size_t at = 0, take = 5000; at < sent.size();) {
        // Each attempt from another place in memory, with more at its end, as a buffer that grows would do.
        auto copy = std::make_unique<std::string>(sent.substr(at, take));
        last.swap(copy);
        std::size_t size = 0;
        const auto answer = pair.server->write(*last, size);
        BOOST_REQUIRE((answer == outcome::done || answer == outcome::want_write));
        at += size;
        most = std::max(most, size);
        take = answer == outcome::done ? 5000 : take + 1000 * (blocked % 20);
        if (answer == outcome::done) continue;
        ++blocked;
        got += pair.client_reads();
    }
    got += pair.client_reads();
    BOOST_TEST(blocked > 100);
    BOOST_TEST(most > 5000);
    BOOST_TEST(most <= 16 * 1024);
    BOOST_TEST((got == sent));
}

BOOST_DATA_TEST_CASE(big_reads_arrive_whole, versions, version)
{
    const auto sent = pattern(1'000'003);
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    std::string got;
    for (std::string_view left = sent; !left.empty();) {
        if (pair.client.write(left) == client_outcome::again) got += pair.server_reads();
    }
    got += pair.server_reads();
    BOOST_TEST((got == sent));
}

BOOST_AUTO_TEST_CASE(a_write_is_repeated_with_the_same_bytes)
{
    tls_pair pair(context, {}, 4096);
    BOOST_REQUIRE(pair.shake());
    const std::string text(16 * 1024, 'x');
    std::size_t size = 0;
    auto answer = outcome::done;
    while (answer == outcome::done) answer = pair.server->write(text, size);
    BOOST_REQUIRE((answer == outcome::want_write));
    BOOST_TEST((pair.server->write("too short", size) == outcome::failed));
    BOOST_TEST(pair.server->failure() == "bad length");
}

BOOST_DATA_TEST_CASE(pending_is_what_no_event_announces, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_TEST(!pair.server->has_pending());
    BOOST_REQUIRE(pair.shake());
    BOOST_TEST(!pair.server->has_pending());

    pair.client_sends("one");
    BOOST_TEST(!pair.server->has_pending()); // the socket announces it
    BOOST_TEST(read(*pair.server, 100) == "one");
    BOOST_TEST(!pair.server->has_pending());
    read(*pair.server, 100, outcome::want_read);
    BOOST_TEST(!pair.server->has_pending());

    pair.client_sends("first");
    pair.client_sends("second");
    BOOST_TEST(read(*pair.server, 3) == "fir");
    BOOST_TEST(pair.server->has_pending()); // decrypted
    BOOST_TEST(read(*pair.server, 3) == "st");
    BOOST_TEST(pair.server->has_pending()); // read ahead
    BOOST_TEST(read(*pair.server, 100) == "second");
    BOOST_TEST(!pair.server->has_pending());
    BOOST_TEST((pair.server->read({}, *std::make_unique<std::size_t>()) == outcome::done));
}

// Whoever reads until has_pending() is false and then waits for an edge misses nothing.
BOOST_DATA_TEST_CASE(nothing_is_left_when_nothing_is_pending, versions, version)
{
    const auto sent = pattern(100'000);
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    pair.client_sends(sent);
    std::string got = read(*pair.server, 1000);
    while (pair.server->has_pending()) {
        std::array<char, 1000> room;
        std::size_t size = 0;
        const auto answer = pair.server->read(room, size);
        if (answer == outcome::want_read) break;
        BOOST_REQUIRE((answer == outcome::done));
        got.append(room.data(), size);
    }
    BOOST_TEST((got == sent));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_record_is_not_pending)
{
    const test::socket_pair near, far;
    test::tls_client client(near.client(), {});
    const auto session = context.accept(far.server());
    std::array<char, 64 * 1024> wire;
    const auto carry = [&](int from, int to, std::size_t most) {
        const auto got = ::recv(from, wire.data(), std::min(most, wire.size()), 0);
        if (got > 0) BOOST_REQUIRE(::send(to, wire.data(), static_cast<std::size_t>(got), 0) == got);
    };
    for (int turn = 0; turn < 3; ++turn) {
        client.handshake();
        carry(near.server(), far.client(), wire.size());
        session->handshake();
        carry(far.client(), near.server(), wire.size());
    }
    std::string_view text = "a request";
    BOOST_REQUIRE((client.write(text) == client_outcome::done));
    carry(near.server(), far.client(), 7);
    const auto receives = session->receives();
    read(*session, 100, outcome::want_read);
    BOOST_TEST(!session->has_pending());
    BOOST_TEST(session->receives() == receives + 1); // it came back short, so there is no more
    carry(near.server(), far.client(), wire.size());
    BOOST_TEST(read(*session, 100) == "a request");
}

BOOST_DATA_TEST_CASE(a_clean_end_is_told_and_leaves_the_other_way_open, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    pair.client_sends("last request");
    BOOST_REQUIRE((pair.client.shutdown() == client_outcome::done));
    BOOST_TEST(read(*pair.server, 100) == "last request");
    BOOST_TEST(pair.server->has_pending()); // the close_notify that came with it
    read(*pair.server, 100, outcome::closed);
    read(*pair.server, 100, outcome::closed);
    pair.server_sends("answer");
    BOOST_TEST((pair.server->shutdown() == outcome::done));
    BOOST_TEST(pair.client_reads() == "answer");
    BOOST_TEST((pair.client_outcome == client_outcome::closed));
}

BOOST_DATA_TEST_CASE(a_bare_end_is_an_end_too, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    pair.client_sends("last request");
    BOOST_REQUIRE(::shutdown(pair.sockets.client(), SHUT_WR) == 0);
    BOOST_TEST(read(*pair.server, 100) == "last request");
    read(*pair.server, 100, outcome::closed);
    pair.server_sends("answer");
    BOOST_TEST((pair.server->shutdown() == outcome::done));
    BOOST_TEST(pair.client_reads() == "answer");
}

BOOST_DATA_TEST_CASE(close_notify_is_sent_once, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_TEST((pair.server->shutdown() == outcome::done)); // nothing to end yet
    BOOST_REQUIRE(pair.shake());
    const auto sends = pair.server->sends();
    const auto receives = pair.server->receives();
    BOOST_TEST((pair.server->shutdown() == outcome::done));
    BOOST_TEST((pair.server->shutdown() == outcome::done));
    BOOST_TEST(pair.server->sends() == sends + 1);
    BOOST_TEST(pair.server->receives() == receives);
    BOOST_TEST(pair.client_reads() == "");
    BOOST_TEST((pair.client_outcome == client_outcome::closed));
}

BOOST_AUTO_TEST_CASE(close_notify_waits_for_room)
{
    tls_pair pair(context, {}, 4096);
    BOOST_REQUIRE(pair.shake());
    const std::string filler(1024, 'x');
    while (::send(pair.sockets.server(), filler.data(), filler.size(), MSG_NOSIGNAL) > 0) {
    }
    BOOST_TEST((pair.server->shutdown() == outcome::want_write));
    std::array<char, 64 * 1024> room;
    while (::recv(pair.sockets.client(), room.data(), room.size(), 0) > 0) {
    }
    BOOST_TEST((pair.server->shutdown() == outcome::done));
    BOOST_TEST(::recv(pair.sockets.client(), room.data(), room.size(), 0) > 0);
}

BOOST_DATA_TEST_CASE(an_abrupt_end_raises_no_signal, versions, version)
{
    struct ::sigaction count {};
    struct ::sigaction old {};
    count.sa_handler = &count_broken_pipe;
    BOOST_REQUIRE(::sigaction(SIGPIPE, &count, &old) == 0);
    broken_pipes = 0;
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    pair.sockets.close_client();
    std::size_t size = 0;
    BOOST_TEST((pair.server->write("answer", size) == outcome::failed));
    BOOST_TEST(pair.server->failure() == "Broken pipe");
    BOOST_TEST((pair.server->write("answer", size) == outcome::failed));
    read(*pair.server, 100, outcome::failed);
    BOOST_TEST((pair.server->shutdown() == outcome::done));
    ::sigaction(SIGPIPE, &old, nullptr);
    BOOST_TEST(broken_pipes == 0);
}

BOOST_DATA_TEST_CASE(a_reset_is_a_failure, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    pair.server_sends("never read");
    pair.sockets.close_client();
    read(*pair.server, 100, outcome::failed);
    BOOST_TEST(pair.server->failure() == "Connection reset by peer");
}

BOOST_DATA_TEST_CASE(a_forged_record_is_a_failure, versions, version)
{
    tls_pair pair(context, only(version));
    BOOST_REQUIRE(pair.shake());
    pair.client_reads(); // the ticket
    const std::string forged = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
    BOOST_REQUIRE(::send(pair.sockets.client(), forged.data(), forged.size(), 0) > 0);
    read(*pair.server, 100, outcome::failed);
    BOOST_TEST(pair.server->failure() == "decryption failed or bad record mac");
    BOOST_TEST(!pair.server->has_pending());
    BOOST_TEST(pair.client_reads() == "");
    BOOST_TEST(pair.client.failure().ends_with("alert bad record mac"));
}

BOOST_AUTO_TEST_CASE(renegotiation_is_refused)
{
    tls_pair pair(context, only(TLS1_2_VERSION));
    BOOST_REQUIRE(pair.shake());
    BOOST_REQUIRE(SSL_renegotiate(pair.client.native()) == 1);
    BOOST_TEST((pair.client.handshake() == client_outcome::again));
    read(*pair.server, 100, outcome::want_read);
    BOOST_TEST((pair.client.handshake() == client_outcome::failed));
    BOOST_TEST(pair.client.failure() == "no renegotiation");
}

BOOST_AUTO_TEST_CASE(keys_may_be_updated_now_and_then)
{
    tls_pair pair(context, only(TLS1_3_VERSION));
    BOOST_REQUIRE(pair.shake());
    for (int i = 0; i < 1000; ++i) {
        BOOST_REQUIRE(SSL_key_update(pair.client.native(), SSL_KEY_UPDATE_REQUESTED) == 1);
        pair.client_sends("request");
        BOOST_REQUIRE(pair.server_reads() == "request");
        pair.server_sends("answer");
        BOOST_REQUIRE(pair.client_reads() == "answer");
    }
}

BOOST_AUTO_TEST_CASE(the_largest_record_is_no_flood)
{
    const auto sent = pattern(16 * 1024);
    tls_pair pair(context, only(TLS1_3_VERSION));
    BOOST_REQUIRE(SSL_set_block_padding(pair.client.native(), 16 * 1024) == 1);
    BOOST_REQUIRE(pair.shake());
    for (int i = 0; i < 20; ++i) {
        BOOST_REQUIRE(SSL_key_update(pair.client.native(), SSL_KEY_UPDATE_REQUESTED) == 1);
        pair.client_sends(sent);
        BOOST_REQUIRE((pair.server_reads() == sent));
        pair.server_sends("answer");
        BOOST_REQUIRE(pair.client_reads() == "answer");
    }
}

BOOST_AUTO_TEST_CASE(a_flood_of_key_updates_ends_the_connection)
{
    tls_pair pair(context, only(TLS1_3_VERSION));
    BOOST_REQUIRE(pair.shake());
    std::array<char, 10> room;
    std::size_t size = 0;
    auto answer = outcome::want_read;
    int updates = 0;
    for (; updates < 1'000'000 && answer == outcome::want_read; ++updates) {
        BOOST_REQUIRE(SSL_key_update(pair.client.native(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1);
        pair.client.handshake(); // sends it
        if (updates % 100 == 99) answer = pair.server->read(room, size);
    }
    BOOST_TEST((answer == outcome::failed));
    BOOST_TEST(pair.server->failure() == "too much that is no data");
    BOOST_TEST(updates < 3'000);
}

BOOST_AUTO_TEST_SUITE_END()
