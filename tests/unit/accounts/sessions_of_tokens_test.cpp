// What a refresh token stands for, and ending its session, on both databases.
#include "sessions_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace watchword;
using namespace watchword::accounts;
using std::chrono::hours;
using std::chrono::seconds;
using test::run_task;
using test::session_world;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

bool is_live(session_world& w, const session_grant& g)
{
    const auto found = run_task(w.sessions.inspect(g.refresh_token.view()));
    if (!found) BOOST_TEST((found.error() == core::errc::invalid_token));
    return found.has_value();
}

core::result<void> end_by_token(session_world& w, const session_grant& g)
{
    return run_task(w.sessions.end_by_token(g.refresh_token.view()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions_of_tokens)

BOOST_DATA_TEST_CASE(a_refresh_token_is_shown_with_its_session_and_nothing_changes, kinds, kind)
{
    session_world w(kind);
    const auto first = w.open();
    const auto found = run_task(w.sessions.inspect(first.refresh_token.view())).value();
    BOOST_TEST(found.session.id == first.session.id);
    BOOST_TEST((found.session.expires == w.clock.precise_now() + hours(24)));
    BOOST_TEST(found.user.public_id == "ann");
    BOOST_TEST(*found.user.email == "ann@example.test");

    const auto second = w.next(first);
    const auto third = w.next(second);
    const auto before = w.row(first).row;
    BOOST_TEST((is_live(w, first) && is_live(w, second) && is_live(w, third)));
    w.clock.advance(seconds(31));
    BOOST_TEST(!is_live(w, first));
    BOOST_TEST((is_live(w, second) && is_live(w, third)));
    const auto after = w.row(first).row;
    BOOST_TEST(after.counter == before.counter);
    BOOST_TEST((after.uses == before.uses));
    BOOST_TEST(!after.ended);
    w.clock.advance(hours(24));
    BOOST_TEST(!is_live(w, third));
    BOOST_TEST((run_task(w.sessions.inspect("wr_")).error() == core::errc::invalid_token));
}

BOOST_DATA_TEST_CASE(any_token_of_a_session_ends_it_and_the_observer_is_told, kinds, kind)
{
    session_world w(kind);
    const auto first = w.open(), other = w.open();
    const auto third = w.next(w.next(first));
    w.clock.advance(seconds(31));
    BOOST_TEST(w.observer.all.empty());
    BOOST_TEST(end_by_token(w, first).has_value());
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST(w.observer.all[0].public_id == "ann");
    BOOST_TEST(w.observer.all[0].ids == std::vector<std::string>{first.session.id}, boost::test_tools::per_element());
    BOOST_TEST((w.observer.all[0].why == end_reason::signed_out));
    const auto row = w.row(first).row;
    BOOST_REQUIRE(row.ended.has_value());
    BOOST_TEST(row.ended->reason == "signed_out");
    BOOST_TEST(w.is_refused(third));
    BOOST_TEST(!is_live(w, third));
    BOOST_TEST(is_live(w, other));

    // Once more: it is told again, and the row stays as it is.
    w.clock.advance(seconds(1));
    BOOST_TEST(end_by_token(w, third).has_value());
    BOOST_TEST(w.observer.all.size() == 2u);
    BOOST_TEST((w.row(first).row.ended->when == row.ended->when));
}

BOOST_DATA_TEST_CASE(what_is_no_token_or_has_been_forgotten_ends_nothing, kinds, kind)
{
    session_world w(kind);
    const auto in = w.open();
    const auto jobs = w.jobs();
    std::string forged(in.refresh_token.view());
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    for (const auto& bad : {forged, std::string("wr_"), std::string()})
        BOOST_TEST((run_task(w.sessions.end_by_token(bad)).error() == core::errc::invalid_token));
    BOOST_TEST(w.jobs() == jobs);
    w.clock.advance(hours(24 * 8));
    BOOST_TEST(run_task(w.sessions.purge()).value() == 1u);
    BOOST_TEST((end_by_token(w, in).error() == core::errc::not_found));
    BOOST_TEST(!is_live(w, in));
    BOOST_TEST(w.observer.all.empty());
}

BOOST_AUTO_TEST_SUITE_END()
