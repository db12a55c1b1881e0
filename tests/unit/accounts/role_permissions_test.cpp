#include "administration_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

namespace {

using namespace watchword;
using namespace watchword::test;
using accounts::administration_problem;
using accounts::permission;
using accounts::permission_set;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

} // namespace

// Not of this file alone, as far as GCC is concerned: cases with data are templates.
namespace role_tests {

struct roles : administration_world {
    using administration_world::administration_world;

    core::result<accounts::role> set(const std::string& name, std::vector<std::string> permissions,
                                     accounts::actor by = operator_of())
    {
        return run_task(admin.set_role(std::move(by), name, std::move(permissions)));
    }
    core::result<void> drop(const std::string& name, accounts::actor by = operator_of())
    {
        return run_task(admin.remove_role(std::move(by), name));
    }
    permission_set of(std::vector<std::string> names)
    {
        return run_task(admin.permissions_of(std::move(names))).value();
    }
    std::uint64_t reads()
    {
        return once_idle([&] { return node.database.statistics().readers; }).executed;
    }
};

} // namespace role_tests

namespace {

using role_tests::roles;

} // namespace

BOOST_AUTO_TEST_SUITE(role_permissions)

BOOST_AUTO_TEST_CASE(permissions_have_names_and_every_name_is_one)
{
    const auto all = permission_set::all();
    BOOST_TEST(all.names().size() == accounts::permission_count);
    BOOST_TEST((accounts::known_permissions(all.words()) == all));
    BOOST_TEST((accounts::known_permissions("users.read future.thing  metrics.read") ==
                permission_set{permission::users_read, permission::metrics_read}));
    BOOST_TEST(name_of(permission::api_keys_write) == "api_keys.write");
    const std::vector<std::string> wrong{"users.read", "Users.read"}, none;
    BOOST_TEST((accounts::read_permissions(wrong).error() == core::errc::invalid_input));
    BOOST_TEST(accounts::read_permissions(none).value().empty());
    BOOST_TEST(all.includes({permission::users_read}));
    BOOST_TEST(!permission_set{permission::users_read}.includes(all));
    BOOST_TEST(permission_set{}.includes({}));
}

BOOST_DATA_TEST_CASE(a_role_permits_what_was_set_last, kinds, kind)
{
    roles w(kind);
    BOOST_TEST((w.of({"admin"}) == permission_set::all()));
    BOOST_TEST(w.of({"support"}).empty());
    BOOST_TEST(w.set("support", {"users.read", "users.read"}).has_value());
    BOOST_TEST(w.set("auditor", {"audit.read"}).has_value());
    BOOST_TEST(
        (w.of({"support", "auditor", "unknown"}) == permission_set{permission::users_read, permission::audit_read}));
    const auto before = w.reads();
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE((w.of({"support"}) == permission_set{permission::users_read}));
    BOOST_TEST(w.reads() == before);
    BOOST_TEST(w.set("support", {"metrics.read"}).has_value());
    BOOST_TEST((w.of({"support"}) == permission_set{permission::metrics_read}));
    BOOST_TEST(w.set("support", {"metrics.read"}).has_value()); // no event
    BOOST_TEST(w.drop("support").has_value());
    BOOST_TEST(w.of({"support"}).empty());
    BOOST_TEST((w.drop("support").error() == core::errc::not_found));
    BOOST_TEST(w.log_of("support") == "role.changed role.changed role.deleted");
    const auto listed = run_task(w.admin.list_roles()).value();
    BOOST_REQUIRE(listed.size() == 2u);
    BOOST_TEST(listed[0].name == "admin");
    BOOST_TEST((listed[0].permissions == permission_set::all()));
    BOOST_TEST(listed[1].name == "auditor");
}

BOOST_DATA_TEST_CASE(admin_cannot_be_changed_nor_anything_beyond_the_own, kinds, kind)
{
    roles w(kind);
    BOOST_TEST(is_refused(w.set("admin", {}), administration_problem::fixed_role));
    BOOST_TEST(is_refused(w.drop("admin"), administration_problem::fixed_role));
    for (const std::string name : {"", "Support", "a b", "ä"}) {
        BOOST_TEST((w.set(name, {}).error() == core::errc::invalid_input), name);
        BOOST_TEST((w.drop(name).error() == core::errc::not_found), name);
    }
    BOOST_TEST((w.set("x", {"everything"}).error() == core::errc::invalid_input));
    BOOST_TEST(w.set("strong", {"signing_keys.write"}).has_value());
    const auto clerk = operator_of({permission::roles_write, permission::users_read});
    BOOST_TEST(is_refused(w.set("mine", {"signing_keys.write"}, clerk), administration_problem::beyond_own));
    BOOST_TEST(is_refused(w.set("strong", {}, clerk), administration_problem::beyond_own));
    BOOST_TEST(is_refused(w.drop("strong", clerk), administration_problem::beyond_own));
    BOOST_TEST(w.set("mine", {"users.read"}, clerk).has_value());
    BOOST_TEST(w.drop("mine", clerk).has_value());
}

BOOST_AUTO_TEST_CASE(another_node_hears_of_changes)
{
    roles w("postgresql");
    administration_node other(w.place, w.clock, w.random);
    const auto there = [&] { return run_task(other.administration.permissions_of({"support"})).value(); };
    BOOST_TEST(there().empty());
    BOOST_TEST(w.set("support", {"users.read"}).has_value());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20); // on a busy machine
    while (there().empty() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    BOOST_TEST((there() == permission_set{permission::users_read}));
}

BOOST_AUTO_TEST_SUITE_END()
