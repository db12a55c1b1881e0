#include "load/chain_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace watchword::load;

namespace {

constexpr std::uint32_t email = 1, token = 2;

chain_plan made_plan()
{
    chain_plan p;
    p.names = 3;
    p.has = 1 | 1U << email;
    p.most = 4;
    p.values = {{email, {text_template("a-${unique}", {"unique"}), text_template("b-${unique}", {"unique"})}}};
    return p;
}

class_plan needing(std::uint32_t values, bool starts = false)
{
    class_plan k;
    k.needs = 1 | values;
    k.starts = starts;
    return k;
}

const auto sign_up = needing(1U << email, true);
const auto login = needing(1U << email);
const auto check = needing(1U << token);

struct pool_fixture {
    chain_plan plan = made_plan();
    unique_names names{"run", 0};
    chain_pool pool{plan, 0, 1, names};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(chain_pools, pool_fixture)

BOOST_AUTO_TEST_CASE(a_member_serves_what_it_has_the_values_for)
{
    BOOST_TEST(!pool.can_take(login, 0));
    const auto m = pool.take(sign_up, 0);
    BOOST_TEST(pool.values(m).at(email) == "a-run-0-0");
    BOOST_TEST(!pool.can_take(login, 0)); // it is under way
    pool.give_back(m);
    BOOST_TEST(pool.can_take(login, 0));
    BOOST_TEST(!pool.can_take(check, 0));
    BOOST_TEST(pool.take(login, 0) == m);
    pool.set(m, token, "t");
    pool.give_back(m);
    BOOST_TEST(pool.take(check, 0) == m);
    BOOST_TEST(pool.values(m).at(token) == "t");
}

BOOST_AUTO_TEST_CASE(values_are_given_in_turn_and_members_are_taken_in_turn)
{
    const auto a = pool.create(0), b = pool.create(0);
    BOOST_TEST(pool.values(b).at(email) == "b-run-0-1");
    pool.give_back(a);
    pool.give_back(b);
    BOOST_TEST(pool.take(login, 0) == a);
    pool.give_back(a);
    BOOST_TEST(pool.take(login, 0) == b);
}

BOOST_AUTO_TEST_CASE(a_member_that_was_dropped_is_gone_with_its_values)
{
    const auto m = pool.create(0);
    pool.set(m, token, "t");
    pool.drop(m);
    BOOST_TEST(!pool.can_take(login, 0));
    const auto next = pool.take(sign_up, 0);
    BOOST_TEST(pool.values(next).at(token).empty());
    pool.give_back(next);
    BOOST_TEST(!pool.can_take(check, 0));
}

BOOST_AUTO_TEST_CASE(there_are_never_more_than_may_be)
{
    std::set<chain_pool::member> all;
    for (std::size_t i = 0; i < plan.most; ++i) all.insert(pool.take(sign_up, 0));
    BOOST_TEST(all.size() == plan.most);
    BOOST_TEST(!pool.can_take(sign_up, 0)); // all are under way
    pool.give_back(2);
    BOOST_TEST(pool.can_take(sign_up, 0));
    BOOST_TEST(pool.take(sign_up, 0) == 2u); // its place
    BOOST_TEST(!pool.can_take(login, 0));
}

BOOST_AUTO_TEST_CASE(members_by_connection_stay_with_it)
{
    plan.by_connection = true;
    plan.members = plan.most = 2;
    chain_pool own(plan, 0, 1, names);
    BOOST_TEST(!own.can_take(login, 0)); // nobody has begun it
    own.give_back(own.take(sign_up, 1));
    BOOST_TEST(!own.can_take(login, 0));
    BOOST_TEST(own.take(login, 1) == 1u);
    BOOST_TEST(!own.can_take(login, 1));
    own.drop(1);
    BOOST_TEST(!own.can_take(login, 1));
    BOOST_TEST(own.can_take(sign_up, 1));
}

BOOST_AUTO_TEST_CASE(threads_give_different_values)
{
    chain_pool first(plan, 0, 2, names), second(plan, 1, 2, names);
    BOOST_TEST(first.values(first.create(0)).at(email).starts_with("a-"));
    BOOST_TEST(second.values(second.create(0)).at(email).starts_with("b-"));
    BOOST_TEST(first.values(first.create(0)).at(email).starts_with("a-"));
}

BOOST_AUTO_TEST_SUITE_END()
