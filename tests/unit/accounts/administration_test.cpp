#include "administration_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace watchword::test;
using accounts::administration_problem;
using accounts::end_reason;
using accounts::permission;
using accounts::permission_set;
using accounts::person_change;
using accounts::version_of;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

} // namespace

BOOST_AUTO_TEST_SUITE(administration)

BOOST_DATA_TEST_CASE(who_is_created_is_found_listed_and_can_sign_in, kinds, kind)
{
    administration_world w(kind);
    auto wanted = somebody("ann", {"support", "a:b"});
    wanted.metadata = " { \"k\" : [1, \"é\"] } ";
    const auto ann = w.create(std::move(wanted));
    BOOST_TEST(*ann.email == "ann@example.test");
    BOOST_TEST(ann.metadata == R"({"k":[1,"é"]})");
    BOOST_TEST(ann.roles == "support a:b");
    BOOST_TEST((ann.created == w.clock.precise_now()));
    BOOST_TEST((ann.updated == w.clock.precise_now()));
    BOOST_TEST(version_of(w.find(ann).value()) == version_of(ann));
    BOOST_TEST(w.has_password(ann, "a long password of nobody"));
    BOOST_TEST(w.log_of(ann.public_id) == "user.created");
    const auto event = w.newest();
    BOOST_TEST(event.actor_kind == "user");
    BOOST_TEST(event.actor_id == "boss");
    BOOST_TEST(event.address == "192.0.2.7");
    BOOST_TEST(event.request_id == "req-1");
    BOOST_TEST(event.details == R"({"roles":["support","a:b"],"disabled":false})");
    BOOST_TEST((event.time == w.clock.precise_now()));

    auto disabled = somebody("bob");
    disabled.disabled = true;
    const auto bob = w.create(std::move(disabled));
    BOOST_TEST(bob.disabled);
    BOOST_TEST(!w.has_password(bob, "a long password of nobody"));
    BOOST_TEST((run_task(w.admin.find("nobody")).error() == core::errc::not_found));
    BOOST_TEST((run_task(w.admin.find("\xff")).error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(lists_say_where_they_go_on, kinds, kind)
{
    administration_world w(kind);
    for (const auto* const name : {"a", "b", "c"}) w.create(somebody(name));
    const auto list = [&](accounts::people_filter f, std::optional<std::int64_t> after, std::size_t limit) {
        return run_task(w.admin.list(std::move(f), after, limit)).value();
    };
    auto page = list({}, {}, 2);
    BOOST_REQUIRE(page.people.size() == 2u);
    BOOST_REQUIRE(page.next.has_value());
    page = list({}, page.next, 2);
    BOOST_REQUIRE(page.people.size() == 1u);
    BOOST_TEST(*page.people[0].email == "c@example.test");
    BOOST_TEST(!page.next.has_value());
    BOOST_TEST(!list({}, {}, 3).next.has_value());
    BOOST_TEST(list({"B@EX", {}, {}}, {}, 10).people.size() == 1u);
    BOOST_TEST(list({std::string("a\0", 2), {}, {}}, {}, 10).people.empty());
    BOOST_TEST(list({"\xff", {}, {}}, {}, 10).people.empty());
    const auto log = run_task(w.admin.list_audit({}, std::nullopt, 2)).value();
    BOOST_REQUIRE(log.next.has_value());
    BOOST_TEST(run_task(w.admin.list_audit({}, log.next, 2)).value().events.size() == 1u);
}

BOOST_DATA_TEST_CASE(what_cannot_be_stored_or_is_taken_is_refused, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann")), bob = w.create(somebody("bob"));
    const auto refusal = [&](accounts::new_person p) {
        return run_task(w.admin.create(operator_of(), std::move(p))).error();
    };
    BOOST_TEST((refusal(somebody("ANN")) == core::errc::already_exists));
    auto weak = somebody("carl");
    weak.password = secret("password");
    BOOST_TEST(accounts::weakness_of(refusal(weak)).has_value());
    for (const std::string text : {"", "[]", "{\"a\":1,\"a\":2}", "{} x", "null"}) {
        auto p = somebody("carl");
        p.metadata = text;
        BOOST_TEST((refusal(p) == core::errc::invalid_input), text);
        BOOST_TEST(find_problem(p)->field == "metadata");
    }
    auto wide = somebody("carl");
    wide.metadata = "{\"a\":\"" + std::string(accounts::metadata_limit, 'x') + "\"}";
    BOOST_TEST(find_problem(wide)->code == "field_too_long");
    wide.metadata = "{\"a\":\"" + std::string(accounts::metadata_limit - 8, 'x') + "\"}";
    BOOST_TEST(!find_problem(wide).has_value());
    BOOST_TEST(find_problem(somebody("carl", {"Not a role"}))->field == "roles");

    person_change c;
    c.email = "Bob@example.test";
    BOOST_TEST((w.update(ann, c).error() == core::errc::already_exists));
    c.email = "";
    BOOST_TEST((w.update(ann, c).error() == core::errc::invalid_input));
    c = {};
    c.password = secret("short");
    BOOST_TEST(accounts::weakness_of(w.update(ann, c).error()).has_value());
    BOOST_TEST(version_of(w.find(ann).value()) == version_of(ann));
    BOOST_TEST(w.log_of(ann.public_id) == "user.created");
    BOOST_TEST(w.log_of(bob.public_id) == "user.created");
}

BOOST_DATA_TEST_CASE(name_and_metadata_change_without_revoking, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann"));
    w.sign_in(ann);
    w.clock.advance(std::chrono::seconds(1));
    person_change c;
    c.name = "";
    c.metadata = R"({"a":1})";
    const auto changed = w.update(ann, c).value();
    BOOST_TEST(!changed.name.has_value());
    BOOST_TEST(changed.metadata == R"({"a":1})");
    BOOST_TEST((changed.created == ann.created));
    BOOST_TEST((changed.updated == w.clock.precise_now()));
    BOOST_TEST(version_of(changed) != version_of(ann));
    BOOST_TEST(w.observer.all.empty());
    BOOST_TEST(w.count_sessions(ann) == 1u);
    BOOST_TEST(w.newest().details == R"({"fields":["name","metadata"]})");
    // What changes nothing is no event.
    BOOST_TEST(version_of(w.update(ann, c).value()) == version_of(changed));
    BOOST_TEST(version_of(w.update(ann, {}).value()) == version_of(changed));
    BOOST_TEST(w.log_of(ann.public_id) == "user.created user.updated");
}

BOOST_DATA_TEST_CASE(a_new_address_or_password_ends_sessions_and_is_told, kinds, kind)
{
    administration_world w(kind);
    auto ann = w.create(somebody("ann"));
    w.sign_in(ann);
    person_change c;
    c.email = "Ann.New@example.test";
    ann = w.update(ann, std::exchange(c, {})).value();
    BOOST_TEST(*ann.email == "Ann.New@example.test");
    BOOST_TEST(ann.generation == 1);
    BOOST_TEST(w.count_sessions(ann) == 0u);
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST(w.observer.all[0].ids.size() == 1u);
    BOOST_TEST((w.observer.all[0].generation == std::uint64_t(1)));
    BOOST_TEST((w.observer.all[0].why == end_reason::administrator));

    w.sign_in(ann);
    c.password = secret("another long one of nobody");
    ann = w.update(ann, std::exchange(c, {})).value();
    BOOST_TEST(w.count_sessions(ann) == 0u);
    BOOST_REQUIRE(w.observer.all.size() == 2u);
    BOOST_TEST((w.observer.all[1].why == end_reason::password_changed));
    BOOST_TEST((w.observer.all[1].generation == std::uint64_t(2)));
    BOOST_TEST(w.has_password(ann, "another long one of nobody"));
    BOOST_TEST(!w.has_password(ann, "a long password of nobody"));
    BOOST_TEST(w.log_of(ann.public_id) == "user.created user.updated user.password_changed");
}

BOOST_DATA_TEST_CASE(who_is_disabled_stays_so_whatever_else_changes, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann"));
    w.sign_in(ann);
    person_change c;
    c.disabled = true;
    c.roles = {"support"};
    c.password = secret("another long one of nobody");
    auto changed = w.update(ann, std::exchange(c, {})).value();
    BOOST_TEST(changed.disabled);
    BOOST_TEST(changed.roles == "support");
    BOOST_TEST(w.count_sessions(ann) == 0u);
    BOOST_REQUIRE(w.observer.all.size() == 1u);
    BOOST_TEST((w.observer.all[0].why == end_reason::disabled));
    BOOST_TEST((w.observer.all[0].generation == static_cast<std::uint64_t>(changed.generation)));
    BOOST_TEST(w.log_of(ann.public_id) == "user.created user.roles_changed user.disabled user.password_changed");
    c.roles = {"other"};
    changed = w.update(ann, std::exchange(c, {})).value();
    BOOST_TEST((w.observer.all.back().why == end_reason::disabled));
    BOOST_TEST(w.newest().details == R"({"from":["support"],"to":["other"]})");
    c.disabled = false;
    changed = w.update(ann, std::exchange(c, {})).value();
    BOOST_TEST(!changed.disabled);
    BOOST_TEST((w.observer.all.back().why == end_reason::administrator));
    BOOST_TEST(w.newest().action == "user.enabled");
    BOOST_TEST(w.has_password(ann, "another long one of nobody"));
}

BOOST_DATA_TEST_CASE(only_what_the_caller_has_seen_is_changed, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann"));
    const auto seen = version_of(ann);
    person_change c;
    c.name = "Ann";
    BOOST_TEST(w.update(ann, c, {"other", seen}).has_value());
    c.name = "Again";
    BOOST_TEST(is_refused(w.update(ann, c, {seen}), administration_problem::outdated));
    BOOST_TEST(is_refused(w.remove(ann, {seen}), administration_problem::outdated));
    // What other programs change counts as well.
    const auto now = version_of(w.find(ann).value());
    const auto rename = [&](store::session& s) { return store::set_name(s, ann.id, "by another program"); };
    BOOST_REQUIRE(run_task(w.node.database.write(rename)).has_value());
    BOOST_TEST(is_refused(w.update(ann, c, {now}), administration_problem::outdated));
    BOOST_TEST(w.remove(ann, {version_of(w.find(ann).value())}).has_value());
    BOOST_TEST((w.remove(ann).error() == core::errc::not_found));
    BOOST_TEST((w.update(ann, c).error() == core::errc::not_found));
    BOOST_TEST(w.log_of(ann.public_id) == "user.created user.updated user.deleted");
    BOOST_TEST((w.observer.all.back().why == end_reason::deleted));
}

BOOST_DATA_TEST_CASE(nobody_gives_or_takes_more_than_he_has, kinds, kind)
{
    administration_world w(kind);
    BOOST_REQUIRE(run_task(w.admin.set_role(operator_of(), "auditor", {"audit.read"})).has_value());
    const auto ann = w.create(somebody("ann", {"auditor"})), boss = w.create(somebody("boss", {"admin"}));
    const auto bob = w.create(somebody("bob"));
    const auto clerk = operator_of({permission::users_write, permission::users_read});
    const auto is_beyond = [&](const accounts::person& p, person_change c) {
        return is_refused(w.update(p, std::move(c), {}, clerk), administration_problem::beyond_own);
    };
    person_change c;
    c.roles = {"admin"};
    BOOST_TEST(is_beyond(bob, c));
    c.roles = {"auditor"};
    BOOST_TEST(is_beyond(bob, c));
    c.roles = {"application:role"}; // permits nothing here
    BOOST_TEST(w.update(bob, c, {}, clerk).has_value());
    c = {};
    c.password = secret("another long one of nobody");
    BOOST_TEST(is_beyond(boss, c));
    BOOST_TEST(is_beyond(ann, c));
    BOOST_TEST(w.update(bob, c, {}, clerk).has_value());
    BOOST_TEST(is_refused(w.remove(ann, {}, clerk), administration_problem::beyond_own));
    BOOST_TEST(w.remove(bob, {}, clerk).has_value());
    BOOST_TEST(
        is_refused(run_task(w.admin.create(clerk, somebody("carl", {"admin"}))), administration_problem::beyond_own));
    BOOST_TEST(run_task(w.admin.create(clerk, somebody("carl"))).has_value());
}

BOOST_DATA_TEST_CASE(sessions_are_ended_one_by_one_and_all_together, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann")), bob = w.create(somebody("bob"));
    const auto one = w.sign_in(ann), two = w.sign_in(ann), bobs = w.sign_in(bob);
    const auto end = [&](const accounts::session_grant& g) {
        return run_task(w.admin.end_session(operator_of(), ann.public_id, g.session.id));
    };
    BOOST_TEST(end(one).has_value());
    BOOST_TEST((end(one).error() == core::errc::not_found));
    BOOST_TEST((end(bobs).error() == core::errc::not_found));
    BOOST_TEST((w.observer.all.back().ids == std::vector<std::string>{one.session.id}));
    w.sign_in(ann);
    BOOST_TEST(run_task(w.admin.end_sessions(operator_of(), ann.public_id)).value() == 2u);
    BOOST_TEST((w.observer.all.back().generation == std::uint64_t(1)));
    BOOST_TEST(w.newest().details == R"({"count":2})");
    BOOST_TEST(w.count_sessions(ann) == 0u);
    BOOST_TEST(w.count_sessions(bob) == 1u);
    BOOST_TEST((run_task(w.admin.list_sessions("nobody")).error() == core::errc::not_found));
    BOOST_TEST((run_task(w.admin.end_sessions(operator_of(), "nobody")).error() == core::errc::not_found));
    BOOST_TEST(w.log_of(ann.public_id) == "user.created sessions.ended sessions.ended");
}

BOOST_DATA_TEST_CASE(everybody_changes_the_own_profile_and_nothing_else, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann", {"admin"}));
    accounts::actor self;
    self.kind = accounts::actor_kind::user;
    self.id = ann.public_id;
    accounts::profile_change c;
    c.name = "Ann herself";
    c.metadata = R"({"theme":"dark"})";
    const auto changed = run_task(w.admin.update_own(self, ann.public_id, c)).value();
    BOOST_TEST(*changed.name == "Ann herself");
    BOOST_TEST(changed.metadata == R"({"theme":"dark"})");
    BOOST_TEST(changed.roles == "admin");
    BOOST_TEST(version_of(run_task(w.admin.find_own(ann.public_id)).value()) == version_of(changed));
    BOOST_TEST(w.newest().actor_id == ann.public_id);
    c.metadata = "[]";
    BOOST_TEST((run_task(w.admin.update_own(self, ann.public_id, c)).error() == core::errc::invalid_input));
    c.metadata = "{}";
    BOOST_TEST((run_task(w.admin.update_own(self, "nobody", c)).error() == core::errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_change_without_its_event_is_not_made)
{
    administration_world w("sqlite");
    const auto ann = w.create(somebody("ann"));
    w.sign_in(ann);
    const auto break_it = [](store::session& s) -> core::result<int> {
        s.execute("CREATE TRIGGER no_log BEFORE INSERT ON watchword_audit BEGIN SELECT raise(abort, 'x'); END");
        return 0;
    };
    BOOST_REQUIRE(run_task(w.node.database.write(break_it)).has_value());
    person_change c;
    c.disabled = true;
    BOOST_TEST((w.update(ann, c).error() == core::errc::unavailable));
    BOOST_TEST((w.remove(ann).error() == core::errc::unavailable));
    BOOST_TEST((run_task(w.admin.set_role(operator_of(), "r", {})).error() == core::errc::unavailable));
    BOOST_TEST((run_task(w.admin.create(operator_of(), somebody("bob"))).error() == core::errc::unavailable));
    BOOST_TEST((run_task(w.admin.end_sessions(operator_of(), ann.public_id)).error() == core::errc::unavailable));
    BOOST_TEST(w.observer.unknown == 4); // the role makes no token invalid
    BOOST_TEST(w.observer.all.empty());
    BOOST_TEST(version_of(w.find(ann).value()) == version_of(ann));
    BOOST_TEST(w.count_sessions(ann) == 1u);
    BOOST_TEST(run_task(w.admin.list_roles()).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_came_with_a_request_does_not_keep_the_log_from_being_written)
{
    administration_world w("postgresql");
    auto by = operator_of();
    by.id = std::string("a\0b", 3);
    by.request_id = "\xff";
    BOOST_TEST(run_task(w.admin.note(by, "signing_key.rotated", std::string(5000, 'x'))).has_value());
    const auto e = w.newest();
    BOOST_TEST(e.actor_id == "?");
    BOOST_TEST(e.request_id == "?");
    BOOST_TEST(e.subject == "?");
    BOOST_TEST(e.details == "{}");
}

BOOST_AUTO_TEST_SUITE_END()
