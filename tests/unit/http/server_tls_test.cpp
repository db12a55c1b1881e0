// HTTPS from a client's first byte to its last.
#include "server_fixture.hpp"
#include "support/certificates.hpp"
#include "support/tls_client.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>

using namespace watchword;
using namespace watchword::test;

namespace {

struct tls_fixture : server_fixture {
    temporary_directory directory;
    certificate_authority root{directory, "root"};
    certificate_files files{root.issue("server")};

    tls_fixture()
    {
        settings.listen = {"https://127.0.0.1:0"};
        settings.tls = http::tls_settings();
        settings.tls->certificate_file = files.certificate;
        settings.tls->key_file = files.key;
    }
};

// A connection with TLS on it; every wait is bounded.
class tls_connection {
public:
    explicit tls_connection(const std::string& address, const tls_offer& offer = {}, int receive_buffer = 0)
        : plain_(address.substr(address.find("//") + 2), receive_buffer), tls_(non_blocking(plain_.descriptor()), offer)
    {}

    bool shake()
    {
        for (;;) {
            const auto now = tls_.handshake();
            if (now == tls_client::outcome::done) return true;
            if (now != tls_client::outcome::again) return false;
            wait(POLLIN);
        }
    }
    void send(std::string_view bytes)
    {
        while (!bytes.empty())
            if (tls_.write(bytes) == tls_client::outcome::again) wait(POLLIN | POLLOUT);
    }
    std::string read_all()
    {
        std::string all;
        for (;;) {
            const auto now = tls_.read(all);
            if (now == tls_client::outcome::again) wait(POLLIN);
            ended_well = now == tls_client::outcome::closed;
            if (now == tls_client::outcome::closed || now == tls_client::outcome::failed) return all;
        }
    }
    std::string last_get(std::string_view path)
    {
        send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        return read_all();
    }
    tls_client& tls() { return tls_; }
    bool ended_well = false; // by a close_notify

private:
    static int non_blocking(int fd)
    {
        ::fcntl(fd, F_SETFL, O_NONBLOCK);
        return fd;
    }
    void wait(short what)
    {
        ::pollfd p{plain_.descriptor(), what, 0};
        if (::poll(&p, 1, 20'000) != 1) throw std::runtime_error("nothing came in 20 s");
    }

    client plain_;
    tls_client tls_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_tls, tls_fixture)

BOOST_AUTO_TEST_CASE(requests_are_answered_and_the_end_is_announced)
{
    const auto& address = start();
    BOOST_TEST(address.starts_with("https://127.0.0.1:"));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        tls_offer offer;
        offer.least = offer.most = version;
        offer.authority = root.file();
        tls_connection c(address, offer);
        BOOST_REQUIRE(c.shake());
        c.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        const auto all = c.read_all();
        BOOST_TEST(count(all, "HTTP/1.1 200 OK\r\n") == 2u);
        BOOST_TEST(all.ends_with("127.0.0.1 secure "));
        BOOST_TEST(c.ended_well);
    }
}

BOOST_AUTO_TEST_CASE(bodies_of_many_records_arrive_whole_both_ways)
{
    tls_connection c(start(), {}, 4096);
    BOOST_REQUIRE(c.shake());
    const std::string body(300'000, 'e');
    c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + body +
           "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto all = c.last_get("/big");
    BOOST_TEST(count(all, "HTTP/1.1 200 OK\r\n") == 3u);
    BOOST_TEST((all.find("\r\n\r\n" + body + "HTTP/1.1") != all.npos));
    BOOST_TEST(count(all, "3e8\r\n") == 100u);
    BOOST_TEST((all.substr(all.size() - big.size()) == big));
}

BOOST_AUTO_TEST_CASE(plain_text_gets_an_answer_in_plain_text)
{
    const auto& address = start();
    client c(address.substr(address.find("//") + 2));
    const auto all = c.last_get("/hello");
    BOOST_TEST(all.starts_with("HTTP/1.1 400 Bad Request\r\n"), all);
    BOOST_TEST(count(all, "tls_required") == 1u);
    BOOST_TEST(!c.was_reset);
}

BOOST_AUTO_TEST_CASE(tls_at_a_port_without_it_is_refused)
{
    settings.listen = {"127.0.0.1:0"};
    tls_connection c("//" + start());
    BOOST_TEST(!c.shake());
}

BOOST_AUTO_TEST_CASE(a_handshake_may_take_so_long)
{
    settings.limits.handshake_timeout = std::chrono::milliseconds(100);
    const auto& address = start();
    client silent(address.substr(address.find("//") + 2));
    BOOST_TEST(silent.read_all() == "");
    client slow(address.substr(address.find("//") + 2));
    slow.send("\x16\x03\x01");
    BOOST_TEST(slow.read_all() == "");
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed)
{
    settings.limits.idle_timeout = std::chrono::milliseconds(100);
    tls_connection c(start());
    BOOST_REQUIRE(c.shake());
    BOOST_TEST(c.read_all() == "");
    BOOST_TEST(c.ended_well);
}

BOOST_AUTO_TEST_CASE(a_new_certificate_is_shown_after_a_reload)
{
    const auto& address = start();
    tls_connection old(address);
    BOOST_REQUIRE(old.shake());
    BOOST_TEST(old.tls().server_name() == "localhost");

    certificate_request renewed;
    renewed.name = "renewed.test";
    root.issue("server", renewed);
    server->reconfigure(settings);
    tls_connection fresh(address);
    BOOST_REQUIRE(fresh.shake());
    BOOST_TEST(fresh.tls().server_name() == "renewed.test");
    BOOST_TEST(old.last_get("/hello").ends_with("hello"));

    write_file(files.certificate, "nonsense");
    BOOST_CHECK_THROW(server->reconfigure(settings), std::runtime_error);
    tls_connection later(address);
    BOOST_REQUIRE(later.shake());
    BOOST_TEST(later.tls().server_name() == "renewed.test");
}

BOOST_AUTO_TEST_CASE(handlers_see_whose_certificate_a_client_has)
{
    settings.tls->client_ca_file = root.file();
    settings.tls->clients = http::tls_settings::client_certificates::required;
    const auto& address = start();
    tls_offer offer;
    certificate_request own;
    own.name = "ada";
    own.purpose = certificate_purpose::client;
    offer.own = root.issue("ada", own);
    tls_connection c(address, offer);
    BOOST_REQUIRE(c.shake());
    const auto answer = c.last_get("/who");
    BOOST_TEST(answer.ends_with("127.0.0.1 secure CN=ada,O=Watchword"), answer);
    tls_connection nobody(address);
    nobody.shake(); // TLS 1.3 tells after it
    BOOST_TEST(nobody.last_get("/who") == "");
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long_is_answered_for)
{
    settings.limits.handler_timeout = std::chrono::milliseconds(100);
    tls_connection c(start());
    BOOST_REQUIRE(c.shake());
    BOOST_TEST(c.last_get("/held").starts_with("HTTP/1.1 503 "));
    released.count_down();
}

BOOST_AUTO_TEST_CASE(a_proxy_header_comes_before_tls)
{
    settings.listen = {"https://127.0.0.1:0?proxy_protocol"};
    settings.proxies.trusted = core::network_list::parse({"127.0.0.1"}).value();
    const auto& address = start();
    client plain(address.substr(address.find("//") + 2));
    plain.send("PROXY TCP4 192.0.2.9 127.0.0.1 1 2\r\n");
    ::fcntl(plain.descriptor(), F_SETFL, O_NONBLOCK);
    tls_client tls(plain.descriptor(), {});
    ::pollfd p{plain.descriptor(), POLLIN, 0};
    while (tls.handshake() == tls_client::outcome::again) BOOST_REQUIRE(::poll(&p, 1, 20'000) == 1);
    std::string_view request = "GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    tls.write(request);
    std::string all;
    while (tls.read(all) != tls_client::outcome::closed) BOOST_REQUIRE(::poll(&p, 1, 20'000) == 1);
    BOOST_TEST(all.ends_with("192.0.2.9 secure "));
}

BOOST_AUTO_TEST_CASE(a_drain_answers_what_is_under_way)
{
    tls_connection c(start());
    BOOST_REQUIRE(c.shake());
    c.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    started.wait();
    server->stop();
    released.count_down();
    const auto all = c.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(count(all, "Connection: close\r\n") == 1u);
    BOOST_TEST(c.ended_well);
    server->wait();
}

BOOST_AUTO_TEST_SUITE_END()
