#include "accounts/user_changes.hpp"
#include "sessions_fixture.hpp"
#include "store/user_states.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <deque>

namespace user_changes_tests {

using namespace watchword;
using watchword::accounts::end_reason;
using watchword::accounts::proven_user;
using watchword::accounts::session_problem;

struct world : test::session_world {
    explicit world(const std::string& kind)
        : session_world(kind), changes(test::short_settings(), database, clock, &observer)
    {}

    accounts::user_changes changes;

    proven_user prove(const std::string& public_id)
    {
        const auto look = [&](store::session& s) -> core::result<proven_user> {
            const auto u = store::find_user_by_public_id(s, public_id);
            const auto state = store::find_user_state(s, std::string_view(public_id));
            proven_user proven{u->id, public_id, u->name, u->email, *u->password_hash};
            proven.generation = static_cast<std::uint64_t>(state->generation);
            return proven;
        };
        return test::run_task(database.read(look)).value();
    }
    core::result<std::uint64_t> change_password(const proven_user& u, const accounts::session_grant& in,
                                                const std::string& hash = "new hash")
    {
        return test::run_task(
            changes.change_password(u, {accounts::actor_kind::user, u.public_id}, hash, in.session.id));
    }
    core::result<void> remove(const proven_user& u, const accounts::session_grant& in)
    {
        return test::run_task(changes.delete_user(u, {accounts::actor_kind::user, u.public_id}, in.session.id));
    }
    core::result<store::user_state> set_disabled(bool disabled, const std::string& public_id = "ann")
    {
        return test::run_task(changes.set_disabled(public_id, disabled));
    }
    core::result<store::user_state> set_roles(std::vector<std::string> roles)
    {
        return test::run_task(changes.set_roles("ann", std::move(roles)));
    }
    core::result<store::user_state> state()
    {
        const auto look = [](store::session& s) { return store::find_user_state(s, std::string_view("ann")); };
        return test::run_task(database.read(look));
    }
    template <class Result> bool is_refused_with(const Result& r, session_problem why)
    {
        return !r && accounts::session_problem_of(r.error()) == why;
    }
};

// A clock that says one time after the other, and the last again and again.
class listed_clock final : public core::clock {
public:
    explicit listed_clock(std::deque<int> seconds) : seconds_(std::move(seconds)) {}
    core::timestamp now() const noexcept override
    {
        const auto next = seconds_.front();
        if (seconds_.size() > 1) seconds_.pop_front();
        return core::timestamp(std::chrono::seconds(1'800'000'000 + next));
    }
    std::size_t left() const { return seconds_.size(); }

private:
    mutable std::deque<int> seconds_;
};

} // namespace user_changes_tests

namespace {

using namespace user_changes_tests;
const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

} // namespace

BOOST_AUTO_TEST_SUITE(user_changes)

BOOST_DATA_TEST_CASE(a_new_password_ends_all_sessions_and_is_told, kinds, kind)
{
    world w(kind);
    const auto here = w.open(), there = w.open(), bobs = w.open("bob");
    const auto generation = w.change_password(w.prove("ann"), here);
    BOOST_REQUIRE(generation.has_value());
    BOOST_TEST(*generation == 1u);
    BOOST_TEST(w.prove("ann").password_hash == "new hash");
    BOOST_TEST(w.is_refused(here));
    BOOST_TEST(w.is_refused(there));
    BOOST_TEST(w.row(here).row.ended->reason == "password_changed");
    BOOST_TEST(w.next(bobs).user.generation == 0u);
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    const auto& told = w.observer.all[0];
    BOOST_TEST(told.public_id == "ann");
    BOOST_TEST(told.ids.size() == 2u);
    BOOST_TEST((told.why == end_reason::password_changed));
    BOOST_TEST((told.generation == std::uint64_t(1)));
    BOOST_TEST((w.state()->tutorial_until == w.clock.now() + std::chrono::seconds(1802)));
    BOOST_TEST(w.open().user.generation == 1u);
}

BOOST_DATA_TEST_CASE(what_was_proved_before_another_change_proves_nothing, kinds, kind)
{
    world w(kind);
    const auto proven = w.prove("ann");
    BOOST_REQUIRE(w.set_roles({"admin"}).has_value()); // ends no session
    const auto in = w.open();
    BOOST_TEST(w.is_refused_with(w.change_password(proven, in), session_problem::outdated));
    BOOST_TEST(w.is_refused_with(w.remove(proven, in), session_problem::outdated));
    BOOST_TEST(w.prove("ann").password_hash == "hash");
    BOOST_TEST(w.next(in).user.generation == 1u);

    // Somebody else has written another hash: it is not the one that was proved.
    auto stale = w.prove("ann");
    stale.password_hash = "another";
    BOOST_TEST(w.is_refused_with(w.change_password(stale, in), session_problem::outdated));
    BOOST_TEST(w.prove("ann").password_hash == "hash");
}

BOOST_DATA_TEST_CASE(it_must_be_proved_in_a_session_that_lives, kinds, kind)
{
    world w(kind);
    const auto in = w.open(), bobs = w.open("bob");
    BOOST_REQUIRE(test::run_task(w.sessions.end("ann", in.session.id)).has_value());
    const auto proven = w.prove("ann");
    for (const auto* session : {&in, &bobs}) {
        BOOST_TEST(w.is_refused_with(w.change_password(proven, *session), session_problem::ended));
        BOOST_TEST(w.is_refused_with(w.remove(proven, *session), session_problem::ended));
    }
    BOOST_TEST(w.prove("ann").password_hash == "hash");
    BOOST_TEST(w.state()->generation == 0);
}

BOOST_DATA_TEST_CASE(who_is_disabled_has_no_session_until_he_is_enabled, kinds, kind)
{
    world w(kind);
    const auto in = w.open();
    const auto disabled = w.set_disabled(true);
    BOOST_REQUIRE(disabled.has_value());
    BOOST_TEST(disabled->disabled);
    BOOST_TEST(disabled->generation == 1);
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST((w.observer.all[0].why == end_reason::disabled));
    BOOST_TEST((w.observer.all[0].generation == std::uint64_t(1)));
    BOOST_TEST(w.observer.all[0].ids.size() == 1u);
    accounts::session_request r;
    r.public_id = "ann";
    BOOST_TEST(w.is_refused_with(w.open(r), session_problem::user_disabled));
    BOOST_TEST(w.is_refused_with(w.change_password(w.prove("ann"), in), session_problem::user_disabled));

    BOOST_TEST(!w.set_disabled(false)->disabled);
    BOOST_REQUIRE(w.observer.all.size() == 2u);
    BOOST_TEST((w.observer.all[1].why == end_reason::administrator));
    BOOST_TEST((w.observer.all[1].generation == std::uint64_t(2)));
    BOOST_TEST(w.is_refused(in));
    BOOST_TEST(w.open(r).has_value());
    BOOST_TEST((w.set_disabled(true, "nobody").error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(roles_come_with_the_next_refresh, kinds, kind)
{
    world w(kind);
    const auto in = w.open();
    BOOST_TEST(in.user.roles == "");
    BOOST_TEST(w.set_roles({"admin", "a:b", "admin"})->roles == "admin a:b");
    const auto next = w.next(in);
    BOOST_TEST(next.user.roles == "admin a:b");
    BOOST_TEST(next.user.generation == 1u);
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST(w.observer.all[0].ids.empty());
    BOOST_TEST((w.observer.all[0].generation == std::uint64_t(1)));
    BOOST_TEST((w.set_roles({"Admin"}).error() == core::errc::invalid_input));
    BOOST_TEST(w.state()->roles == "admin a:b");
    BOOST_TEST(w.open().user.roles == "admin a:b");
    BOOST_TEST(w.set_roles({})->roles == "");
    BOOST_TEST(w.next(next).user.roles == "");
}

BOOST_DATA_TEST_CASE(a_deleted_user_is_told_as_one_who_never_has_tokens_again, kinds, kind)
{
    world w(kind);
    const auto in = w.open(), bobs = w.open("bob");
    BOOST_REQUIRE(w.remove(w.prove("ann"), in).has_value());
    BOOST_TEST((w.state().error() == core::errc::not_found));
    BOOST_TEST(w.is_refused(in));
    BOOST_TEST(w.next(bobs).user.public_id == "bob");
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST((w.observer.all[0].why == end_reason::deleted));
    BOOST_TEST(w.observer.all[0].generation.has_value());
}

BOOST_AUTO_TEST_CASE(an_unknown_outcome_is_told)
{
    world w("sqlite");
    const auto in = w.open();
    const auto proven = w.prove("ann");
    const auto break_it = [](store::session& s) -> core::result<int> {
        s.execute("CREATE TRIGGER no_state BEFORE INSERT ON watchword_user_state BEGIN SELECT raise(abort, 'x'); END; "
                  "CREATE TRIGGER no_end BEFORE DELETE ON \"user\" BEGIN SELECT raise(abort, 'x'); END");
        return 0;
    };
    BOOST_REQUIRE(w.write(break_it).has_value());
    BOOST_TEST((w.change_password(proven, in).error() == core::errc::unavailable));
    BOOST_TEST(w.observer.unknown == 1);
    BOOST_TEST((w.set_disabled(true).error() == core::errc::unavailable));
    BOOST_TEST(w.observer.unknown == 2);
    BOOST_TEST((w.set_roles({"a"}).error() == core::errc::unavailable));
    BOOST_TEST(w.observer.unknown == 3);
    BOOST_TEST((w.remove(proven, in).error() == core::errc::unavailable));
    BOOST_TEST(w.observer.unknown == 4);
    BOOST_TEST(w.observer.all.empty());
    // Nothing is done by halves.
    BOOST_TEST(w.prove("ann").password_hash == "hash");
    BOOST_TEST(!w.is_refused(in));
}

// A commit that takes long: who proved the old password before it was durable could have a token that outlives it.
BOOST_DATA_TEST_CASE(a_change_that_took_too_long_is_made_again, kinds, kind)
{
    world w(kind);
    w.open();
    const auto change_at = [&](std::deque<int> times) {
        w.observer.all.clear();
        const listed_clock clock(std::move(times));
        accounts::user_changes late(test::short_settings(), w.database, clock, &w.observer);
        const auto done = test::run_task(late.set_disabled("ann", true));
        BOOST_TEST(clock.left() == 1u);
        return done.value();
    };
    const core::timestamp zero(std::chrono::seconds(1'800'000'000));
    const auto in_time = change_at({0, 2});
    BOOST_TEST(in_time.generation == 1);
    BOOST_TEST(w.observer.all.size() == 1u);
    BOOST_TEST((w.state()->tutorial_until == zero + std::chrono::seconds(1802)));
    // Late twice; each time what is in force by then is told.
    const auto late = change_at({10, 13, 14, 20, 21, 22});
    BOOST_TEST(late.generation == 4);
    BOOST_REQUIRE(w.observer.all.size() == 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST((w.observer.all[i].generation == std::uint64_t(i + 2)));
        BOOST_TEST((w.observer.all[i].why == end_reason::disabled));
    }
    BOOST_TEST((w.state()->tutorial_until == zero + std::chrono::seconds(21 + 1802)));
    BOOST_TEST(w.state()->disabled);
}

// Signing out everywhere revokes the tutorial's tokens, too.
BOOST_DATA_TEST_CASE(ending_all_sessions_raises_the_time_of_the_tutorials_tokens, kinds, kind)
{
    world w(kind);
    w.open();
    BOOST_REQUIRE(test::run_task(w.sessions.end_all("ann")).has_value());
    BOOST_TEST((w.state()->tutorial_until == w.clock.now() + std::chrono::seconds(1802)));
    BOOST_TEST(w.state()->generation == 1);
}

BOOST_AUTO_TEST_SUITE_END()
