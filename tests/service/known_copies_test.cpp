// Tokens that are known are trusted as long as others' changes are, by the clock alone: though whoever hears of these
// changes says nothing, because it does not run.
#include "sessions_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct feedless_service : test::sessions_service {
    // As a feed does it.
    void changes_are_known_until(steady_clock::time_point t)
    {
        const_cast<store::change_counters&>(database.changes()).known_until.store(t);
    }
    std::uint64_t questions_about(const std::string& token)
    {
        const auto before = questions();
        BOOST_TEST(accepts(token));
        return questions() - before;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(known_copies, feedless_service)

BOOST_AUTO_TEST_CASE(the_database_is_asked_about_each_token_while_changes_are_not_known)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(accepts(in.access));
    BOOST_TEST(questions_about(in.access) == 0u);
    changes_are_known_until(steady_clock::now() - 1ns);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(!bearers.check_known(in.access));
        BOOST_TEST(questions_about(in.access) >= 1u);
    }
    changes_are_known_until(steady_clock::now() + 1h);
    BOOST_TEST(questions_about(in.access) == 0u); // it was asked about a moment ago
    changes_are_known_until(steady_clock::time_point::max());
    BOOST_TEST((bearers.check_known(in.access) != nullptr));
}

BOOST_AUTO_TEST_CASE(the_same_holds_for_the_tutorials_tokens)
{
    sign_up("a@x");
    const auto token = log_in("a@x");
    BOOST_TEST(list_status(token) == 200);
    BOOST_TEST((checker.check_known(token) != nullptr));
    changes_are_known_until(steady_clock::now() - 1ns);
    BOOST_TEST(!checker.check_known(token));
    BOOST_TEST(list_status(token) == 200);
    BOOST_TEST(!checker.check_known(token));
    changes_are_known_until(steady_clock::time_point::max());
    BOOST_TEST((checker.check_known(token) != nullptr));
}

BOOST_AUTO_TEST_CASE(keys_are_read_again_and_again_while_changes_are_not_known)
{
    const auto reads = [&] {
        const auto before = questions();
        BOOST_REQUIRE(test::run_task(keys.reload_if_changed()).has_value());
        return questions() - before;
    };
    reads();
    BOOST_TEST(reads() == 0u);
    changes_are_known_until(steady_clock::now() - 1ns);
    const auto end = steady_clock::now() + 3 * store::foreign_poll;
    std::uint64_t count = 0;
    while (steady_clock::now() < end) count += reads();
    BOOST_TEST(count >= 2u);
    const auto most = (steady_clock::now() - end) / store::foreign_poll + 4;
    BOOST_TEST(count <= static_cast<std::uint64_t>(most));
}

BOOST_AUTO_TEST_SUITE_END()
