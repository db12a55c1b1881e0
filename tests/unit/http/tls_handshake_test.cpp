// Who gets a TLS connection, with what, and what becomes of the others.
#include "tls_pair.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <openssl/err.h>

#include <array>
#include <random>
#include <sys/socket.h>
#include <vector>

namespace {

using namespace watchword;
using test::outcome;
using test::tls_offer;
using test::tls_pair;
namespace data = boost::unit_test::data;

struct fixture {
    core::system_clock clock;
    core::system_random random;
    test::tls_files files;
    http::tls_context context{files.settings(), clock, random};

    http::tls_context with_rsa()
    {
        test::certificate_request q;
        q.key = test::certificate_key::rsa_2048;
        files.server = files.root.issue("rsa", q);
        return {files.settings(), clock, random};
    }
    tls_offer trusting() const
    {
        tls_offer o;
        o.authority = files.root.file();
        return o;
    }
};

void send(int socket, std::string_view bytes)
{
    BOOST_REQUIRE(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

std::string receive(int socket)
{
    std::array<char, 64 * 1024> room;
    const auto got = ::recv(socket, room.data(), room.size(), MSG_DONTWAIT);
    return got > 0 ? std::string(room.data(), static_cast<std::size_t>(got)) : std::string();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_handshake, fixture)

BOOST_DATA_TEST_CASE(both_versions_carry_data, data::make({TLS1_2_VERSION, TLS1_3_VERSION}), version)
{
    auto offer = trusting();
    offer.least = offer.most = version;
    tls_pair pair(context, offer);
    BOOST_TEST(pair.server->protocol() == "");
    BOOST_REQUIRE(pair.shake());
    BOOST_TEST(pair.server->protocol() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
    BOOST_TEST(pair.server->cipher() ==
               (version == TLS1_2_VERSION ? "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" : "TLS_AES_128_GCM_SHA256"));
    BOOST_TEST(!pair.server->resumed());
    BOOST_TEST(pair.server->client_subject() == "");
    BOOST_TEST(pair.server->failure() == "");
    pair.client_sends("GET /");
    BOOST_TEST(pair.server_reads() == "GET /");
    pair.server_sends("HTTP/1.1 200 OK");
    BOOST_TEST(pair.client_reads() == "HTTP/1.1 200 OK");
    BOOST_TEST((pair.client_outcome == test::tls_client::outcome::again));
}

BOOST_AUTO_TEST_CASE(versions_before_1_2_are_refused)
{
    tls_offer offer;
    offer.least = offer.most = TLS1_1_VERSION;
    tls_pair pair(context, offer);
    BOOST_TEST(!pair.shake());
    BOOST_TEST((pair.server_outcome == outcome::failed));
    BOOST_TEST(pair.server->failure() == "unsupported protocol");
    BOOST_TEST(pair.client.failure() == "tlsv1 alert protocol version");
}

BOOST_AUTO_TEST_CASE(tls_1_2_can_be_switched_off)
{
    auto settings = files.settings();
    settings.least = http::tls_settings::version::tls_1_3;
    const http::tls_context strict(settings, clock, random);
    tls_offer offer;
    tls_pair good(strict, offer);
    BOOST_TEST(good.shake());
    offer.most = TLS1_2_VERSION;
    tls_pair bad(strict, offer);
    BOOST_TEST(!bad.shake());
    BOOST_TEST(bad.client.failure() == "tlsv1 alert protocol version");
}

BOOST_AUTO_TEST_CASE(weak_ciphers_are_refused)
{
    const auto rsa = with_rsa();
    tls_offer offer;
    offer.most = TLS1_2_VERSION;
    offer.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
    tls_pair good(rsa, offer);
    BOOST_TEST(good.shake());
    for (const auto* const weak : {"AES128-GCM-SHA256", "AES256-SHA", "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA",
                                   "DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-NULL-SHA", "AECDH-AES128-SHA"}) {
        offer.ciphers = weak;
        tls_pair bad(rsa, offer);
        BOOST_TEST(!bad.shake(), weak);
        BOOST_TEST(bad.server->failure() == "no shared cipher", weak);
    }
    offer = {};
    offer.least = TLS1_3_VERSION;
    offer.suites = "TLS_AES_128_CCM_SHA256";
    tls_pair bad(rsa, offer);
    BOOST_TEST(!bad.shake());
}

BOOST_AUTO_TEST_CASE(the_server_chooses_the_cipher)
{
    tls_offer offer;
    offer.suites = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
    tls_pair aes(context, offer);
    BOOST_TEST(aes.shake());
    BOOST_TEST(aes.server->cipher() == "TLS_AES_128_GCM_SHA256");
    // A client whose first choice is ChaCha20 has no AES in hardware.
    offer.suites = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
    tls_pair chacha(context, offer);
    BOOST_TEST(chacha.shake());
    BOOST_TEST(chacha.server->cipher() == "TLS_CHACHA20_POLY1305_SHA256");
}

BOOST_AUTO_TEST_CASE(three_groups_are_known)
{
    tls_offer offer;
    for (const auto* const group : {"X25519", "P-256", "P-384"}) {
        offer.groups = group;
        tls_pair good(context, offer);
        BOOST_TEST(good.shake(), group);
    }
    for (const auto* const group : {"P-521", "X448", "ffdhe2048"}) {
        offer.groups = group;
        tls_pair bad(context, offer);
        BOOST_TEST(!bad.shake(), group);
    }
}

BOOST_DATA_TEST_CASE(alpn_chooses_http_1_1, data::make({TLS1_2_VERSION, TLS1_3_VERSION}), version)
{
    tls_offer offer;
    offer.most = version;
    for (const auto* const names : {"http/1.1", "h2 http/1.1", "http/1.1 h2"}) {
        offer.alpn = names;
        tls_pair good(context, offer);
        BOOST_TEST(good.shake(), names);
        BOOST_TEST(good.server->alpn() == "http/1.1", names);
        BOOST_TEST(good.client.alpn() == "http/1.1", names);
    }
    for (const auto* const names : {"h2", "http/1", "http/1.1x h2", "HTTP/1.1"}) {
        offer.alpn = names;
        tls_pair bad(context, offer);
        BOOST_TEST(!bad.shake(), names);
        BOOST_TEST(bad.client.failure() == "tlsv1 alert no application protocol", names);
    }
    offer.alpn = "";
    tls_pair none(context, offer);
    BOOST_TEST(none.shake());
    BOOST_TEST(none.server->alpn() == "");
}

BOOST_AUTO_TEST_CASE(plain_http_is_told_apart_and_left_to_be_read)
{
    for (const std::string start :
         {"GET / HTTP/1.1\r\n", "DELETE /x HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n", "get /", "G"}) {
        const test::socket_pair sockets;
        const auto session = context.accept(sockets.server());
        send(sockets.client(), start);
        BOOST_TEST((session->handshake() == outcome::not_tls), start);
        BOOST_TEST(receive(sockets.server()) == start);
        BOOST_TEST(receive(sockets.client()) == "");
        std::array<char, 10> room;
        std::size_t size = 0;
        BOOST_TEST((session->read(room, size) == outcome::failed));
        BOOST_TEST((session->write("x", size) == outcome::failed));
        BOOST_TEST((session->shutdown() == outcome::done));
        BOOST_TEST(!session->has_pending());
    }
}

BOOST_AUTO_TEST_CASE(other_protocols_fail)
{
    // A ClientHello of SSL 2.0, an alert, nothing but zeros, a record that is too long, a handshake that is none.
    const std::vector<std::string> bad{
        std::string("\x80\x2e\x01\x03\x01", 5), std::string("\x15\x03\x01\x00\x02\x02\x28", 7), std::string(100, '\0'),
        "\x16\x03\x01\xff\xff" + std::string(100, 'x'), std::string("\x16\x03\x01\x00\x05xxxxx", 10)};
    for (const auto& bytes : bad) {
        const test::socket_pair sockets;
        const auto session = context.accept(sockets.server());
        send(sockets.client(), bytes);
        BOOST_TEST((session->handshake() == outcome::failed));
        BOOST_TEST(session->failure() != "");
        BOOST_TEST((session->handshake() == outcome::failed)); // and stays so
        BOOST_TEST((session->shutdown() == outcome::done));
    }
}

BOOST_AUTO_TEST_CASE(a_peer_may_leave_at_any_time)
{
    test::socket_pair silent;
    const auto first = context.accept(silent.server());
    BOOST_TEST((first->handshake() == outcome::want_read));
    silent.close_client();
    BOOST_TEST((first->handshake() == outcome::closed));

    test::socket_pair amid;
    const auto second = context.accept(amid.server());
    send(amid.client(), std::string("\x16\x03\x01\x00", 4));
    BOOST_TEST((second->handshake() == outcome::want_read));
    amid.close_client();
    BOOST_TEST((second->handshake() == outcome::closed));
    BOOST_TEST((second->shutdown() == outcome::done));

    test::socket_pair reset;
    const auto third = context.accept(reset.server());
    send(reset.server(), "never read");
    reset.close_client();
    BOOST_TEST((third->handshake() == outcome::failed));
    BOOST_TEST(third->failure() == "Connection reset by peer");
    BOOST_TEST((third->handshake() == outcome::failed));
}

BOOST_DATA_TEST_CASE(bytes_may_come_one_by_one, data::make({TLS1_2_VERSION, TLS1_3_VERSION}), version)
{
    tls_offer offer;
    offer.most = version;
    const test::socket_pair near, far; // the client's wire, the server's wire
    test::tls_client client(near.client(), offer);
    const auto session = context.accept(far.server());
    auto answer = outcome::want_read;
    for (int turn = 0; turn < 10 && answer != outcome::done; ++turn) {
        client.handshake();
        for (const char c : receive(near.server())) {
            BOOST_REQUIRE((answer == outcome::want_read));
            send(far.client(), {&c, 1});
            answer = session->handshake();
        }
        send(near.server(), receive(far.client()));
    }
    BOOST_TEST((answer == outcome::done));
    BOOST_TEST((client.handshake() == test::tls_client::outcome::done));
}

// OpenSSL looks at the thread's error queue to judge a call.
BOOST_AUTO_TEST_CASE(errors_of_others_do_no_harm)
{
    tls_pair pair(context);
    const auto spoil = [] { ERR_raise(ERR_LIB_RSA, ERR_R_INTERNAL_ERROR); };
    while (pair.client_outcome == test::tls_client::outcome::again || pair.server_outcome != outcome::done) {
        pair.client_outcome = pair.client.handshake();
        spoil();
        pair.server_outcome = pair.server->handshake();
        BOOST_REQUIRE((pair.server_outcome == outcome::want_read || pair.server_outcome == outcome::done));
    }
    std::array<char, 10> room;
    std::size_t size = 0;
    spoil();
    BOOST_TEST((pair.server->read(room, size) == outcome::want_read));
    spoil();
    BOOST_TEST((pair.server->write("x", size) == outcome::done));
    spoil();
    BOOST_TEST((pair.server->shutdown() == outcome::done));
}

BOOST_AUTO_TEST_CASE(a_failure_leaves_no_errors_to_others)
{
    tls_offer offer;
    offer.most = TLS1_1_VERSION;
    offer.least = TLS1_1_VERSION;
    tls_pair pair(context, offer);
    pair.client.handshake();
    ERR_clear_error();
    BOOST_TEST((pair.server->handshake() == outcome::failed));
    BOOST_TEST(ERR_peek_error() == 0U);
}

// The first bytes that a client of `version` sends.
std::string client_hello(int version)
{
    tls_offer offer;
    offer.most = version;
    offer.alpn = "h2 http/1.1";
    const test::socket_pair sockets;
    test::tls_client client(sockets.client(), offer);
    client.handshake();
    return receive(sockets.server());
}

BOOST_AUTO_TEST_CASE(mutations_of_a_client_hello_do_no_harm)
{
    std::mt19937 engine(20240607); // the same ones every time
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine); };
    const std::array hellos{client_hello(TLS1_2_VERSION), client_hello(TLS1_3_VERSION)};
    std::array<int, 6> seen{};
    for (int round = 0; round < 10'000; ++round) {
        auto bytes = hellos[below(hellos.size())];
        for (std::size_t changes = 1 + below(8); changes > 0 && !bytes.empty(); --changes) {
            const auto at = below(bytes.size());
            switch (below(5)) {
            case 0: bytes[at] = static_cast<char>(below(256)); break;
            case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
            case 2: bytes.insert(at, below(20), static_cast<char>(below(256))); break;
            case 3: bytes.erase(at, below(20)); break;
            default: bytes.resize(at); break;
            }
        }
        test::socket_pair sockets;
        const auto session = context.accept(sockets.server());
        if (!bytes.empty()) send(sockets.client(), bytes);
        auto answer = session->handshake();
        if (answer == outcome::want_read) { // what has begun ends with the connection
            sockets.close_client();
            answer = session->handshake();
            BOOST_REQUIRE((answer == outcome::closed || answer == outcome::failed));
        }
        BOOST_REQUIRE((answer != outcome::done && answer != outcome::want_write));
        ++seen.at(static_cast<std::size_t>(answer));
    }
    // The mutations reach all ends that there are.
    BOOST_TEST(seen.at(static_cast<std::size_t>(outcome::closed)) > 100);
    BOOST_TEST(seen.at(static_cast<std::size_t>(outcome::failed)) > 100);
    BOOST_TEST(seen.at(static_cast<std::size_t>(outcome::not_tls)) > 10);
}

BOOST_AUTO_TEST_SUITE_END()
