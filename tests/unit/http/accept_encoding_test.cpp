#include "http/accept_encoding.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

bool prefers(std::vector<std::string_view> values)
{
    http::request q;
    q.headers.push_back({"Host", "gzip"});
    for (const auto value : values) q.headers.push_back({"accept-encoding", value});
    return http::prefers_gzip(q);
}

} // namespace

BOOST_AUTO_TEST_SUITE(accept_encoding)

BOOST_AUTO_TEST_CASE(gzip_is_sent_to_those_who_name_it)
{
    for (const auto* value :
         {"gzip", "GZip", "x-gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1", "*", " deflate ,\tgzip ",
          "gzip;q=1", "gzip;q=1.000", "gzip;q=0.001", "gzip ; Q=0.5", ",gzip,,", "*;q=0, gzip",
          "gzip;q=0.5, identity;q=0.5", "identity;q=0, gzip;q=0.1", "gzip;q=1."})
        BOOST_TEST(prefers({value}), value);
    BOOST_TEST(prefers({"br", "gzip"}));
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_it)
{
    BOOST_TEST(!prefers({}));
    for (const auto* value :
         {"", "identity", "br", "deflate", "gzip;q=0", "gzip;q=0.0", "gzip;q=0.000", "x-gzip;q=0", "*;q=0",
          "*, gzip;q=0", "gzip;q=0, *", "gzip;q=0.5, identity", "gzip;q=0.4, identity;q=0.5", "gzipped", "gzip-x"})
        BOOST_TEST(!prefers({value}), value);
    BOOST_TEST(!prefers({"gzip", "gzip;q=0"}));
}

BOOST_AUTO_TEST_CASE(a_malformed_weight_refuses)
{
    for (const auto* value : {"gzip;q=2", "gzip;q=1.001", "gzip;q=0.1234", "gzip;q=-1", "gzip;q=", "gzip;q", "gzip;",
                              "gzip;x=1", "gzip;q=0.5x", "gzip q=1", "gzip;q=1;q=1", "gzip;q=.5", "gzip;q=1,5;q=0"})
        BOOST_TEST(prefers({value}) == (std::string_view(value) == "gzip;q=1,5;q=0"), value);
}

BOOST_AUTO_TEST_CASE(a_long_list_takes_no_longer_than_its_length)
{
    std::string many;
    while (many.size() < 16'000) many += "a;q=0.5,";
    BOOST_TEST(!prefers({many}));
    BOOST_TEST(prefers({many + "gzip"}));
}

BOOST_AUTO_TEST_SUITE_END()
