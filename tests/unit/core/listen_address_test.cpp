#include "core/listen_address.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using core::listen_address;
using core::parse_listen_address;
using family = listen_address::family;

listen_address parsed(std::string_view text)
{
    const auto address = parse_listen_address(text);
    BOOST_REQUIRE_MESSAGE(address, text);
    return *address;
}

} // namespace

BOOST_AUTO_TEST_SUITE(listen_address_text)

BOOST_AUTO_TEST_CASE(tcp_addresses_are_literal)
{
    for (const auto* good : {"127.0.0.1:5000", "0.0.0.0:0", "[::1]:5000", "[::]:65535", "localhost:80"})
        BOOST_TEST(parse_listen_address(good).has_value(), good);
    for (const auto* bad : {"", ":", "5000", ":5000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
                            "127.0.0.1:-1", "::1:5000", "[::1]", "[127.0.0.1]:5000", "[]:5000", "example.com:80",
                            "127.0.0.256:80", "127.1:80", "[localhost]:80", "127.0.0.1:80 ", "ftp://127.0.0.1:80"})
        BOOST_TEST(!parse_listen_address(bad), bad);
    BOOST_TEST(!parse_listen_address(std::string_view("127.0.0.1\0:80", 13)));
    const auto local = parsed("localhost:80");
    BOOST_TEST(local.endpoint.address().to_string() == "127.0.0.1");
    BOOST_TEST(local.endpoint.port() == 80);
    BOOST_TEST((local.kind == family::tcp && !local.tls && !local.proxy_protocol));
}

BOOST_AUTO_TEST_CASE(the_scheme_says_whether_tls_is_spoken)
{
    BOOST_TEST(parsed("https://[::1]:443").tls);
    BOOST_TEST(!parsed("http://[::1]:80").tls);
    BOOST_TEST(parsed("https://127.0.0.1:443?proxy_protocol").proxy_protocol);
    BOOST_TEST(!parse_listen_address("https://"));
    BOOST_TEST(!parse_listen_address("HTTPS://127.0.0.1:1"));
}

BOOST_AUTO_TEST_CASE(unix_sockets_have_a_path_and_permissions)
{
    const auto socket = parsed("unix:/run/w w.sock?mode=600&proxy_protocol");
    BOOST_TEST((socket.kind == family::unix_socket));
    BOOST_TEST(socket.name == "/run/w w.sock");
    BOOST_TEST(socket.mode == 0600u);
    BOOST_TEST(socket.proxy_protocol);
    BOOST_TEST(parsed("unix:w.sock").mode == 0660u);
    for (const auto* bad :
         {"unix:", "unix:/x?mode=", "unix:/x?mode=888", "unix:/x?mode=1777", "unix:/x?what", "127.0.0.1:80?mode=600"})
        BOOST_TEST(!parse_listen_address(bad), bad);
    BOOST_TEST(!parse_listen_address("unix:/" + std::string(200, 'x')));
}

BOOST_AUTO_TEST_CASE(inherited_sockets_may_be_named)
{
    BOOST_TEST((parsed("systemd").kind == family::inherited));
    BOOST_TEST(parsed("systemd").name.empty());
    BOOST_TEST(parsed("systemd:web").name == "web");
    BOOST_TEST(parsed("https+systemd:tls").tls);
    BOOST_TEST(parsed("https+systemd:tls").name == "tls");
    BOOST_TEST(!parsed("systemd").tls);
    for (const auto* bad : {"systemd:", "systemdx", "https+systemd:", "https+systemdsystemd"})
        BOOST_TEST(!parse_listen_address(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
