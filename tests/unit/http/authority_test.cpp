#include "http/authority.hpp"

#include <boost/test/unit_test.hpp>

using watchword::http::is_authority;

BOOST_AUTO_TEST_SUITE(authority)

BOOST_AUTO_TEST_CASE(names_addresses_and_ports_are_accepted)
{
    for (const char* good : {"localhost", "example.test:5000", "127.0.0.1:80", "[::1]", "[fe80::1]:65535", "a_b",
                             "host:", "xn--e1a4c.test", "%41b"})
        BOOST_TEST(is_authority(good), good);
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused)
{
    for (const char* bad : {"user@host", "a, b", "###", "host:65536", "host:1a", "host:1:2", "[::1", "[]", "[1.2]",
                            "a b", "a/b", "%4", "%zz", "[::1]x", "host:-1", "\\host"})
        BOOST_TEST(!is_authority(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
