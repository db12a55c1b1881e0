#include "accounts/user_changes.hpp"
#include "administration_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

namespace {

using namespace watchword;
using namespace watchword::test;
using accounts::administration_problem;
using accounts::person_change;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

person_change with_roles(std::vector<std::string> roles)
{
    person_change c;
    c.roles = std::move(roles);
    return c;
}

person_change disabling(bool disabled)
{
    person_change c;
    c.disabled = disabled;
    return c;
}

} // namespace

BOOST_AUTO_TEST_SUITE(last_admin)

BOOST_DATA_TEST_CASE(the_last_enabled_admin_stays, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann", {"admin", "x"})), bob = w.create(somebody("bob", {"superadmin"}));
    const auto is_last = [](const auto& r) { return is_refused(r, administration_problem::last_admin); };
    BOOST_TEST(is_last(w.update(ann, with_roles({"x"}))));
    BOOST_TEST(is_last(w.update(ann, disabling(true))));
    BOOST_TEST(is_last(w.remove(ann)));
    BOOST_TEST(w.update(ann, with_roles({"admin"})).has_value());
    w.make_admin(bob);
    BOOST_TEST(w.update(bob, disabling(true)).has_value());
    BOOST_TEST(is_last(w.remove(ann))); // who is disabled does not count
    BOOST_TEST(w.update(bob, disabling(false)).has_value());
    BOOST_TEST(w.remove(ann).has_value());
    BOOST_TEST(is_last(w.remove(bob)));
    BOOST_TEST(w.observer.all.back().public_id == ann.public_id);
}

// Not at the own request either.
BOOST_DATA_TEST_CASE(the_last_admin_cannot_leave, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann", {"admin"})), bob = w.create(somebody("bob"));
    accounts::user_changes changes(short_settings(), w.node.database, w.clock, &w.observer);
    const auto leave = [&](const accounts::person& p) {
        const auto in = w.sign_in(p);
        const auto password = secret("a long password of nobody");
        const auto proven = run_task(w.node.accounts.sign_in(*p.email, password)).value();
        return run_task(changes.delete_user(proven, {accounts::actor_kind::user, proven.public_id}, in.session.id));
    };
    BOOST_TEST(is_refused(leave(ann), administration_problem::last_admin));
    BOOST_TEST(leave(bob).has_value());
    BOOST_TEST(w.log_of(bob.public_id) == "user.created user.deleted");
    BOOST_TEST(w.newest().actor_id == bob.public_id);
    BOOST_TEST(w.find(ann).has_value());
}

// Two of two, each by the other: one is left.
BOOST_DATA_TEST_CASE(two_who_disable_each_other_at_once_leave_one, kinds, kind)
{
    administration_world w(kind);
    const auto ann = w.create(somebody("ann", {"admin"})), bob = w.create(somebody("bob", {"admin"}));
    const bool one_file = std::string(kind) == "sqlite"; // that only one server opens
    const auto other = one_file ? nullptr : std::make_unique<administration_node>(w.place, w.clock, w.random);
    auto& theirs = one_file ? w.admin : other->administration;
    for (int round = 0; round < 10; ++round) {
        std::optional<core::result<accounts::person>> first, second;
        std::thread a([&] { first.emplace(run_task(w.admin.update(operator_of(), ann.public_id, disabling(true)))); });
        std::thread b([&] { second.emplace(run_task(theirs.update(operator_of(), bob.public_id, disabling(true)))); });
        a.join();
        b.join();
        BOOST_TEST(first->has_value() != second->has_value());
        BOOST_TEST(is_refused(first->has_value() ? *second : *first, administration_problem::last_admin));
        BOOST_TEST(!run_task(w.admin.find_first_admin_needed()).value());
        BOOST_TEST(w.update(first->has_value() ? ann : bob, disabling(false)).has_value());
    }
}

BOOST_DATA_TEST_CASE(the_first_admin_is_made_once, kinds, kind)
{
    administration_world w(kind);
    BOOST_TEST(run_task(w.admin.find_first_admin_needed()).value());
    accounts::actor system;
    const auto weak = [&] {
        auto p = somebody("ann");
        p.password = secret("x");
        return run_task(w.admin.create_first_admin(system, std::move(p)));
    }();
    BOOST_TEST(accounts::weakness_of(weak.error()).has_value());
    auto wanted = somebody("ann", {"x"});
    wanted.disabled = true;
    const auto ann = run_task(w.admin.create_first_admin(system, std::move(wanted))).value();
    BOOST_TEST(ann.roles == "admin");
    BOOST_TEST(!ann.disabled);
    BOOST_TEST(w.log_of(ann.public_id) == "user.created setup.completed");
    BOOST_TEST(w.newest().actor_kind == "system");
    BOOST_TEST(!run_task(w.admin.find_first_admin_needed()).value());
    BOOST_TEST(
        is_refused(run_task(w.admin.create_first_admin(system, somebody("bob"))), administration_problem::is_set_up));
}

BOOST_DATA_TEST_CASE(of_two_first_admins_at_once_one_is_made, kinds, kind)
{
    administration_world w(kind);
    const bool one_file = std::string(kind) == "sqlite";
    const auto other = one_file ? nullptr : std::make_unique<administration_node>(w.place, w.clock, w.random);
    auto& theirs = one_file ? w.admin : other->administration;
    std::optional<core::result<accounts::person>> first, second;
    std::thread a([&] { first.emplace(run_task(w.admin.create_first_admin({}, somebody("ann")))); });
    std::thread b([&] { second.emplace(run_task(theirs.create_first_admin({}, somebody("bob")))); });
    a.join();
    b.join();
    BOOST_TEST(first->has_value() != second->has_value());
    BOOST_TEST(is_refused(first->has_value() ? *second : *first, administration_problem::is_set_up));
    BOOST_TEST(run_task(w.admin.list({}, std::nullopt, 10)).value().people.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
