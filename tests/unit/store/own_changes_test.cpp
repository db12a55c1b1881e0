#include "store/own_changes.hpp"

#include <boost/test/unit_test.hpp>

namespace watchword::store {

BOOST_AUTO_TEST_SUITE(own_changes_test)

using verdict = own_changes::verdict;

BOOST_AUTO_TEST_CASE(what_was_noted_is_own_and_what_was_not_is_others)
{
    own_changes own("a");
    for (const auto n : {5u, 6u, 8u}) own.note(n);
    BOOST_TEST((own.judge(4, 6) == verdict::all_own));
    BOOST_TEST((own.judge(6, 6) == verdict::all_own));
    BOOST_TEST((own.judge(6, 8) == verdict::others)); // 7
    own.note(9);
    BOOST_TEST((own.judge(8, 9) == verdict::all_own));
    BOOST_TEST((own.judge(9, 10) == verdict::others));
}

BOOST_AUTO_TEST_CASE(one_number_too_many_while_a_commit_is_expected_is_undecided)
{
    own_changes own("a");
    own.note(1);
    own.expect();
    BOOST_TEST((own.judge(0, 1) == verdict::all_own));
    BOOST_TEST((own.judge(1, 2) == verdict::undecided));
    BOOST_TEST((own.judge(1, 3) == verdict::others)); // one of them is not ours, whatever comes
    own.note(2);
    BOOST_TEST((own.judge(1, 2) == verdict::all_own));
    own.expect();
    own.disown();
    BOOST_TEST((own.judge(2, 3) == verdict::others));
}

BOOST_AUTO_TEST_CASE(a_name_is_own_until_another_is_taken_or_it_is_given_up)
{
    own_changes own("a");
    const auto first = own.take_name();
    BOOST_TEST(own.is_own(first));
    BOOST_TEST(!own.is_own(""));
    const auto second = own.take_name();
    BOOST_TEST(!own.is_own(first));
    BOOST_TEST(own.is_own(second));
    own.disown();
    BOOST_TEST(!own.is_own(second));
    BOOST_TEST(!own.is_own(""));
}

BOOST_AUTO_TEST_CASE(numbers_that_nobody_asks_for_do_not_gather)
{
    own_changes own("a");
    for (std::uint64_t n = 1; n <= 100'000; ++n) own.note(n);
    BOOST_TEST((own.judge(0, 100'000) == verdict::others)); // what was forgotten counts as others'
    BOOST_TEST((own.judge(100'000, 100'000) == verdict::all_own));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
