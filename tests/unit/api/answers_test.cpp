#include "accounts/session_problem.hpp"
#include "api/answers.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using core::errc;

} // namespace

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(too_much_to_do_says_when_to_come_back)
{
    for (const auto why : {errc::overloaded, errc::timed_out}) {
        BOOST_TEST(static_cast<int>(api::failure(why).status()) == 503);
        BOOST_TEST(api::failure(why).header("Retry-After") == "1");
        BOOST_TEST(api::failure(why, 7s).header("Retry-After") == "7");
        BOOST_TEST(api::failure(why, 0s).header("Retry-After") == "1");
    }
}

BOOST_AUTO_TEST_CASE(what_is_down_may_be_up_in_a_second)
{
    for (const auto why : {errc::unavailable, errc::cancelled}) {
        BOOST_TEST(static_cast<int>(api::failure(why, 7s).status()) == 503);
        BOOST_TEST(api::failure(why, 7s).header("Retry-After") == "1");
    }
}

BOOST_AUTO_TEST_CASE(what_would_fail_again_says_nothing_of_it)
{
    for (const auto why : {errc::invalid_input, errc::too_large, errc::not_found, errc::already_exists,
                           errc::wrong_password, errc::invalid_token, errc::unsupported}) {
        const auto r = api::failure(why, 7s);
        BOOST_TEST(static_cast<int>(r.status()) / 100 == 4);
        BOOST_TEST(!r.has("Retry-After"));
    }
    const auto strange = api::failure(make_error_code(boost::system::errc::io_error), 7s);
    BOOST_TEST(static_cast<int>(strange.status()) == 500);
    BOOST_TEST(!strange.has("Retry-After"));
}

BOOST_AUTO_TEST_CASE(why_there_is_no_session_has_a_code_of_its_own_and_401_a_challenge)
{
    using accounts::session_problem;
    for (const auto why : {session_problem::ended, session_problem::reused, session_problem::outdated}) {
        const auto r = api::failure(why);
        BOOST_TEST(static_cast<int>(r.status()) == 401);
        BOOST_TEST(r.header("WWW-Authenticate") == "Bearer");
        BOOST_TEST(r.body().find("\"code\":\"" + std::string(code_of(why)) + "\"") != std::string_view::npos, r.body());
    }
    const auto disabled = api::failure(session_problem::user_disabled);
    BOOST_TEST(static_cast<int>(disabled.status()) == 403);
    BOOST_TEST(!disabled.has("WWW-Authenticate"));
    BOOST_TEST(disabled.body().find("\"code\":\"user_disabled\"") != std::string_view::npos);
}

BOOST_AUTO_TEST_SUITE_END()
