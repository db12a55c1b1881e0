#include "api/client_credentials.hpp"
#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace watchword;

std::string base64(const std::string& bytes)
{
    auto text = core::base64url_encode(bytes);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    text.resize((text.size() + 3) / 4 * 4, '=');
    return text;
}

// "id|secret", or "-".
std::string basic(const std::string& field)
{
    const auto read = api::read_basic(field);
    return read ? read->id + "|" + std::string(read->secret.view()) : "-";
}

std::string given(const std::vector<std::string>& fields, const std::string& body)
{
    http::request q;
    for (const auto& each : fields) q.headers.push_back({"Authorization", each});
    const auto form = http::parse_urlencoded(body).value();
    const auto found = api::find_client_credentials(q, form);
    if (!found) return std::to_string(static_cast<int>(found.error().status)) + " " + std::string(found.error().code);
    return found->id + "|" + std::string(found->secret.view());
}

const std::string good = "Basic " + base64("api:one");

} // namespace

BOOST_AUTO_TEST_SUITE(client_credentials)

BOOST_AUTO_TEST_CASE(a_basic_field_is_read_as_oauth_wants_it)
{
    BOOST_TEST(basic(good) == "api|one");
    BOOST_TEST(basic("bASIC   " + base64("api:one") + " ") == "api|one");
    BOOST_TEST(basic("Basic " + base64("a:b:c")) == "a|b:c");
    // RFC 6749 section 2.3.1: both are encoded as in a form.
    BOOST_TEST(basic("Basic " + base64("a%3Ab:s%2Be+c%25")) == "a:b|s+e c%");
    BOOST_TEST(basic("Basic " + base64("\xC3\xA9:\xC3\xBC")) == "\xC3\xA9|\xC3\xBC");
}

BOOST_AUTO_TEST_CASE(a_malformed_basic_field_is_nobodys)
{
    auto unpadded = base64("api:onetwo");
    unpadded.pop_back();
    const std::vector<std::string> bad{"",
                                       "Basic",
                                       "Basic ",
                                       "Basic =",
                                       "Basic ====",
                                       "Basic %%%%",
                                       "Basic api:one",
                                       "Basic\t" + base64("api:one"),
                                       "Bearer " + base64("api:one"),
                                       "BasicX " + base64("api:one"),
                                       "Basic " + base64("api:one") + "=",
                                       "Basic " + base64("api:one").substr(1),
                                       "Basic " + unpadded,
                                       "Basic YXBpOm9uZR==",
                                       "Basic _-8=",
                                       "Basic " + base64("apione"),
                                       "Basic " + base64(":one"),
                                       "Basic " + base64("api:"),
                                       "Basic " + base64(":"),
                                       "Basic " + base64(""),
                                       "Basic " + base64("a\npi:one"),
                                       "Basic " + base64("api:o\x7Fne"),
                                       "Basic " + base64(std::string("a\0b:one", 7)),
                                       "Basic " + base64("api:one%00"),
                                       "Basic " + base64("a%0D:one"),
                                       "Basic " + base64("api:" + std::string(2000, 'x')),
                                       "Basic " + base64("api:one") + ", " + base64("api:one")};
    for (const auto& each : bad) BOOST_TEST(basic(each) == "-", each);
    // As long as it may be.
    const std::string longest = "Basic " + base64("api:" + std::string(758, 'x'));
    BOOST_TEST(longest.size() <= api::longest_basic);
    BOOST_TEST(basic(longest) == "api|" + std::string(758, 'x'));
}

BOOST_AUTO_TEST_CASE(a_client_is_named_in_the_field_or_in_the_form)
{
    BOOST_TEST(given({good}, "token=x") == "api|one");
    BOOST_TEST(given({good}, "token=x&client_id=api") == "api|one");
    BOOST_TEST(given({good}, "client_id=&client_secret=") == "api|one"); // as if left out
    BOOST_TEST(given({}, "client_id=api&client_secret=o%26ne") == "api|o&ne");
    BOOST_TEST(given({""}, "client_id=api&client_secret=one") == "api|one");
}

BOOST_AUTO_TEST_CASE(one_way_at_a_time)
{
    const std::string twice = "400 invalid_request", nobody = "401 invalid_client";
    BOOST_TEST(given({good}, "client_id=api&client_secret=one") == twice);
    BOOST_TEST(given({good}, "client_secret=one") == twice);
    BOOST_TEST(given({"Bearer x"}, "client_id=api&client_secret=one") == twice);
    BOOST_TEST(given({good}, "client_id=other") == twice);
    BOOST_TEST(given({good, good}, "token=x") == twice);
    BOOST_TEST(given({good, "Bearer x"}, "token=x") == twice);
    BOOST_TEST(given({}, "client_id=api&client_id=api&client_secret=one") == twice);
    BOOST_TEST(given({}, "client_id=api&client_secret=one&client_secret=two") == twice);

    BOOST_TEST(given({}, "token=x") == nobody);
    BOOST_TEST(given({}, "client_id=api") == nobody);
    BOOST_TEST(given({}, "client_id=api&client_secret=") == nobody);
    BOOST_TEST(given({}, "client_secret=one") == nobody);
    BOOST_TEST(given({"Bearer x"}, "token=x") == nobody);
    BOOST_TEST(given({"Basic x"}, "token=x") == nobody);
}

BOOST_AUTO_TEST_SUITE_END()
