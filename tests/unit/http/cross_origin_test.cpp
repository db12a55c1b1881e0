#include "http/cross_origin.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

bool is_foreign(std::vector<http::header_field> headers, bool secure = true,
                const std::vector<std::string>& trusted = {})
{
    headers.insert(headers.begin(), {"Host", "id.example:8443"});
    http::request q;
    q.headers = std::move(headers);
    q.secure = secure;
    return http::is_cross_origin(q, trusted);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cross_origin)

BOOST_AUTO_TEST_CASE(who_says_nothing_is_no_page)
{
    BOOST_TEST(!is_foreign({}));
    BOOST_TEST(!is_foreign({{"Origin", ""}, {"Sec-Fetch-Site", ""}}));
    BOOST_TEST(!is_foreign({{"Referer", "https://evil.example/"}, {"X-Origin", "https://evil.example"}}));
}

BOOST_AUTO_TEST_CASE(what_browsers_say_of_the_site_counts_first)
{
    for (const auto* own : {"same-origin", "none"}) {
        BOOST_TEST(!is_foreign({{"sec-fetch-site", own}}), own);
        // a proxy has changed Host
        BOOST_TEST(!is_foreign({{"Sec-Fetch-Site", own}, {"Origin", "https://login.example"}}), own);
    }
    for (const auto* foreign : {"cross-site", "same-site", "Same-Origin", "NONE", "same-origin, none", "x"}) {
        BOOST_TEST(is_foreign({{"Sec-Fetch-Site", foreign}}), foreign);
        BOOST_TEST(is_foreign({{"Sec-Fetch-Site", foreign}, {"Origin", "https://id.example:8443"}}), foreign);
    }
}

BOOST_AUTO_TEST_CASE(without_that_the_origin_must_be_the_host)
{
    BOOST_TEST(!is_foreign({{"Origin", "https://id.example:8443"}}));
    BOOST_TEST(!is_foreign({{"origin", "https://ID.example:8443"}}));
    for (const auto* foreign :
         {"null", "*", "https://evil.example", "https://id.example", "https://id.example:443",
          "https://id.example:84430", "https://id.example:8443.evil.example", "https://a.id.example:8443",
          "https://evil.example?id.example:8443", "https://u@id.example:8443", "https://id.example:8443/",
          "https://id.example:8443,https://evil.example", "//id.example:8443", "id.example:8443",
          "HTTPS://id.example:8443", "ftp://id.example:8443", "https://", "https:///id.example:8443"})
        BOOST_TEST(is_foreign({{"Origin", foreign}}), foreign);
    http::request q;
    q.headers = {{"Origin", "https://id.example"}};
    BOOST_TEST(http::is_cross_origin(q));
}

BOOST_AUTO_TEST_CASE(plain_text_is_another_origin_than_tls)
{
    BOOST_TEST(is_foreign({{"Origin", "http://id.example:8443"}}));
    BOOST_TEST(!is_foreign({{"Origin", "http://id.example:8443"}}, false));
    // behind a proxy that does not say how its clients come
    BOOST_TEST(!is_foreign({{"Origin", "https://id.example:8443"}}, false));
}

BOOST_AUTO_TEST_CASE(trusted_origins_are_taken_as_they_are_written)
{
    const std::vector<std::string> trusted{"https://app.example", "https://shop.example:444"};
    for (const auto& each : trusted)
        for (const auto* site : {"cross-site", "same-site", "same-origin", ""})
            BOOST_TEST(!is_foreign({{"Origin", each}, {"Sec-Fetch-Site", site}}, true, trusted), each << site);
    for (const auto* foreign : {"https://APP.example", "http://app.example", "https://app.example:443",
                                "https://app.example.evil.example", "null", "https://shop.example"})
        BOOST_TEST(is_foreign({{"Origin", foreign}}, true, trusted), foreign);
    BOOST_TEST(is_foreign({{"Sec-Fetch-Site", "same-site"}}, true, trusted));
}

BOOST_AUTO_TEST_SUITE_END()
