#include "accounts/refresh_chain.hpp"
#include "crypto/refresh_token.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace {

using namespace watchword::accounts;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using watchword::core::precise_timestamp;

constexpr milliseconds grace = seconds(30);
constexpr precise_timestamp start{hours(500'000)};

// Presents one number after the other; the test sets the time.
struct presenting {
    refresh_chain chain;
    precise_timestamp now = start;

    presentation operator()(std::uint64_t number, milliseconds g = grace)
    {
        const auto before = chain;
        const auto seen = present(chain, number, now, g);
        chain = seen.chain;
        if (seen.outcome != presentation::first_use) BOOST_TEST((chain == before));
        return seen.outcome;
    }
    // Those from the first to the last, a second after each other.
    void use(std::uint64_t first, std::uint64_t last)
    {
        for (auto n = first; n <= last; ++n) {
            now += seconds(1);
            BOOST_TEST(((*this)(n) == presentation::first_use));
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(refresh_chain_test, presenting)

BOOST_AUTO_TEST_CASE(the_next_number_is_a_first_use_and_its_time_is_kept)
{
    BOOST_TEST(((*this)(1) == presentation::first_use));
    BOOST_TEST(chain.counter == 1u);
    BOOST_TEST((chain.first_uses[0] == start));
    now += seconds(5);
    BOOST_TEST(((*this)(2) == presentation::first_use));
    BOOST_TEST(chain.counter == 2u);
    BOOST_TEST((chain.first_uses[0] == start + seconds(5)));
    BOOST_TEST((chain.first_uses[1] == start));
}

BOOST_AUTO_TEST_CASE(the_newest_number_is_repeated_at_any_time)
{
    use(1, 5);
    for (const milliseconds later : {milliseconds(0), grace, grace + milliseconds(1), milliseconds(hours(24 * 365))}) {
        now += later;
        BOOST_TEST(((*this)(5) == presentation::repetition));
    }
    BOOST_TEST(((*this)(5, milliseconds(0)) == presentation::repetition));
}

BOOST_AUTO_TEST_CASE(an_older_number_is_repeated_while_the_use_of_its_successor_is_within_the_window)
{
    use(1, 2);
    now += hours(1); // however long ago it was itself used
    (*this)(3);
    BOOST_TEST(((*this)(2) == presentation::repetition));
    now += grace;
    BOOST_TEST(((*this)(2) == presentation::repetition));
    now += milliseconds(1);
    BOOST_TEST(((*this)(2) == presentation::theft));
    BOOST_TEST(((*this)(3) == presentation::repetition)); // a thief's number changes nothing for the newest
}

BOOST_AUTO_TEST_CASE(each_number_is_judged_by_the_time_of_its_own_successor)
{
    use(1, 8); // at start + 1 s … start + 8 s
    now = start + seconds(4) + grace;
    BOOST_TEST(((*this)(2) == presentation::theft));      // 3 was used 31 s ago
    BOOST_TEST(((*this)(3) == presentation::repetition)); // 4, 30 s ago
    BOOST_TEST(((*this)(7) == presentation::repetition));
}

BOOST_AUTO_TEST_CASE(without_a_window_only_the_same_millisecond_is_forgiven)
{
    (*this)(1);
    (*this)(2);
    BOOST_TEST(((*this)(1, milliseconds(0)) == presentation::repetition));
    now += milliseconds(1);
    BOOST_TEST(((*this)(1, milliseconds(0)) == presentation::theft));
}

BOOST_AUTO_TEST_CASE(the_last_eight_are_remembered_and_no_more)
{
    for (std::uint64_t n = 1; n <= 20; ++n) (*this)(n);    // in one moment
    BOOST_TEST(((*this)(12) == presentation::repetition)); // its successor, 13, is the eighth last
    BOOST_TEST(((*this)(11) == presentation::theft));
    BOOST_TEST(((*this)(1) == presentation::theft));
}

BOOST_AUTO_TEST_CASE(no_time_is_remembered_of_numbers_before_the_first)
{
    (*this)(1);
    (*this)(2);
    (*this)(3);
    BOOST_TEST(((*this)(1) == presentation::repetition));
    BOOST_TEST((chain.first_uses[3] == precise_timestamp()));
}

BOOST_AUTO_TEST_CASE(numbers_that_were_lost_are_left_out_and_forgiven_for_a_window)
{
    use(1, 3);
    now += hours(1);
    BOOST_TEST(((*this)(6) == presentation::first_use));
    BOOST_TEST(chain.counter == 6u);
    for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
        BOOST_TEST((chain.first_uses[at] == now));
    BOOST_TEST((chain.first_uses[3] == start + seconds(3))); // of number 3
    now += grace;
    for (const std::uint64_t n : {3u, 4u, 5u, 6u}) BOOST_TEST(((*this)(n) == presentation::repetition));
    BOOST_TEST(((*this)(2) == presentation::theft)); // 3 was used an hour ago
    now += milliseconds(1);
    for (const std::uint64_t n : {3u, 4u, 5u}) BOOST_TEST(((*this)(n) == presentation::theft));
    BOOST_TEST(((*this)(7) == presentation::first_use));
}

BOOST_AUTO_TEST_CASE(a_leap_beyond_what_is_remembered_forgets_all)
{
    use(1, 8);
    for (const std::uint64_t n : {16u, 25u, 1'000'000u}) { // exactly eight, nine and many further
        now += seconds(1);
        BOOST_TEST(((*this)(n) == presentation::first_use));
        for (const auto t : chain.first_uses) BOOST_TEST((t == now));
        BOOST_TEST(((*this)(n - 8) == presentation::repetition));
        BOOST_TEST(((*this)(n - 9) == presentation::theft));
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_backwards_makes_no_thieves)
{
    use(1, 4);
    now -= hours(10);
    BOOST_TEST(((*this)(3) == presentation::repetition));
    BOOST_TEST(((*this)(2) == presentation::repetition));
    BOOST_TEST(((*this)(5) == presentation::first_use));
    BOOST_TEST((chain.first_uses[0] == now));
    BOOST_TEST(((*this)(4) == presentation::repetition));
    now += grace + milliseconds(1); // by the clock as it is now
    BOOST_TEST(((*this)(4) == presentation::theft));
    BOOST_TEST(((*this)(5) == presentation::repetition));
}

BOOST_AUTO_TEST_CASE(the_last_numbers_are_like_all_others)
{
    constexpr auto last = watchword::crypto::refresh_token::last_number;
    chain.counter = last - 2;
    BOOST_TEST(((*this)(last - 1) == presentation::first_use));
    BOOST_TEST(((*this)(last) == presentation::first_use));
    BOOST_TEST(((*this)(last) == presentation::repetition));
    BOOST_TEST(((*this)(last - 1) == presentation::repetition));
    now += grace + milliseconds(1);
    BOOST_TEST(((*this)(last) == presentation::repetition));
    BOOST_TEST(((*this)(last - 1) == presentation::theft));
    BOOST_TEST(((*this)(1) == presentation::theft));
    refresh_chain fresh;
    BOOST_TEST((present(fresh, last, now, grace).outcome == presentation::first_use));
    BOOST_TEST(present(fresh, last, now, grace).chain.counter == last);
}

BOOST_AUTO_TEST_SUITE_END()
