#include "core/run_to_end.hpp"
#include "server/readiness.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace {

using namespace watchword;
using std::chrono::milliseconds;
using std::chrono::seconds;
using names = std::vector<std::string_view>;

core::queue_statistics queue(std::size_t waiting, std::size_t running, std::uint64_t executed)
{
    core::queue_statistics s;
    s.waiting = waiting;
    s.running = running;
    s.executed = executed;
    return s;
}

core::task<bool> looked(server::readiness& r)
{
    co_await r.look();
    co_return true;
}

struct fixture {
    test::temporary_directory directory;
    store::database database{{"sqlite:" + (directory.path() / "ready.db").string()}};
    std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
    std::uint64_t space = std::numeric_limits<std::uint64_t>::max();
    server::readiness ready{{seconds(5), directory.path().string()},
                            database,
                            [this](const std::string& asked) { return asked == directory.path() ? space : 0; },
                            [this] { return now; }};

    names look()
    {
        core::run_to_end(looked(ready));
        return ready.failing();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(readiness, fixture)

BOOST_AUTO_TEST_CASE(everything_works_before_the_first_look_and_after_it)
{
    BOOST_TEST(ready.failing().empty());
    BOOST_TEST(look().empty());
}

BOOST_AUTO_TEST_CASE(an_answer_of_the_database_is_good_for_its_bound)
{
    look();
    now += server::readiness::bound;
    BOOST_TEST(ready.failing().empty());
    now += milliseconds(1);
    BOOST_CHECK(ready.failing() == names{"database"});
    BOOST_TEST(look().empty());
}

BOOST_AUTO_TEST_CASE(a_disk_without_room_fails_until_it_has_some)
{
    space = 16ull * 1024 * 1024 - 1;
    BOOST_CHECK(look() == names{"disk"});
    ++space;
    BOOST_TEST(look().empty());
}

BOOST_AUTO_TEST_CASE(room_is_told_of_a_real_directory_and_taken_for_granted_where_nobody_can_tell)
{
    const auto left = server::space_left(directory.path().string());
    BOOST_TEST(left > 0u);
    BOOST_TEST(left < std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(server::space_left("/does/not/exist") == std::numeric_limits<std::uint64_t>::max());
}

BOOST_AUTO_TEST_CASE(a_queue_is_stuck_when_nothing_was_done_for_as_long_as_its_patience)
{
    server::progress_watch watch(seconds(5));
    BOOST_TEST(!watch.is_stuck(queue(3, 1, 10), now));
    BOOST_TEST(!watch.is_stuck(queue(9, 1, 10), now + milliseconds(4999)));
    BOOST_TEST(watch.is_stuck(queue(9, 1, 10), now + seconds(5)));
    BOOST_TEST(!watch.is_stuck(queue(9, 1, 11), now + seconds(6)));
    BOOST_TEST(!watch.is_stuck(queue(9, 1, 11), now + milliseconds(10'999)));
    BOOST_TEST(watch.is_stuck(queue(9, 1, 11), now + seconds(11)));
}

BOOST_AUTO_TEST_CASE(an_idle_queue_is_not_stuck_however_long_it_rests)
{
    server::progress_watch watch(seconds(5));
    BOOST_TEST(!watch.is_stuck(queue(0, 0, 10), now));
    BOOST_TEST(!watch.is_stuck(queue(0, 0, 10), now + seconds(100)));
    BOOST_TEST(!watch.is_stuck(queue(1, 0, 10), now + seconds(101)));
    BOOST_TEST(!watch.is_stuck(queue(1, 0, 10), now + seconds(104)));
}

BOOST_AUTO_TEST_SUITE_END()
