#include "core/network.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>
#include <unordered_map>

namespace {

using namespace watchword::core;
using namespace std::string_literals;

ip_address address(std::string_view text)
{
    return parse_address(text).value();
}

bool is_in(std::string_view text, std::string_view net)
{
    return network::parse(net).value().contains(address(text));
}

bool is_refused(std::string_view net)
{
    const auto read = network::parse(net);
    return read.has_error() && read.error() == errc::invalid_input;
}

} // namespace

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(addresses_are_read)
{
    for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::a:1",
                             "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
        BOOST_TEST(address(text).to_string() == text);
    BOOST_TEST(address("2001:DB8:0::1") == address("2001:db8::1"));
    BOOST_TEST(address("1:2:3:4:5:6:255.255.255.255").is_v6());
}

BOOST_AUTO_TEST_CASE(what_is_no_address_or_reads_two_ways_is_refused)
{
    for (const std::string& text : {""s,
                                    " "s,
                                    "1.2.3"s,
                                    "1.2.3.4.5"s,
                                    "1.2.3.256"s,
                                    "010.0.0.1"s,
                                    "1.2.3.04"s,
                                    "00.0.0.0"s,
                                    "1.2.3.4 "s,
                                    " 1.2.3.4"s,
                                    "0x1.2.3.4"s,
                                    "16909060"s,
                                    "1.2.3.-4"s,
                                    "1.2.3.+4"s,
                                    "1.2..4"s,
                                    "1.2.3.4/8"s,
                                    "1.2.3.4\0"s,
                                    "1.2.3.4\0.5"s,
                                    "fe80::1%eth0"s,
                                    "fe80::1%1"s,
                                    "[::1]"s,
                                    "::1::"s,
                                    ":::"s,
                                    "1:2:3:4:5:6:7"s,
                                    "1:2:3:4:5:6:7:8:9"s,
                                    "12345::"s,
                                    "g::"s,
                                    "::1.2.3.04"s,
                                    "::ffff:1.2.3"s,
                                    "localhost"s,
                                    std::string(4096, '1'),
                                    std::string(4096, ':')})
        BOOST_TEST(!parse_address(text), text);
}

BOOST_AUTO_TEST_CASE(mapped_addresses_become_ipv4)
{
    BOOST_TEST(unmapped(address("::ffff:192.0.2.1")) == address("192.0.2.1"));
    for (const char* text : {"192.0.2.1", "::1", "::192.0.2.1", "::fffe:192.0.2.1", "64:ff9b::192.0.2.1"})
        BOOST_TEST(unmapped(address(text)) == address(text));
}

BOOST_AUTO_TEST_CASE(a_network_ends_where_its_prefix_says)
{
    BOOST_TEST(is_in("10.0.0.0", "10.0.0.0/8"));
    BOOST_TEST(is_in("10.255.255.255", "10.0.0.0/8"));
    BOOST_TEST(!is_in("9.255.255.255", "10.0.0.0/8"));
    BOOST_TEST(!is_in("11.0.0.0", "10.0.0.0/8"));
    BOOST_TEST(is_in("192.0.2.131", "192.0.2.130/31"));
    BOOST_TEST(!is_in("192.0.2.132", "192.0.2.130/31"));
    BOOST_TEST(is_in("fdff::1", "fd00::/8"));
    BOOST_TEST(!is_in("fe00::1", "fd00::/8"));
    BOOST_TEST(is_in("2001:db8:0:1:ffff::", "2001:db8:0:1::/64"));
    BOOST_TEST(!is_in("2001:db8:0:2::", "2001:db8:0:1::/64"));
    BOOST_TEST(is_in("2001:db8::8000:0:0:1", "2001:db8::8000:0:0:0/65"));
    BOOST_TEST(!is_in("2001:db8::1", "2001:db8::8000:0:0:0/65"));
}

// Every prefix of both families: the first and the last address are in it, their neighbours are not.
BOOST_AUTO_TEST_CASE(every_length_of_prefix_is_exact)
{
    for (unsigned prefix = 1; prefix <= 128; ++prefix) {
        boost::asio::ip::address_v6::bytes_type first{}, last{}, outside{};
        for (unsigned bit = 0; bit < 128; ++bit) {
            const auto mark = static_cast<unsigned char>(0x80 >> bit % 8);
            const bool is_set = bit == 0 || bit == prefix - 1;
            if (is_set) first[bit / 8] |= mark;
            if (is_set || bit >= prefix) last[bit / 8] |= mark;
            if (is_set != (bit == prefix - 1)) outside[bit / 8] |= mark;
        }
        const boost::asio::ip::address_v6 begin(first);
        const auto net = network::parse(begin.to_string() + "/" + std::to_string(prefix)).value();
        BOOST_TEST(net.contains(begin));
        BOOST_TEST(net.contains(boost::asio::ip::address_v6(last)));
        BOOST_TEST(!net.contains(boost::asio::ip::address_v6(outside)), prefix);
        if (prefix < 128) BOOST_TEST(is_refused(begin.to_string() + "/" + std::to_string(prefix - 1)), prefix);
    }
    for (unsigned prefix = 1; prefix <= 32; ++prefix) {
        const std::uint32_t size = prefix == 32 ? 1 : 1u << (32 - prefix), first = 0u - size;
        const auto at = [](std::uint32_t value) { return boost::asio::ip::address_v4(value); };
        const auto net = network::parse(at(first).to_string() + "/" + std::to_string(prefix)).value();
        BOOST_TEST(net.contains(at(first)));
        BOOST_TEST(net.contains(at(0xFFFFFFFF)));
        BOOST_TEST(!net.contains(at(first - 1)), prefix);
    }
}

BOOST_AUTO_TEST_CASE(no_prefix_means_one_address_and_zero_means_all)
{
    BOOST_TEST(is_in("192.0.2.1", "192.0.2.1"));
    BOOST_TEST(!is_in("192.0.2.2", "192.0.2.1"));
    BOOST_TEST(is_in("2001:db8::1", "2001:db8::1"));
    BOOST_TEST(!is_in("2001:db8::2", "2001:db8::1"));
    BOOST_TEST(is_in("255.255.255.255", "0.0.0.0/0"));
    BOOST_TEST(is_in("ffff::", "::/0"));
}

BOOST_AUTO_TEST_CASE(the_families_are_apart_and_mapped_addresses_are_ipv4)
{
    BOOST_TEST(!is_in("1.2.3.4", "::/0"));
    BOOST_TEST(!is_in("::ffff:1.2.3.4", "::/0"));
    BOOST_TEST(!is_in("::1", "0.0.0.0/0"));
    BOOST_TEST(!is_in("0a00::", "10.0.0.0/8"));
    BOOST_TEST(is_in("::ffff:10.1.2.3", "10.0.0.0/8"));
    BOOST_TEST(is_in("10.1.2.3", "::ffff:10.0.0.0/104"));
    BOOST_TEST(is_in("10.1.2.3", "::ffff:10.1.2.3"));
    BOOST_TEST(is_in("10.1.2.3", "::ffff:0.0.0.0/96"));
    BOOST_TEST(is_refused("::ffff:0.0.0.0/80"));
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_networks)
{
    for (const char* text : {"",
                             "/",
                             "/8",
                             "10.0.0.0/",
                             "10.0.0.0/33",
                             "10.0.0.0/08",
                             "10.0.0.0/+8",
                             "10.0.0.0/-1",
                             "10.0.0.0/8/8",
                             "10.0.0.0/255.0.0.0",
                             "10.0.0.0 /8",
                             "10.0.0.0/ 8",
                             "10/8",
                             "fd00::/129",
                             "fd00::/00",
                             "10.0.0.1/8",
                             "fd00::1/64",
                             "10.0.0.0/0",
                             "::1/0",
                             "host",
                             "10.0.0.0/18446744073709551624"})
        BOOST_TEST(is_refused(text), text);
}

BOOST_AUTO_TEST_CASE(a_list_is_read_whole_or_not_at_all)
{
    const auto list = network_list::parse({"10.0.0.0/8", "fd00::/8", "192.0.2.1"}).value();
    BOOST_TEST(!list.empty());
    for (const char* text : {"10.1.2.3", "fd12::1", "192.0.2.1", "::ffff:10.1.2.3"})
        BOOST_TEST(list.contains(address(text)), text);
    for (const char* text : {"11.0.0.1", "fe80::1", "192.0.2.2", "::1"})
        BOOST_TEST(!list.contains(address(text)), text);
    BOOST_TEST((network_list::parse({"10.0.0.0/8", "nonsense"}).error() == errc::invalid_input));
    const auto none = network_list::parse({}).value();
    BOOST_TEST(none.empty());
    BOOST_TEST(!none.contains(address("0.0.0.0")));
    BOOST_TEST(network_list().empty());
}

BOOST_AUTO_TEST_CASE(clients_are_told_apart_by_address_or_by_64_bits)
{
    const auto key = [](std::string_view text) { return address_key(address(text)); };
    BOOST_TEST((key("192.0.2.1") == key("::ffff:192.0.2.1")));
    BOOST_TEST((key("192.0.2.1") != key("192.0.2.2")));
    BOOST_TEST((key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff:ffff:ffff:ffff")));
    BOOST_TEST((key("2001:db8:0:1::1") != key("2001:db8:0:2::1")));
    BOOST_TEST((key("c000:0201::") != key("192.0.2.1"))); // the same bits, the other family
    BOOST_TEST((key("0.0.0.0") != key("::")));
    BOOST_TEST((key("192.0.2.1").bytes() == key("::ffff:192.0.2.1").bytes()));
    BOOST_TEST((key("2001:db8:0:1::1").bytes() == key("2001:db8:0:1:ffff::").bytes()));
    BOOST_TEST((key("2001:db8:0:1::1").bytes() != key("2001:db8:0:2::1").bytes()));
    BOOST_TEST((key("c000:0201::").bytes() != key("192.0.2.1").bytes()));
}

BOOST_AUTO_TEST_CASE(keys_spread_and_the_seed_matters)
{
    const address_hash hash(1), other(2);
    std::set<std::size_t> low_bits;
    std::size_t changed = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const address_key key{boost::asio::ip::address_v4(i << 12)};
        low_bits.insert(hash(key) % 1024);
        if (hash(key) != other(key)) ++changed;
    }
    BOOST_TEST(low_bits.size() > 500); // 640 are expected of a good hash; of the bare bits, 1
    BOOST_TEST(changed == 1000);

    std::unordered_map<address_key, int, address_hash> counts(0, hash);
    ++counts[address_key(address("192.0.2.1"))];
    ++counts[address_key(address("::ffff:192.0.2.1"))];
    BOOST_TEST(counts.at(address_key(address("192.0.2.1"))) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
