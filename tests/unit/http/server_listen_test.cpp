// Where the server listens, and who its clients are then.
#include "server_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <sys/stat.h>

using namespace watchword;
using namespace watchword::test;
using namespace std::string_literals;

namespace {

struct listen_fixture : server_fixture {
    temporary_directory directory;
    std::string path = directory / "w w.sock";

    const std::string& start_at(const std::string& address)
    {
        settings.listen = {address};
        return start();
    }
    void trust(const std::string& network) { settings.proxies.trusted = core::network_list::parse({network}).value(); }
    // What /who says behind a first line of the proxy's.
    std::string who_behind(const std::string& proxy_header, const std::string& fields = "")
    {
        client c(server->addresses().front());
        c.send(proxy_header);
        try {
            c.get("/who", fields + "Connection: close\r\n");
        } catch (const boost::system::system_error&) { // closed already
            return {};
        }
        const auto all = c.read_all();
        const auto end = all.find("\r\n\r\n");
        return end == all.npos ? all : all.substr(end + 4);
    }
};

auto names(const std::string& text)
{
    return [text](const std::runtime_error& e) { return std::string(e.what()).find(text) != std::string::npos; };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_listen, listen_fixture)

BOOST_AUTO_TEST_CASE(a_unix_socket_serves_and_is_removed_at_the_end)
{
    const auto address = start_at("unix:" + path + "?mode=600");
    BOOST_TEST(address == "unix:" + path);
    for (int i = 0; i < 20; ++i) BOOST_TEST(client(address).last_get("/hello").ends_with("hello")); // on all threads
    BOOST_TEST(who_behind("") == "unix plain ");
    struct ::stat found {};
    BOOST_REQUIRE(::stat(path.c_str(), &found) == 0);
    BOOST_TEST((found.st_mode & 0777) == 0600u);
    server.reset();
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_in_use_is_refused_and_a_stale_one_replaced)
{
    start_at("unix:" + path);
    BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock, random), std::runtime_error, names(path));
    BOOST_TEST(client("unix:" + path).last_get("/hello").ends_with("hello"));
    server.reset();
    {
        boost::asio::io_context io;
        boost::asio::local::stream_protocol::acceptor dead(io, path);
    } // as a server that was killed: the path stays
    BOOST_TEST(std::filesystem::exists(path));
    BOOST_TEST(client(start_at("unix:" + path)).last_get("/hello").ends_with("hello"));
    server.reset();
    write_file(path, "not a socket");
    BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock, random), std::runtime_error, names(path));
    BOOST_TEST(std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_socket_is_not_removed_when_another_has_its_place)
{
    start_at("unix:" + path);
    std::filesystem::remove(path);
    write_file(path, "somebody else's");
    server.reset();
    BOOST_TEST(std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(without_inherited_sockets_systemd_is_refused)
{
    settings.listen = {"systemd"};
    BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock, random), std::runtime_error, names("service manager"));
}

BOOST_AUTO_TEST_CASE(tls_needs_a_certificate)
{
    settings.listen = {"https://127.0.0.1:0"};
    BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock, random), std::runtime_error, names("certificate"));
}

BOOST_AUTO_TEST_CASE(only_a_trusted_proxy_names_its_client)
{
    start();
    BOOST_TEST(who_behind("", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n") == "127.0.0.1 plain ");
    trust("127.0.0.0/8");
    start();
    BOOST_TEST(who_behind("", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n") == "192.0.2.1 secure ");
    BOOST_TEST(who_behind("", "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\n") == "192.0.2.1 plain ");
    BOOST_TEST(who_behind("", "Forwarded: for=192.0.2.1\r\n") == "127.0.0.1 plain ");
    settings.proxies.field = http::forwarding_field::forwarded;
    start();
    BOOST_TEST(who_behind("", "Forwarded: for=192.0.2.1;proto=https\r\n") == "192.0.2.1 secure ");
    BOOST_TEST(who_behind("", "X-Forwarded-For: 192.0.2.1\r\n") == "127.0.0.1 plain ");
}

BOOST_AUTO_TEST_CASE(the_client_of_one_request_is_not_that_of_the_next)
{
    trust("127.0.0.1");
    client c(start());
    c.get("/who", "X-Forwarded-For: 192.0.2.1\r\n");
    c.get("/who", "Connection: close\r\n");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "\r\n\r\n192.0.2.1 plain ") == 1u);
    BOOST_TEST(all.ends_with("\r\n\r\n127.0.0.1 plain "));
}

BOOST_AUTO_TEST_CASE(a_unix_peer_is_trusted)
{
    start_at("unix:" + path);
    BOOST_TEST(who_behind("", "X-Forwarded-For: 192.0.2.1\r\n") == "192.0.2.1 plain ");
}

BOOST_AUTO_TEST_CASE(a_proxy_header_names_the_client)
{
    trust("127.0.0.1");
    start_at("127.0.0.1:0?proxy_protocol");
    BOOST_TEST(who_behind("PROXY TCP4 192.0.2.9 127.0.0.1 40000 80\r\n") == "192.0.2.9 plain ");
    BOOST_TEST(who_behind("PROXY TCP6 2001:db8::9 ::1 40000 80\r\n") == "2001:db8::9 plain ");
    BOOST_TEST(who_behind("PROXY UNKNOWN\r\n") == "127.0.0.1 plain ");
    BOOST_TEST(who_behind("PROXY UNKNOWN\r\n", "X-Forwarded-For: 6.6.6.6\r\n") == "127.0.0.1 plain ");
    const auto v2 = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"s + "\xc0\0\x02\x07"s + "\x7f\0\0\x01"s + "\0\x01\0\x02"s;
    BOOST_TEST(who_behind(v2) == "192.0.2.7 plain ");
    // The client behind it is no trusted proxy: its fields are its own word.
    BOOST_TEST(who_behind("PROXY TCP4 192.0.2.9 127.0.0.1 1 2\r\n", "X-Forwarded-For: 6.6.6.6\r\n") ==
               "192.0.2.9 plain ");
}

BOOST_AUTO_TEST_CASE(without_a_proxy_header_nothing_is_answered)
{
    trust("127.0.0.1");
    start_at("127.0.0.1:0?proxy_protocol");
    BOOST_TEST(who_behind("") == "");
    BOOST_TEST(who_behind("PROXY TCP4 192.0.2.9\r\n") == "");
    BOOST_TEST(who_behind("PROXY TCP4 192.0.2.09 127.0.0.1 1 2\r\n") == "");
    settings.proxies = {};
    start();
    BOOST_TEST(who_behind("PROXY TCP4 192.0.2.9 127.0.0.1 1 2\r\n") == ""); // not one who may say so
}

BOOST_AUTO_TEST_CASE(a_proxy_header_that_does_not_come_is_waited_for_so_long)
{
    trust("127.0.0.1");
    settings.limits.handshake_timeout = std::chrono::milliseconds(100);
    client c(start_at("127.0.0.1:0?proxy_protocol"));
    c.send("PROXY TCP4 192.");
    BOOST_TEST(c.read_all() == "");
}

BOOST_AUTO_TEST_CASE(clients_behind_a_proxy_are_counted_one_by_one)
{
    trust("127.0.0.1");
    settings.limits.connections_per_address = 1;
    start_at("127.0.0.1:0?proxy_protocol");
    client first(server->addresses().front());
    first.send("PROXY TCP4 192.0.2.9 127.0.0.1 1 2\r\n");
    first.get("/hello");
    BOOST_TEST(first.read(15) == "HTTP/1.1 200 OK");
    BOOST_TEST(who_behind("PROXY TCP4 192.0.2.9 127.0.0.1 1 2\r\n") == "");
    BOOST_TEST(who_behind("PROXY TCP4 192.0.2.10 127.0.0.1 1 2\r\n") == "192.0.2.10 plain ");
}

BOOST_AUTO_TEST_SUITE_END()
