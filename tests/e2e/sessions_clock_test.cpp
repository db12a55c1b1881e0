// S43: sessions end by the clock, when they are not used and at their age, through restarts and jumps of the clock.
#include "sessions_fixture.hpp"
#include "support/fake_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

namespace {

using namespace watchword::test;

constexpr long minute = 60, hour = 60 * minute, day = 24 * hour;

boost::test_tools::assertion_result can_fake_time(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result can(!is_sanitized && !fake_clock::library().empty());
    can.message() << "libfaketime is not installed, or this is a build with sanitizers";
    return can;
}

struct clocked_server {
    temporary_directory directory, elsewhere;
    fake_clock clock{elsewhere / "clock"};
    std::unique_ptr<server_process> server;
    std::unique_ptr<http_client> client;

    clocked_server()
    {
        restart();
        BOOST_REQUIRE(client->form_post("/signup", registration("ann@b.test")).status == 201);
    }
    void restart()
    {
        client.reset();
        if (server) BOOST_TEST(server->stop() == 0);
        server = std::make_unique<server_process>(
            directory.path(),
            std::vector<std::string>{"--threads", "2", "--set", "passwords.memory_kib=8", "--set",
                                     "sessions.idle_lifetime=1h", "--set", "sessions.lifetime=3h"},
            clock.variables());
        client = std::make_unique<http_client>(server->address());
    }
    // Refreshes at that time; the next token, or empty when the session has ended.
    std::string refresh_at(long seconds, const std::string& token)
    {
        clock.set(seconds);
        const auto r = try_refresh(*client, token);
        if (r.status == 200) return read_grant(r).refresh;
        BOOST_TEST(code_in(r) == "session_ended");
        return "";
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sessions_by_the_clock, clocked_server, *boost::unit_test::precondition(can_fake_time))

BOOST_AUTO_TEST_CASE(a_session_ends_when_it_is_not_used_though_the_server_was_restarted)
{
    const auto in = sign_in(*client, "ann@b.test"), other = sign_in(*client, "ann@b.test");
    auto token = refresh_at(59 * minute, in.refresh);
    BOOST_TEST(token != "");
    restart();
    token = refresh_at(117 * minute, token); // since it was used last
    BOOST_TEST(token != "");
    BOOST_TEST(refresh_at(61 * minute, other.refresh) == "");
    restart();
    BOOST_TEST(refresh_at(61 * minute, other.refresh) == "");
    BOOST_TEST(refresh_at(178 * minute, token) == "");
}

BOOST_AUTO_TEST_CASE(a_session_ends_at_its_age_though_it_is_used_and_its_access_tokens_with_it)
{
    auto token = sign_in(*client, "ann@b.test").refresh;
    std::string access;
    for (long now = 50 * minute; now < 180 * minute; now += 43 * minute) { // the last at 179 min
        token = refresh_at(now, token);
        BOOST_REQUIRE(token != "");
        restart();
    }
    clock.set(179 * minute);
    access = read_grant(try_refresh(*client, token)).access;
    BOOST_TEST(check(*client, access) == 200);
    clock.set(180 * minute + 1);
    BOOST_TEST(check(*client, access) == 401);
    BOOST_TEST(refresh_at(180 * minute + 1, token) == "");
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_ends_no_session_before_its_time_and_lets_none_live_longer)
{
    auto token = sign_in(*client, "ann@b.test").refresh;
    const auto unused = sign_in(*client, "ann@b.test").refresh;
    token = refresh_at(-day, token); // everything is still to come
    BOOST_TEST(token != "");
    token = refresh_at(-day + minute, token);
    BOOST_TEST(token != "");
    restart();
    token = refresh_at(50 * minute, token); // right again
    BOOST_TEST(token != "");
    BOOST_TEST(refresh_at(day, unused) == "");
    BOOST_TEST(refresh_at(61 * minute, unused) == "");
    token = refresh_at(100 * minute, token);
    token = refresh_at(150 * minute, token);
    BOOST_TEST(token != "");
    BOOST_TEST(refresh_at(-day, token) != ""); // it is no younger for that
    BOOST_TEST(refresh_at(180 * minute + 1, token) == "");
}

BOOST_AUTO_TEST_SUITE_END()
