// What is done for sessions now and then.
#include "server/session_upkeep.hpp"
#include "sessions_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

struct fixture : test::sessions_service {
    server::session_upkeep upkeep{kept_sessions, revoked};

    void look()
    {
        core::asio::io_context io(1);
        core::asio::co_spawn(io, upkeep.look(), core::asio::detached);
        io.run();
    }
    // Rows that there are, in any state.
    long long rows()
    {
        soci::session other(soci::sqlite3, "dbname=" + database_file + " timeout=5");
        long long count = 0;
        other << "select count(*) from watchword_session", soci::into(count);
        return count;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(upkeep_of_sessions, fixture)

BOOST_AUTO_TEST_CASE(what_has_expired_is_deleted_in_portions_without_a_pause)
{
    const auto portion = static_cast<long long>(watchword::accounts::sessions::portion);
    const auto old = sign_in("a@x");
    change_from_outside("with recursive n(i) as (select 1 union all select i + 1 from n where i < " +
                        std::to_string(portion + 1) +
                        ") insert into watchword_session (id, user_id, public_id, created, last_used, expires, "
                        "delete_after, counter, uses, device, address, amr, scope, auth_time) select 'expired ' || i, "
                        "user_id, public_id, 1, 1, 1, 1, 0, uses, '', '', '', '', 1 from n, watchword_session");
    BOOST_TEST(rows() == portion + 2);
    look();
    BOOST_TEST(rows() == 2);
    look();
    BOOST_TEST(rows() == 1);
    BOOST_TEST(check(old.access) == 200);

    // Then not for a minute.
    clock.time += std::chrono::hours(24 * 365);
    look();
    BOOST_TEST(rows() == 1);
}

BOOST_AUTO_TEST_CASE(revocations_that_no_token_needs_are_forgotten)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(end("current", in.access) == 204);
    BOOST_TEST(revoked.count().sessions == 1u);
    clock.time += std::chrono::minutes(15);
    look();
    BOOST_TEST(revoked.count().sessions == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
