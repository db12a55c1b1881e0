#include "http/proxy_protocol.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace std::string_literals;
using http::proxy_verdict;
using http::read_proxy_header;

const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;

// A header of version 2 that says how long it is.
std::string binary(unsigned command, unsigned family, std::string_view rest)
{
    auto text = signature;
    for (const auto byte :
         {command, family, static_cast<unsigned>(rest.size() >> 8), static_cast<unsigned>(rest.size() & 0xFF)})
        text.push_back(static_cast<char>(byte));
    return text.append(rest);
}

const auto v4_addresses = "\xC0\x00\x02\x01\xC0\x00\x02\x02\x04\x00\x01\xBB"s; // 192.0.2.1:1024 to 192.0.2.2:443
const auto v6_addresses =
    "\x20\x01\x0D\xB8"s + std::string(11, '\0') + "\x01" + std::string(15, '\0') + "\x02\xFF\xFF\x00\x01"s;

std::string source(std::string_view bytes)
{
    const auto header = read_proxy_header(bytes);
    BOOST_REQUIRE_MESSAGE(header.verdict == proxy_verdict::complete, "not complete: " << bytes);
    return header.source ? header.source->address.to_string() + " " + std::to_string(header.source->port) : "none";
}

// Every way to cut `header` and to add to it gives the same answer, and says honestly how much it needs.
void check_every_cut(const std::string& header)
{
    for (std::size_t size = 0; size < header.size(); ++size) {
        const auto part = read_proxy_header(header.substr(0, size));
        BOOST_TEST((part.verdict == proxy_verdict::need_more), size);
        BOOST_TEST((part.size > size && part.size <= header.size()), size << " needs " << part.size);
    }
    for (const auto& rest : {""s, "G"s, "\n"s, "\r\n"s, "GET / HTTP/1.1\r\n\r\n"s, header, std::string(5000, 'x')}) {
        const auto whole = read_proxy_header(header + rest);
        BOOST_TEST((whole.verdict == proxy_verdict::complete));
        BOOST_TEST(whole.size == header.size());
    }
}

// Refused at `size` bytes already, and whatever follows.
void refuse(const std::string& bytes, std::size_t size = std::string::npos)
{
    BOOST_TEST((read_proxy_header(bytes.substr(0, size)).verdict == proxy_verdict::malformed), bytes);
    BOOST_TEST((read_proxy_header(bytes).verdict == proxy_verdict::malformed), bytes);
    BOOST_TEST((read_proxy_header(bytes + "\r\n").verdict == proxy_verdict::malformed), bytes);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_protocol)

BOOST_AUTO_TEST_CASE(lines_of_version_1_are_read)
{
    BOOST_TEST(source("PROXY TCP4 192.0.2.1 192.0.2.2 1024 443\r\n") == "192.0.2.1 1024");
    BOOST_TEST(source("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n") == "255.255.255.255 65535");
    BOOST_TEST(source("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n") == "0.0.0.0 0");
    BOOST_TEST(source("PROXY TCP6 2001:DB8::1 ::2 1 2\r\n") == "2001:db8::1 1");
    BOOST_TEST(source("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 1 2\r\n") == "192.0.2.1 1");
    BOOST_TEST(source("PROXY UNKNOWN\r\n") == "none");
    BOOST_TEST(source("PROXY UNKNOWN \r\n") == "none");
    BOOST_TEST(source("PROXY UNKNOWN 192.0.2.1 what ever\xFF\r\n") == "none");
}

BOOST_AUTO_TEST_CASE(version_1_is_the_same_in_one_piece_and_byte_by_byte)
{
    check_every_cut("PROXY TCP4 192.0.2.1 192.0.2.2 1024 443\r\n");
    check_every_cut("PROXY TCP6 2001:db8::1 2001:db8::2 1024 443\r\n");
    check_every_cut("PROXY UNKNOWN\r\n");
    check_every_cut("PROXY UNKNOWN \r\n");
    check_every_cut("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                    "65535 65535\r\n"); // 107 bytes
}

BOOST_AUTO_TEST_CASE(a_line_has_at_most_107_bytes)
{
    const auto line = [](std::size_t size) { return "PROXY UNKNOWN " + std::string(size - 16, 'x') + "\r\n"; };
    check_every_cut(line(107));
    refuse(line(108), 106); // no room for an end any more
    refuse("PROXY UNKNOWN " + std::string(100'000, 'x'), 106);
    refuse("PROXY TCP4 " + std::string(100'000, '1'), 106);
}

BOOST_AUTO_TEST_CASE(what_cannot_become_a_header_is_refused_at_once)
{
    refuse("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1);
    refuse("\x16\x03\x01\x02\x00", 1);
    refuse("\n", 1);
    refuse("\r\r", 2);
    refuse("POST / HTTP/1.1\r\n", 2);
    refuse("PROPFIND / HTTP/1.1\r\n", 4);
    refuse("proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n", 1);
    refuse("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n", 7);
    refuse("PROXY\tTCP4 192.0.2.1 192.0.2.2 1 2\r\n", 6);
    refuse("PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n", 10);
    refuse("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", 8);
    refuse("PROXY UNKNOWNX\r\n", 14);
    refuse("PROXY UNKNOWN a\0b\r\n"s, 16);
    refuse("PROXY UNKNOWN a\rb\r\n", 17);
    refuse("PROXY UNKNOWN \x7F\r\n", 15);
    refuse("PROXY TCP4 192.0.2.1\t", 21);
}

BOOST_AUTO_TEST_CASE(lines_that_do_not_match_exactly_are_refused)
{
    for (const char* line : {"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
                             "PROXY UNKNOWN\n",
                             "PROXY UNKNOWN x\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 1 22\n",
                             "PROXY\r\n",
                             "PROXY \r\n",
                             "PROXY TCP4\r\n",
                             "PROXY UNKNOW\r\n",
                             "PROXY TCP4 \r\n",
                             "PROXY TCP4 192.0.2.1\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 1 \r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
                             "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n",
                             "PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 1 00\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.2 0x1 2\r\n",
                             "PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n",
                             "PROXY TCP4 192.0.2.1 192.0.2.256 1 2\r\n",
                             "PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n",
                             "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
                             "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
                             "PROXY TCP4 192.0.2.1 ::2 1 2\r\n",
                             "PROXY TCP6 ::1 192.0.2.2 1 2\r\n",
                             "PROXY TCP6 ::1 [::2] 1 2\r\n",
                             "PROXY TCP6 fe80::1%eth0 ::2 1 2\r\n",
                             "PROXY TCP6 1:2:3:4:5:6:7 ::2 1 2\r\n"})
        refuse(line);
}

BOOST_AUTO_TEST_CASE(headers_of_version_2_are_read)
{
    BOOST_TEST(source(binary(0x21, 0x11, v4_addresses)) == "192.0.2.1 1024");
    BOOST_TEST(source(binary(0x21, 0x21, v6_addresses)) == "2001:db8::1 65535");
    const auto mapped = std::string(10, '\0') + "\xFF\xFF\xC0\x00\x02\x01"s + std::string(20, '\0');
    BOOST_TEST(source(binary(0x21, 0x21, mapped)) == "192.0.2.1 0");
    const auto tlv = "\x04\x00\x02\xFF\xFF\x01\x00\x08http/1.1"s;
    BOOST_TEST(source(binary(0x21, 0x11, v4_addresses + tlv)) == "192.0.2.1 1024");
    BOOST_TEST(source(binary(0x21, 0x21, v6_addresses + tlv)) == "2001:db8::1 65535");
}

BOOST_AUTO_TEST_CASE(other_families_of_version_2_have_no_address)
{
    BOOST_TEST(source(binary(0x20, 0x00, "")) == "none");
    BOOST_TEST(source(binary(0x20, 0x11, v4_addresses)) == "none"); // LOCAL: the addresses do not count
    BOOST_TEST(source(binary(0x20, 0xFF, "abc")) == "none");        // nor does the family
    BOOST_TEST(source(binary(0x21, 0x00, "")) == "none");
    BOOST_TEST(source(binary(0x21, 0x00, "anything")) == "none");
    BOOST_TEST(source(binary(0x21, 0x01, "")) == "none");
    BOOST_TEST(source(binary(0x21, 0x10, v4_addresses)) == "none");
    BOOST_TEST(source(binary(0x21, 0x12, v4_addresses)) == "none"); // datagrams do not come over TCP
    BOOST_TEST(source(binary(0x21, 0x22, v6_addresses)) == "none");
    BOOST_TEST(source(binary(0x21, 0x31, std::string(216, 'a'))) == "none");
    BOOST_TEST(source(binary(0x21, 0x32, std::string(216, 'a'))) == "none");
}

BOOST_AUTO_TEST_CASE(version_2_is_the_same_in_one_piece_and_byte_by_byte)
{
    check_every_cut(binary(0x20, 0x00, ""));
    check_every_cut(binary(0x21, 0x11, v4_addresses));
    check_every_cut(binary(0x21, 0x21, v6_addresses + "\x04\x00\x00"s));
    check_every_cut(binary(0x21, 0x31, std::string(216, '\n')));
    check_every_cut(binary(0x20, 0x00, std::string(http::most_proxy_header_bytes - 16, '\n')));
    // After 16 bytes it is known how many there are.
    BOOST_TEST(read_proxy_header(binary(0x21, 0x11, v4_addresses + "tlv").substr(0, 16)).size == 31);
}

BOOST_AUTO_TEST_CASE(odd_headers_of_version_2_are_refused)
{
    for (std::size_t i = 1; i < signature.size(); ++i) {
        auto bent = binary(0x21, 0x11, v4_addresses);
        bent[i] = 'x';
        refuse(bent, i + 1);
    }
    for (const unsigned command : {0x22u, 0x2Fu, 0x11u, 0x10u, 0x31u, 0x00u, 0x01u, 0xFFu})
        refuse(binary(command, 0x11, v4_addresses), 13);
    for (const unsigned family : {0x03u, 0x13u, 0x1Fu, 0x41u, 0xF0u, 0xFFu})
        refuse(binary(0x21, family, v4_addresses), 14);
}

BOOST_AUTO_TEST_CASE(version_2_has_room_for_its_addresses_and_little_more)
{
    refuse(binary(0x21, 0x11, v4_addresses.substr(1)), 16);
    refuse(binary(0x21, 0x11, ""), 16);
    refuse(binary(0x21, 0x21, v6_addresses.substr(1)), 16);
    refuse(binary(0x21, 0x22, v4_addresses), 16);
    refuse(binary(0x21, 0x31, std::string(215, 'a')), 16);
    refuse(binary(0x20, 0x00, std::string(http::most_proxy_header_bytes - 15, 'a')), 16);
    refuse(binary(0x21, 0x11, std::string(65535, 'a')), 16);
}

BOOST_AUTO_TEST_SUITE_END()
