#include "api/session_texts.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

core::precise_timestamp at(std::int64_t milliseconds)
{
    return core::precise_timestamp(std::chrono::milliseconds(milliseconds));
}

accounts::session_info session_named(const std::string& id)
{
    accounts::session_info s;
    s.id = id;
    s.created = at(1'800'000'000'999);
    s.last_used = at(1'800'000'061'000);
    s.expires = at(1'802'592'061'000);
    s.device = "Firefox \"é\"";
    s.address = "192.0.2.1";
    s.amr = "pwd otp";
    return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_texts)

BOOST_AUTO_TEST_CASE(what_is_granted_is_told_whole)
{
    accounts::session_grant g;
    g.user.public_id = "u-1";
    g.user.email = "a@x";
    g.refresh_token = core::secret_string(std::string_view("wr_abc"));
    const accounts::bearer_tokens::issued token{"a.b.c", core::timestamp(std::chrono::seconds(1'800'000'900)),
                                                std::chrono::seconds(900)};
    BOOST_TEST(api::grant_text(g, token) == "{\"access_token\":\"a.b.c\",\"token_type\":\"Bearer\",\"expires_in\":900,"
                                            "\"expires_at\":\"2027-01-15T08:15:00Z\",\"refresh_token\":\"wr_abc\","
                                            "\"user\":{\"id\":\"u-1\",\"email\":\"a@x\",\"name\":null}}\n");
    BOOST_TEST(api::cookie_grant_text(g, token, "0af") ==
               "{\"expires_in\":900,\"expires_at\":\"2027-01-15T08:15:00Z\",\"csrf_token\":\"0af\","
               "\"user\":{\"id\":\"u-1\",\"email\":\"a@x\",\"name\":null}}\n");
    g.user.name = "Ž\n";
    BOOST_TEST(boost::json::parse(api::grant_text(g, token)).at("user").at("name").as_string() == "Ž\n");
}

BOOST_AUTO_TEST_CASE(a_list_says_which_session_is_the_current_one)
{
    BOOST_TEST(api::list_text({}, "s1") == "{\"sessions\":[]}\n");
    const auto text = api::list_text({session_named("s1"), session_named("s2")}, "s2");
    BOOST_TEST(text.starts_with("{\"sessions\":[{\"id\":\"s1\",\"current\":false,"
                                "\"device\":\"Firefox \\\"\\u00e9\\\"\",\"address\":\"192.0.2.1\","
                                "\"created\":\"2027-01-15T08:00:00Z\",\"last_used\":\"2027-01-15T08:01:01Z\","
                                "\"expires\":\"2027-02-14T08:01:01Z\",\"amr\":[\"pwd\",\"otp\"]},{\"id\":\"s2\","
                                "\"current\":true,"),
               text);
    BOOST_TEST(boost::json::parse(text).at("sessions").as_array().size() == 2u);
    auto bare = session_named("s3");
    bare.amr.clear();
    BOOST_TEST(boost::json::parse(api::list_text({bare}, "")).at("sessions").at(0).at("amr").as_array().empty());
}

BOOST_AUTO_TEST_SUITE_END()
