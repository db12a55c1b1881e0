#include "store/accounts.hpp"
#include "store/session.hpp"
#include "store/sessions.hpp"
#include "store/user_states.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

namespace watchword::store {
namespace {

using core::timestamp;
using std::chrono::hours;
using std::chrono::seconds;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr core::precise_timestamp start{hours(500'000)};
constexpr timestamp noon{hours(500'012)};

} // namespace

// Not of this file alone, as far as GCC is concerned: cases with data are templates.
namespace user_state_tests {

struct with_user {
    explicit with_user(const std::string& kind) : empty(kind), d(empty.settings())
    {
        user_id = d.add(numbered_user(1)).value();
        d.add(numbered_user(2)).value();
    }

    template <class Work> auto write(Work work) { return d.loop.run(d.db.write(work)); }
    template <class Work> auto read(Work work) { return d.loop.run(d.db.read(work)); }
    user_state raise(timestamp tutorial_until)
    {
        return write([&](session& s) { return raise_generation(s, user_id, start, tutorial_until); }).value();
    }
    core::result<user_state> state(const std::string& public_id)
    {
        return read([&](session& s) { return find_user_state(s, std::string_view(public_id)); });
    }
    // "generation roles" of whoever is so named.
    std::string as_owner(const std::string& public_id)
    {
        const auto o = read([&](session& s) { return find_session_owner(s, public_id); }).value();
        return std::to_string(o.generation) + " " + o.roles;
    }
    // Another program gives the id to somebody else.
    void reuse_id()
    {
        BOOST_REQUIRE(
            d.execute("UPDATE \"user\" SET public_id = 'new', email = 'new@x' WHERE public_id = 'id-1'").has_value());
    }

    const empty_database empty;
    open_database d;
    std::int64_t user_id = 0;
};

} // namespace user_state_tests

namespace {

using user_state_tests::with_user;

} // namespace

BOOST_AUTO_TEST_SUITE(user_states)

BOOST_DATA_TEST_CASE(roles_are_set_and_raise_the_generation, kinds, kind)
{
    with_user w(kind);
    BOOST_TEST(w.as_owner("id-1") == "0 ");
    const auto set = [&](const std::string& roles) {
        return w.write([&](session& s) { return set_roles(s, w.user_id, roles, start, noon); }).value();
    };
    const auto first = set("admin a:b");
    BOOST_TEST(first.generation == 1);
    BOOST_TEST(first.roles == "admin a:b");
    BOOST_TEST((first.tutorial_until == noon));
    BOOST_TEST(w.as_owner("id-1") == "1 admin a:b");
    BOOST_TEST(w.as_owner("id-2") == "0 ");
    w.raise(noon);
    BOOST_TEST(w.as_owner("id-1") == "2 admin a:b");
    BOOST_TEST(set("").roles.empty());
    BOOST_TEST(w.as_owner("id-1") == "3 ");
    BOOST_TEST(
        (w.write([](session& s) { return set_roles(s, 999, "x", start, noon); }).error() == core::errc::not_found));
}

// What was issued after the first of two changes in one second expires a second after what was issued before.
BOOST_DATA_TEST_CASE(the_time_of_the_tutorials_tokens_always_rises, kinds, kind)
{
    with_user w(kind);
    BOOST_TEST((w.state("id-1")->tutorial_until == timestamp()));
    BOOST_TEST((w.raise(noon).tutorial_until == noon));
    BOOST_TEST((w.raise(noon).tutorial_until == noon + seconds(1)));
    BOOST_TEST((w.raise(noon + seconds(1)).tutorial_until == noon + seconds(2)));
    BOOST_TEST((w.raise(noon - hours(1)).tutorial_until == noon + seconds(3)));
    BOOST_TEST((w.raise(noon + hours(1)).tutorial_until == noon + hours(1)));
    BOOST_TEST((w.state("id-1")->tutorial_until == noon + hours(1)));
    BOOST_TEST(w.state("id-1")->generation == 5);
}

BOOST_DATA_TEST_CASE(a_state_is_found_by_the_public_id, kinds, kind)
{
    with_user w(kind);
    BOOST_TEST(w.state("id-1")->user_id == w.user_id);
    w.write([&](session& s) { return set_disabled(s, w.user_id, true, start, noon); }).value();
    BOOST_TEST(w.state("id-1")->disabled);
    BOOST_TEST(w.state("id-1")->generation == 1);
    BOOST_TEST(!w.state("id-2")->disabled);
    BOOST_TEST((w.state("nobody").error() == core::errc::not_found));
}

// SQLite gives the highest id again, and other programs delete users without what belongs to them.
BOOST_DATA_TEST_CASE(nobody_inherits_a_state_with_an_id, kinds, kind)
{
    with_user w(kind);
    w.write([&](session& s) { return set_roles(s, w.user_id, "admin", start, noon); }).value();
    w.write([&](session& s) { return set_disabled(s, w.user_id, true, start, noon); }).value();
    w.reuse_id();
    BOOST_TEST(w.as_owner("new") == "0 ");
    BOOST_TEST(w.state("new")->generation == 0);
    BOOST_TEST(!w.state("new")->disabled);
    BOOST_TEST((w.state("new")->tutorial_until == timestamp()));

    const auto raised = w.raise(noon - hours(1));
    BOOST_TEST(raised.generation == 1);
    BOOST_TEST(!raised.disabled);
    BOOST_TEST(raised.roles.empty());
    BOOST_TEST((raised.tutorial_until == noon - hours(1)));
    BOOST_TEST(w.as_owner("new") == "1 ");
}

BOOST_DATA_TEST_CASE(who_has_no_public_id_has_no_state, kinds, kind)
{
    with_user w(kind);
    BOOST_REQUIRE(w.d.execute("UPDATE \"user\" SET public_id = NULL WHERE public_id = 'id-1'").has_value());
    const auto raised = w.write([&](session& s) { return raise_generation(s, w.user_id, start, noon); });
    BOOST_TEST((raised.error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(a_deleted_user_leaves_nothing_behind, kinds, kind)
{
    with_user w(kind);
    w.raise(noon);
    const auto add = [&](session& s) -> core::result<int> {
        session_row r;
        r.id = "a";
        r.user_id = w.user_id;
        r.public_id = "id-1";
        add_session(s, r);
        return 0;
    };
    BOOST_REQUIRE(w.write(add).has_value());
    const auto remove = [&](session& s) { return delete_user(s, w.user_id); };
    const auto before = w.d.db.changes().users.load();
    BOOST_TEST(w.write(remove).has_value());
    BOOST_TEST(w.d.db.changes().users.load() != before);
    BOOST_TEST((w.write(remove).error() == core::errc::not_found));
    BOOST_TEST((w.state("id-1").error() == core::errc::not_found));
    BOOST_TEST((w.read([](session& s) { return find_session(s, "a"); }).error() == core::errc::not_found));
    BOOST_TEST(w.d.list()->size() == 1u);
    const auto rows = w.read([](session& s) -> core::result<int> {
        int count = 0;
        s.sql() << "SELECT (SELECT count(*) FROM watchword_session) + (SELECT count(*) FROM watchword_user_state)",
            soci::into(count);
        return count;
    });
    BOOST_TEST(*rows == 0);
}

BOOST_DATA_TEST_CASE(an_account_is_read_beside_a_server, kinds, kind)
{
    with_user w(kind);
    w.write([&](session& s) { return set_roles(s, w.user_id, "admin", start, noon); }).value();
    const auto email = numbered_user(1).email;
    const auto read = read_account(w.empty.settings(), email);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(*read->who.public_id == "id-1");
    BOOST_TEST(read->state.roles == "admin");
    BOOST_TEST((read_account(w.empty.settings(), "nobody@x").error() == core::errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
