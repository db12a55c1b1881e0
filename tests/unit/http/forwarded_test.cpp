#include "http/forwarded.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using http::forwarded_client;
using http::forwarding_field;

constexpr std::string_view proxy = "10.0.0.1";

core::ip_address address(std::string_view text)
{
    return core::parse_address(text).value();
}

forwarded_client find(forwarding_field field, std::vector<http::header_field> headers, std::string_view peer = proxy)
{
    static const auto trusted = core::network_list::parse({"10.0.0.0/8", "fd00::/8"}).value();
    http::request q;
    q.headers = std::move(headers);
    return http::find_client(q, address(peer), {trusted, field});
}

// The client behind one X-Forwarded-For, one Forwarded.
std::string x_for(std::string_view value)
{
    return find(forwarding_field::x_forwarded_for, {{"X-Forwarded-For", value}}).address->to_string();
}
std::string standard(std::string_view value)
{
    return find(forwarding_field::forwarded, {{"Forwarded", value}}).address->to_string();
}

// The scheme that goes with it.
std::string_view scheme_of(std::string_view value)
{
    return find(forwarding_field::forwarded, {{"Forwarded", value}}).scheme;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forwarded)

BOOST_AUTO_TEST_CASE(without_fields_the_peer_is_the_client)
{
    for (const auto field : {forwarding_field::x_forwarded_for, forwarding_field::forwarded})
        for (const auto* peer : {"10.0.0.1", "192.0.2.1", "fd00::1", "2001:db8::1"}) {
            const auto client = find(field, {{"Host", "a"}}, peer);
            BOOST_TEST(*client.address == address(peer));
            BOOST_TEST(client.scheme == "");
        }
    BOOST_TEST(*find(forwarding_field::forwarded, {}, "::ffff:192.0.2.1").address == address("192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(an_untrusted_peer_is_never_believed)
{
    for (const auto field : {forwarding_field::x_forwarded_for, forwarding_field::forwarded})
        for (const auto* peer : {"192.0.2.1", "11.0.0.1", "fc00::1", "::ffff:192.0.2.1", "::1"}) {
            const auto client = find(field,
                                     {{"X-Forwarded-For", "127.0.0.1"},
                                      {"X-Forwarded-Proto", "https"},
                                      {"X-Real-IP", "127.0.0.1"},
                                      {"Forwarded", "for=127.0.0.1;proto=https"}},
                                     peer);
            BOOST_TEST(*client.address == core::unmapped(address(peer)));
            BOOST_TEST(client.scheme == "");
        }
}

BOOST_AUTO_TEST_CASE(the_field_that_is_not_configured_is_never_believed)
{
    const auto by_x = find(forwarding_field::x_forwarded_for, {{"Forwarded", "for=192.0.2.1;proto=https"}});
    BOOST_TEST(*by_x.address == address(proxy));
    BOOST_TEST(by_x.scheme == "");
    const auto by_standard =
        find(forwarding_field::forwarded, {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}});
    BOOST_TEST(*by_standard.address == address(proxy));
    BOOST_TEST(by_standard.scheme == "");
}

BOOST_AUTO_TEST_CASE(the_first_untrusted_address_from_the_right_is_the_client)
{
    BOOST_TEST(x_for("192.0.2.1") == "192.0.2.1");
    BOOST_TEST(x_for("127.0.0.1, 192.0.2.1") == "192.0.2.1"); // the client's own claim
    BOOST_TEST(x_for("127.0.0.1,192.0.2.1,10.0.0.3 ,\t10.0.0.2") == "192.0.2.1");
    BOOST_TEST(x_for("192.0.2.1, fd00::5, 10.0.0.2") == "192.0.2.1");
    BOOST_TEST(standard("for=192.0.2.1") == "192.0.2.1");
    BOOST_TEST(standard("for=127.0.0.1, for=192.0.2.1") == "192.0.2.1");
    BOOST_TEST(standard("for=127.0.0.1,for=192.0.2.1 ,\tfor=10.0.0.2,for=\"[fd00::5]\"") == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(if_all_are_trusted_the_leftmost_is_the_client)
{
    BOOST_TEST(x_for("10.0.0.4, 10.0.0.3, 10.0.0.2") == "10.0.0.4");
    BOOST_TEST(standard("for=10.0.0.4, for=10.0.0.3") == "10.0.0.4");
}

BOOST_AUTO_TEST_CASE(several_fields_are_one_list)
{
    const auto by_x = find(forwarding_field::x_forwarded_for, {{"x-forwarded-for", "127.0.0.1"},
                                                               {"Host", "a"},
                                                               {"X-FORWARDED-FOR", "192.0.2.1, 10.0.0.3"},
                                                               {"X-Forwarded-For", "10.0.0.2"}});
    BOOST_TEST(*by_x.address == address("192.0.2.1"));
    const auto by_standard = find(forwarding_field::forwarded, {{"forwarded", "for=127.0.0.1"},
                                                                {"FORWARDED", "for=192.0.2.1;proto=http"},
                                                                {"Via", "for=1.1.1.1"},
                                                                {"Forwarded", "for=10.0.0.2;proto=https"}});
    BOOST_TEST(*by_standard.address == address("192.0.2.1"));
    BOOST_TEST(by_standard.scheme == "http");
}

BOOST_AUTO_TEST_CASE(x_forwarded_for_may_have_ports_and_brackets)
{
    BOOST_TEST(x_for("192.0.2.1:55") == "192.0.2.1");
    BOOST_TEST(x_for("192.0.2.1:65535") == "192.0.2.1");
    BOOST_TEST(x_for("[2001:db8::1]") == "2001:db8::1");
    BOOST_TEST(x_for("[2001:db8::1]:5") == "2001:db8::1");
    BOOST_TEST(x_for("2001:db8::1") == "2001:db8::1");
    BOOST_TEST(x_for("2001:DB8:0:0::1") == "2001:db8::1");
    BOOST_TEST(x_for("192.0.2.1, [fd00::1]:443, 10.0.0.2:80") == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(mapped_addresses_count_as_ipv4)
{
    BOOST_TEST(x_for("192.0.2.1, ::ffff:10.0.0.2") == "192.0.2.1");
    BOOST_TEST(x_for("::ffff:192.0.2.1") == "192.0.2.1");
    BOOST_TEST(standard("for=192.0.2.1, for=\"[::ffff:10.0.0.2]:1\"") == "192.0.2.1");
    BOOST_TEST(
        *find(forwarding_field::x_forwarded_for, {{"X-Forwarded-For", "192.0.2.1"}}, "::ffff:10.0.0.1").address ==
        address("192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(an_unreadable_entry_of_x_forwarded_for_hides_what_stands_left_of_it)
{
    for (const char* bad : {"",
                            "unknown",
                            "_hidden",
                            "unix:",
                            "-",
                            "garbage",
                            "192.0.2.1:",
                            "192.0.2.1:65536",
                            "192.0.2.1:5:5",
                            "192.0.2.1:+5",
                            "192.0.2.1:_x",
                            "192.0.2.1:000080",
                            "[192.0.2.1]",
                            "[::1",
                            "::1]",
                            "[::1]5",
                            "[::1]:",
                            "[]",
                            "[::1]]",
                            "fe80::1%eth0",
                            "010.0.0.1",
                            "192.0.2.1 5",
                            "\"192.0.2.1\"",
                            "for=192.0.2.1",
                            "192.0.2.1;",
                            "http://192.0.2.1"}) {
        const auto text = std::string("192.0.2.9, ") + bad;
        BOOST_TEST(x_for(text) == proxy, bad);
        BOOST_TEST(x_for(text + ", 10.0.0.2") == "10.0.0.2", bad);
        BOOST_TEST(x_for(text + ", 192.0.2.7") == "192.0.2.7", bad);
    }
    BOOST_TEST(x_for("") == proxy);
    const auto empty_last =
        find(forwarding_field::x_forwarded_for, {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-For", ""}});
    BOOST_TEST(*empty_last.address == address(proxy));
}

BOOST_AUTO_TEST_CASE(nodes_of_forwarded_follow_rfc_7239)
{
    BOOST_TEST(standard("for=\"192.0.2.1\"") == "192.0.2.1");
    BOOST_TEST(standard("for=\"192.0.2.1:47011\"") == "192.0.2.1");
    BOOST_TEST(standard("for=\"192.0.2.1:_a.B-9_\"") == "192.0.2.1");
    BOOST_TEST(standard("for=\"[2001:db8:cafe::17]\"") == "2001:db8:cafe::17");
    BOOST_TEST(standard("For=\"[2001:db8:cafe::17]:4711\"") == "2001:db8:cafe::17");
    BOOST_TEST(standard("FOR=\"\\1\\92.0.2.1\"") == "192.0.2.1"); // quoted pairs
    BOOST_TEST(standard("for=192.0.2.1;proto=http;by=203.0.113.43") == "192.0.2.1");
    BOOST_TEST(standard("by=203.0.113.43;for=192.0.2.1") == "192.0.2.1");
    BOOST_TEST(standard(";;for=192.0.2.1; proto=http ;") == "192.0.2.1");
    BOOST_TEST(standard("secret=\"a,b;for=1.1.1.1\\\"\";for=192.0.2.1") == "192.0.2.1");
    BOOST_TEST(standard("for=192.0.2.1;host=\"" + std::string(500, 'a') + "\"") == "192.0.2.1");
    BOOST_TEST(standard("for=192.0.2.1;host=\"a\\\\\"") == "192.0.2.1");
    BOOST_TEST(standard("for=192.0.2.1, for=10.0.0.2;host=\"\"") == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(an_unreadable_element_of_forwarded_hides_what_stands_left_of_it)
{
    for (const std::string& bad : {std::string(),
                                   std::string("for=unknown"),
                                   std::string("for=_hidden"),
                                   std::string("for=\"_hidden:80\""),
                                   std::string("proto=https"),
                                   std::string("by=192.0.2.1"),
                                   std::string("for"),
                                   std::string("for="),
                                   std::string("=192.0.2.1"),
                                   std::string("for =192.0.2.1"),
                                   std::string("for= 192.0.2.1"),
                                   std::string("for=192.0.2.1:80"),
                                   std::string("for=[::1]"),
                                   std::string("for=\"::1\""),
                                   std::string("for=\"[::1]"),
                                   std::string("for=\"[::1"),
                                   std::string("for=192.0.2.1;for=192.0.2.1"),
                                   std::string("for=192.0.2.1;proto=http;proto=http"),
                                   std::string("for=192.0.2.1;proto"),
                                   std::string("for=192.0.2.1;proto="),
                                   std::string("for=192.0.2.1 proto=http"),
                                   std::string("for=\"192.0.2.1\"x"),
                                   std::string("for=\"192.0.2.1\\"),
                                   std::string("for=\"192.0.2.1:65536\""),
                                   std::string("for=\"192.0.2.1:_\""),
                                   std::string("for=\"192.0.2.1:_:\""),
                                   std::string("for=\" 192.0.2.1\""),
                                   std::string("for=\"192.0.2.1 \""),
                                   std::string("for=192.0.2.1;a=b c"),
                                   std::string("192.0.2.1"),
                                   "for=\"" + std::string(64, '0') + "192.0.2.1\"",
                                   "for=\"192.0.2.1:_" + std::string(64, 'a') + "\""}) {
        const auto text = "for=192.0.2.9;proto=http, " + bad;
        BOOST_TEST(standard(text) == proxy, bad);
        BOOST_TEST(scheme_of(text) == "", bad);
        BOOST_TEST(standard(text + ",for=10.0.0.2") == "10.0.0.2", bad);
    }
    BOOST_TEST(standard("") == proxy);
}

// Whatever a client leaves open, what a proxy adds behind it is read as the proxy wrote it.
BOOST_AUTO_TEST_CASE(a_client_cannot_swallow_what_a_proxy_adds)
{
    for (const char* sent : {"for=\"", "for=\"a\\", "\"", "\"\"\"", "\\\"", "for=\"\\\"", "a=\"b\\\\\"\"",
                             "for=1.1.1.1;", "for=1.1.1.1;x=\", for=10.0.0.9;y=\""}) {
        const auto text = std::string(sent) + ", for=192.0.2.1;proto=https;host=\"a\\\"b,\"";
        BOOST_TEST(standard(text) == "192.0.2.1", sent);
        BOOST_TEST(scheme_of(text) == "https", sent);
        BOOST_TEST(x_for(std::string(sent) + ", 192.0.2.1") == "192.0.2.1", sent);
    }
}

BOOST_AUTO_TEST_CASE(at_most_64_hops_are_looked_at)
{
    const auto chain = [](int hops, const std::string& hop, std::string text) {
        for (int i = 0; i < hops; ++i) text += "," + hop;
        return text;
    };
    BOOST_TEST(x_for(chain(63, "10.0.0.2", "192.0.2.1")) == "192.0.2.1");
    BOOST_TEST(x_for(chain(64, "10.0.0.2", "192.0.2.1")) == "10.0.0.2");
    BOOST_TEST(standard(chain(63, "for=10.0.0.2", "for=192.0.2.1")) == "192.0.2.1");
    BOOST_TEST(standard(chain(64, "for=10.0.0.2", "for=192.0.2.1")) == "10.0.0.2");
}

BOOST_AUTO_TEST_CASE(x_forwarded_proto_counts_with_its_last_value)
{
    const auto scheme = [](std::vector<http::header_field> headers) {
        return find(forwarding_field::x_forwarded_for, std::move(headers)).scheme;
    };
    BOOST_TEST(scheme({{"X-Forwarded-Proto", "https"}}) == "https");
    BOOST_TEST(scheme({{"x-forwarded-proto", "HTTP"}}) == "http");
    BOOST_TEST(scheme({{"X-Forwarded-Proto", "https, http"}}) == "http");
    BOOST_TEST(scheme({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Proto", "http"}}) == "http");
    for (const char* bad : {"", "ftp", "https,", "https://", "https http", "\"https\"", "http\xff"})
        BOOST_TEST(scheme({{"X-Forwarded-Proto", bad}}) == "", bad);
    BOOST_TEST(scheme({{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}}) == "https");
}

BOOST_AUTO_TEST_CASE(forwarded_takes_the_scheme_from_the_element_of_the_client)
{
    BOOST_TEST(scheme_of("for=192.0.2.1;proto=https") == "https");
    BOOST_TEST(scheme_of("PROTO=\"HTTPS\";for=192.0.2.1") == "https");
    BOOST_TEST(scheme_of("for=1.1.1.1;proto=http, for=192.0.2.1;proto=https, for=10.0.0.2;proto=http") == "https");
    BOOST_TEST(scheme_of("for=192.0.2.1, for=10.0.0.2;proto=https") == "");
    BOOST_TEST(scheme_of("for=unknown;proto=http, for=10.0.0.2;proto=https") == "https");
    for (const char* bad : {"ftp", "\"\"", "\"https \"", "httpsx"})
        BOOST_TEST(scheme_of("for=192.0.2.1;proto=" + std::string(bad)) == "", bad);
    BOOST_TEST(scheme_of("for=192.0.2.1;proto=" + std::string(100, 'a')) == "");
}

BOOST_AUTO_TEST_CASE(a_peer_on_a_unix_socket_is_trusted)
{
    const auto find_behind = [](const std::string& value) {
        http::request q;
        if (!value.empty()) q.headers.push_back({"X-Forwarded-For", value});
        const http::forwarding proxies{core::network_list::parse({"10.0.0.0/8"}).value(),
                                       forwarding_field::x_forwarded_for};
        return http::find_client(q, std::nullopt, proxies).address;
    };
    BOOST_TEST(find_behind("192.0.2.1")->to_string() == "192.0.2.1");
    BOOST_TEST(find_behind("192.0.2.1, 10.0.0.2")->to_string() == "192.0.2.1");
    BOOST_TEST(find_behind("192.0.2.7, 192.0.2.1")->to_string() == "192.0.2.1");
    BOOST_TEST(!find_behind(""));
    BOOST_TEST(!find_behind("unknown"));
}

BOOST_AUTO_TEST_SUITE_END()
