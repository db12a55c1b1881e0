#include "core/text.hpp"
#include "sessions_fixture.hpp"
#include "store/session.hpp"
#include "store/user_states.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace watchword::accounts;
using core::errc;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::run_task;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
using test::session_world;

bool same_text(const core::secret_string& a, const core::secret_string& b)
{
    return core::equal_in_constant_time(a.view(), b.view());
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions_test)

BOOST_DATA_TEST_CASE(a_session_is_opened_and_goes_on, kinds, kind)
{
    session_world w(kind);
    session_request r;
    r.public_id = "ann";
    r.from = {core::parse_address("192.0.2.7"), "Browser 1.0 (\xC5\xBD)"};
    r.amr = "pwd otp";
    r.scope = "read write";
    const auto opened = w.open(r).value();
    BOOST_TEST(core::base64url_decode(opened.session.id).value().size() == 16u);
    BOOST_TEST((opened.session.created == w.clock.precise_now()));
    BOOST_TEST((opened.session.auth_time == w.clock.precise_now()));
    BOOST_TEST((opened.session.expires == w.clock.precise_now() + hours(24)));
    BOOST_TEST(opened.user.public_id == "ann");
    BOOST_TEST(*opened.user.email == "ann@example.test");
    BOOST_TEST(*opened.user.name == "Name of ann");
    BOOST_TEST(opened.user.generation == 0u);

    w.clock.advance(milliseconds(hours(2)) + milliseconds(123));
    const auto refreshed = w.refresh(opened.refresh_token, {core::parse_address("2001:db8::1"), "other"}).value();
    BOOST_TEST(!refreshed.is_repeated);
    BOOST_TEST(refreshed.session.id == opened.session.id);
    BOOST_TEST((refreshed.session.created == opened.session.created));
    BOOST_TEST((refreshed.session.auth_time == opened.session.auth_time));
    BOOST_TEST((refreshed.session.last_used == w.clock.precise_now()));
    BOOST_TEST((refreshed.session.expires == w.clock.precise_now() + hours(24)));
    BOOST_TEST(refreshed.session.device == "Browser 1.0 (\xC5\xBD)");
    BOOST_TEST(refreshed.session.address == "2001:db8::1");
    BOOST_TEST(refreshed.session.amr == "pwd otp");
    BOOST_TEST(refreshed.session.scope == "read write");
    BOOST_TEST(refreshed.user.public_id == "ann");
    BOOST_TEST(!same_text(refreshed.refresh_token, opened.refresh_token));
    BOOST_TEST(w.row(opened).row.counter == 1u);
}

BOOST_DATA_TEST_CASE(a_repeated_refresh_gets_the_same_successor_and_writes_nothing, kinds, kind)
{
    session_world w(kind);
    const auto first = w.open();
    const auto second = w.next(first);
    const auto before = w.row(first).row;
    w.clock.advance(hours(20)); // whoever lost the answer may be away for long
    const auto again = w.refresh(first.refresh_token, {core::parse_address("192.0.2.9"), ""}).value();
    BOOST_TEST(again.is_repeated);
    BOOST_TEST(same_text(again.refresh_token, second.refresh_token));
    const auto after = w.row(first).row;
    BOOST_TEST(after.counter == before.counter);
    BOOST_TEST((after.uses == before.uses));
    BOOST_TEST((after.last_used == before.last_used));
    BOOST_TEST(after.address == before.address);
}

BOOST_DATA_TEST_CASE(a_token_is_answered_for_a_window_after_its_successor_was_used, kinds, kind)
{
    session_world w(kind);
    const auto first = w.open();
    const auto second = w.next(first);
    const auto third = w.next(second);
    w.clock.advance(seconds(30));
    const auto again = w.refresh(first.refresh_token).value();
    BOOST_TEST(again.is_repeated);
    BOOST_TEST(same_text(again.refresh_token, second.refresh_token));
    BOOST_TEST(w.observer.all.empty());
    w.clock.advance(milliseconds(1));
    BOOST_TEST(w.is_refused(first, session_problem::reused));
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST(w.observer.all[0].public_id == "ann");
    BOOST_TEST(w.observer.all[0].ids == std::vector{first.session.id});
    BOOST_TEST((w.observer.all[0].why == end_reason::reused));
    // For everybody, and for good.
    BOOST_TEST(w.is_refused(third));
    BOOST_TEST(w.is_refused(second));
    BOOST_TEST(w.is_refused(first));
    BOOST_TEST(w.row(first).row.ended->reason == "reused");
    BOOST_TEST((w.row(first).row.ended->when == w.clock.precise_now()));
    BOOST_TEST(w.observer.all.size() == 1u);
    BOOST_TEST(w.list().empty());
}

BOOST_DATA_TEST_CASE(a_theft_ends_that_session_only, kinds, kind)
{
    session_world w(kind);
    const auto stolen = w.open(), other = w.open(), bobs = w.open("bob");
    w.next(w.next(stolen));
    w.clock.advance(seconds(31));
    BOOST_TEST(w.is_refused(stolen, session_problem::reused));
    BOOST_TEST(w.refresh(other.refresh_token).has_value());
    BOOST_TEST(w.refresh(bobs.refresh_token).has_value());
}

BOOST_DATA_TEST_CASE(what_was_not_issued_costs_the_database_nothing, kinds, kind)
{
    session_world w(kind);
    const auto good = w.open();
    const auto before = w.jobs();
    auto changed = std::string(good.refresh_token.view());
    changed[40] = changed[40] == 'A' ? 'B' : 'A';
    for (const auto& text : {std::string(), std::string("wr_"), std::string(57, 'A'), "wr_" + std::string(54, 'A'),
                             changed, changed + "A", std::string(1'000'000, 'w')})
        BOOST_TEST((w.refresh(core::secret_string(text)).error() == errc::invalid_token));
    BOOST_TEST(w.jobs() == before);
    BOOST_TEST(w.refresh(good.refresh_token).has_value());
    BOOST_TEST(w.jobs() == before + 1);
}

BOOST_DATA_TEST_CASE(another_secret_is_another_server, kinds, kind)
{
    session_world w(kind);
    const auto good = w.open();
    accounts::sessions other(test::short_settings(), core::secret_string(std::string(32, 'o')), w.database, w.clock,
                             w.random);
    session_client nobody;
    BOOST_TEST((run_task(other.refresh(good.refresh_token.view(), nobody)).error() == errc::invalid_token));
}

BOOST_DATA_TEST_CASE(a_session_lives_while_it_is_used_but_not_for_ever, kinds, kind)
{
    session_world w(kind);
    auto g = w.open();
    const auto idle = w.open("bob");
    w.clock.advance(hours(24) - milliseconds(1));
    BOOST_TEST(w.list("bob").size() == 1u);
    g = w.next(g);
    w.clock.advance(milliseconds(1));
    BOOST_TEST(w.list("bob").empty());
    BOOST_TEST(w.is_refused(idle));
    for (int day = 1; day < 7; ++day) {
        g = w.next(g);
        w.clock.advance(hours(24) - milliseconds(1));
    }
    g = w.next(g);
    BOOST_TEST((g.session.expires == g.session.created + hours(24 * 7))); // sooner than a day from now
    w.clock.set(g.session.expires - milliseconds(1));
    g = w.next(g);
    w.clock.advance(milliseconds(1));
    BOOST_TEST(w.is_refused(g));
    BOOST_TEST(w.observer.all.empty()); // it was not ended, it is over
}

BOOST_DATA_TEST_CASE(a_repetition_makes_no_session_older, kinds, kind)
{
    session_world w(kind);
    const auto first = w.open();
    w.next(first);
    w.clock.advance(hours(23));
    BOOST_TEST(w.next(first).is_repeated);
    w.clock.advance(hours(1));
    BOOST_TEST(w.is_refused(first));
}

BOOST_DATA_TEST_CASE(a_user_has_so_many_sessions_at_most, kinds, kind)
{
    session_world w(kind);
    auto first = w.open();
    w.clock.advance(seconds(1));
    const auto second = w.open();
    w.clock.advance(seconds(1));
    const auto third = w.open(), bobs = w.open("bob");
    w.clock.advance(seconds(1));
    first = w.next(first); // now the second is the one that was used least lately
    w.clock.advance(seconds(1));
    const auto fourth = w.open();
    BOOST_TEST(w.is_refused(second));
    for (const auto& token : {first.refresh_token, third.refresh_token, fourth.refresh_token, bobs.refresh_token})
        BOOST_TEST(w.refresh(token).has_value());
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST(w.observer.all[0].ids == std::vector{second.session.id});
    BOOST_TEST((w.observer.all[0].why == end_reason::too_many));
    BOOST_TEST(w.list().size() == 3u);
}

BOOST_DATA_TEST_CASE(a_user_sees_and_ends_his_own_sessions_only, kinds, kind)
{
    session_world w(kind);
    const auto first = w.open();
    w.clock.advance(seconds(1));
    const auto second = w.open(), bobs = w.open("bob");
    const auto listed = w.list();
    BOOST_REQUIRE(listed.size() == 2u);
    BOOST_TEST(listed[0].id == second.session.id);
    BOOST_TEST(listed[1].id == first.session.id);
    BOOST_TEST((run_task(w.sessions.list("nobody")).error() == errc::not_found));

    const auto end = [&](const std::string& who, const std::string& id) {
        const auto done = run_task(w.sessions.end(who, id));
        return done ? core::error_code() : done.error();
    };
    BOOST_TEST((end("ann", bobs.session.id) == errc::not_found));
    BOOST_TEST((end("nobody", first.session.id) == errc::not_found));
    for (const std::string id : {"", "x", "AAAAAAAAAAAAAAAAAAAAAB", "'; DROP TABLE watchword_session; --"})
        BOOST_TEST((end("ann", id) == errc::not_found));
    BOOST_TEST(w.observer.all.empty());
    BOOST_TEST(!end("ann", first.session.id).failed());
    BOOST_TEST((end("ann", first.session.id) == errc::not_found)); // once
    BOOST_TEST(w.is_refused(first));
    BOOST_TEST(w.observer.all.size() == 1u);
    BOOST_TEST(w.observer.all[0].ids == std::vector{first.session.id});
    BOOST_TEST(w.refresh(second.refresh_token).has_value());
    BOOST_TEST(w.refresh(bobs.refresh_token).has_value());
    BOOST_TEST(w.row(first).row.ended->reason == "signed_out");
}

BOOST_DATA_TEST_CASE(others_and_all_can_be_ended, kinds, kind)
{
    session_world w(kind);
    const auto first = w.open(), second = w.open(), third = w.open(), bobs = w.open("bob");
    BOOST_TEST(run_task(w.sessions.end_others("ann", second.session.id)).value() == 2u);
    BOOST_TEST(w.is_refused(first));
    BOOST_TEST(w.is_refused(third));
    BOOST_TEST(w.next(second).user.generation == 0u);
    BOOST_TEST(w.observer.all.back().ids.size() == 2u);
    BOOST_TEST(!w.observer.all.back().generation.has_value());
    BOOST_TEST(run_task(w.sessions.end_others("ann", second.session.id)).value() == 0u);
    BOOST_TEST(w.observer.all.size() == 1u); // there was nothing to tell

    BOOST_TEST(run_task(w.sessions.end_all("ann", end_reason::password_changed)).value() == 1u);
    BOOST_TEST(w.is_refused(second));
    BOOST_TEST(w.observer.all.back().generation.value() == 1u);
    BOOST_TEST((w.observer.all.back().why == end_reason::password_changed));
    BOOST_TEST(w.open().user.generation == 1u);
    // Tokens of no session can be revoked so, too.
    BOOST_TEST(run_task(w.sessions.end_all("bob")).value() == 1u);
    BOOST_TEST(run_task(w.sessions.end_all("bob")).value() == 0u);
    BOOST_TEST(w.observer.all.back().generation.value() == 2u);
    BOOST_TEST(w.is_refused(bobs));
    BOOST_TEST((run_task(w.sessions.end_all("nobody")).error() == errc::not_found));
    BOOST_TEST((run_task(w.sessions.end_others("nobody", "")).error() == errc::not_found));
}

BOOST_DATA_TEST_CASE(a_password_that_was_changed_meanwhile_opens_no_session, kinds, kind)
{
    session_world w(kind);
    session_request r;
    r.public_id = "ann";
    r.generation = w.open().user.generation;
    BOOST_TEST(w.open(r).has_value());
    BOOST_TEST(run_task(w.sessions.end_all("ann")).value() == 2u);
    BOOST_TEST((session_problem_of(w.open(r).error()) == session_problem::outdated));
    BOOST_TEST(w.list().empty());
    r.generation = 1;
    BOOST_TEST(w.open(r).has_value());
}

BOOST_DATA_TEST_CASE(who_is_disabled_or_deleted_has_no_session, kinds, kind)
{
    session_world w(kind);
    const auto anns = w.open(), bobs = w.open("bob");
    const auto set_disabled = [&](bool disabled) {
        return w.write([&](store::session& s) {
            return store::set_disabled(s, anns.user.id, disabled, w.clock.precise_now(), w.clock.now());
        });
    };
    BOOST_TEST(set_disabled(true)->generation == 1);
    BOOST_TEST(w.is_refused(anns, session_problem::user_disabled));
    session_request r;
    r.public_id = "ann";
    BOOST_TEST((session_problem_of(w.open(r).error()) == session_problem::user_disabled));
    BOOST_TEST(!set_disabled(false)->disabled);
    BOOST_TEST(w.next(anns).user.generation == 2u); // nobody has ended it
    BOOST_TEST(w.open(r).has_value());

    w.write([](store::session& s) -> core::result<int> {
        s.execute("DELETE FROM \"user\" WHERE public_id = 'bob'");
        return 0;
    });
    BOOST_TEST(w.is_refused(bobs));
    r.public_id = "bob";
    BOOST_TEST((w.open(r).error() == errc::not_found));
}

// SQLite gives the highest id again, and other programs delete users without what belongs to them.
BOOST_AUTO_TEST_CASE(nobody_inherits_a_session_with_an_id)
{
    session_world w("sqlite");
    const auto bobs = w.open("bob");
    w.write([](store::session& s) -> core::result<int> {
        s.execute("UPDATE \"user\" SET public_id = 'carol', email = 'c@example.test' WHERE public_id = 'bob'");
        return 0;
    });
    BOOST_TEST(w.is_refused(bobs));
    BOOST_TEST(w.list("carol").empty());
}

BOOST_DATA_TEST_CASE(texts_of_clients_are_bounded_and_fit_for_display, kinds, kind)
{
    session_world w(kind);
    session_request r;
    r.public_id = "ann";
    r.from.device = std::string("a\0b\r\n\x1B[31m\xFF\xC3", 12) + std::string(1000, 'x');
    const auto device = w.open(r)->session.device;
    BOOST_TEST(device.starts_with("a?b???[31m??xx"));
    BOOST_TEST(device.size() == 256u);
    BOOST_TEST(w.list()[0].device == device);
    r.from.device.clear();
    for (int i = 0; i < 200; ++i) r.from.device += "\xC5\xBD";
    BOOST_TEST(w.open(r)->session.device.size() == 256u);
    r.from.device.insert(0, "a"); // no character is cut
    BOOST_TEST(w.open(r)->session.device.size() == 255u);
    for (const auto& words : {std::string(1025, 'a'), std::string("a\0", 2), std::string("a\n"), std::string("\xFF")}) {
        r.amr = words;
        BOOST_TEST((w.open(r).error() == errc::invalid_input));
        r.amr.clear();
        r.scope = words;
        BOOST_TEST((w.open(r).error() == errc::invalid_input));
        r.scope.clear();
    }
    r.scope = std::string(1024, '~');
    BOOST_TEST(w.open(r)->session.scope == r.scope);
}

BOOST_DATA_TEST_CASE(rows_go_when_they_are_no_use, kinds, kind)
{
    session_world w(kind);
    const auto ended = w.open(), used = w.open(), idle = w.open("bob");
    BOOST_TEST(run_task(w.sessions.end("ann", ended.session.id)).has_value());
    BOOST_TEST(run_task(w.sessions.purge()).value() == 0u);
    w.clock.advance(hours(1)); // kept_after_end
    BOOST_TEST(run_task(w.sessions.purge()).value() == 1u);
    w.clock.advance(hours(22));
    w.next(used);
    w.clock.advance(hours(3)); // idle has expired, and a sixteenth of that time has passed
    BOOST_TEST(run_task(w.sessions.purge()).value() == 1u);
    BOOST_TEST(w.is_refused(ended));
    BOOST_TEST(w.is_refused(idle));
    BOOST_TEST(w.list().size() == 1u);
    w.clock.advance(hours(25));
    BOOST_TEST(run_task(w.sessions.purge()).value() == 1u);
    BOOST_TEST(run_task(w.sessions.purge()).value() == 0u);
}

BOOST_DATA_TEST_CASE(whoever_has_a_refresh_token_can_end_its_session, kinds, kind)
{
    session_world w(kind);
    const auto here = w.open(), other = w.open(), bobs = w.open("bob");
    const auto next = w.next(here);
    BOOST_TEST(w.sessions.find_id(here.refresh_token.view()).value() == here.session.id);
    BOOST_TEST(w.sessions.find_id(next.refresh_token.view()).value() == here.session.id);
    for (const std::string_view bad : {"", "x", "wr_AAECAwQFBgcICQoLDA0ODwAAAAAAAAAB3mwI_pprkvQkz7OXTN4hyw"}) {
        BOOST_TEST((w.sessions.find_id(bad).error() == errc::invalid_token), bad);
        BOOST_TEST((run_task(w.sessions.end_by_token(bad)).error() == errc::invalid_token), bad);
    }
    BOOST_TEST(w.observer.all.empty());

    BOOST_TEST(run_task(w.sessions.end_by_token(here.refresh_token.view())).has_value()); // an old one
    BOOST_TEST(w.is_refused(next));
    BOOST_TEST(w.list().size() == 1u);
    BOOST_TEST(w.list("bob").size() == 1u);
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    const auto& told = w.observer.all.front();
    BOOST_TEST(told.public_id == "ann");
    BOOST_TEST(told.ids == std::vector<std::string>{here.session.id}, boost::test_tools::per_element());
    BOOST_TEST((told.why == end_reason::signed_out));
    BOOST_TEST(!told.generation.has_value());
    BOOST_TEST(run_task(w.sessions.end_by_token(next.refresh_token.view())).has_value()); // told again
    BOOST_REQUIRE(w.observer.all.size() == 2u);
    BOOST_TEST(w.observer.all[1].ids == std::vector<std::string>{here.session.id}, boost::test_tools::per_element());
    w.next(other);
    w.next(bobs);
}

BOOST_DATA_TEST_CASE(rows_go_in_bounded_portions, kinds, kind)
{
    auto s = test::short_settings();
    s.most_per_user = 10'000;
    session_world w(kind, s);
    const auto many = accounts::sessions::portion + 10;
    w.write([&](store::session& to) -> core::result<int> {
        store::session_row row;
        row.user_id = store::find_session_owner(to, "ann")->id;
        row.public_id = "ann";
        for (std::size_t i = 0; i < many; ++i) {
            row.id = "session " + std::to_string(i);
            store::add_session(to, row);
        }
        return 0;
    });
    BOOST_TEST(run_task(w.sessions.purge()).value() == accounts::sessions::portion);
    BOOST_TEST(run_task(w.sessions.purge()).value() == 10u);
    BOOST_TEST(run_task(w.sessions.purge()).value() == 0u);
}

BOOST_DATA_TEST_CASE(a_session_outlives_its_server, kinds, kind)
{
    const test::session_database place(kind);
    test::precise_clock clock;
    test::repeatable_random random;
    std::vector<core::secret_string> tokens;
    for (int start = 0; start < 3; ++start) {
        store::database database(place.settings());
        accounts::sessions sessions(test::short_settings(), test::session_secret(), database, clock, random);
        if (start == 0) test::add_session_user(database, "ann");
        session_request r;
        r.public_id = "ann";
        if (start == 0) tokens.push_back(run_task(sessions.open(r)).value().refresh_token);
        session_client nobody;
        auto refreshed = run_task(sessions.refresh(tokens.back().view(), nobody)).value();
        BOOST_TEST(!refreshed.is_repeated);
        tokens.push_back(std::move(refreshed.refresh_token));
        if (start > 0) continue;
        BOOST_TEST(run_task(sessions.refresh(tokens[0].view(), nobody)).value().is_repeated);
    }
}

BOOST_AUTO_TEST_CASE(problems_have_names)
{
    BOOST_TEST((code_of(session_problem::ended) == "session_ended"));
    BOOST_TEST(core::error_code(session_problem::reused).message() == "session_reused");
    BOOST_TEST((session_problem_of(core::error_code(session_problem::outdated)) == session_problem::outdated));
    BOOST_TEST(!session_problem_of(core::error_code(errc::invalid_token)).has_value());
    BOOST_TEST(!session_problem_of(core::error_code()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
