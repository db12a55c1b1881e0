#include "store/watchdog.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct socket_pair {
    int ends[2] = {-1, -1};
    socket_pair() // on any thread: Boost.Test's own checks are for one
    {
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) throw std::runtime_error("there are no sockets");
    }
    ~socket_pair()
    {
        for (const int fd : ends)
            if (fd >= 0) ::close(fd);
    }
    void close_first() { ::close(std::exchange(ends[0], -1)); }
};

// Whether its end is seen within `wait`.
bool ends_within(int socket, milliseconds wait)
{
    ::pollfd p{socket, POLLIN, 0};
    if (::poll(&p, 1, static_cast<int>(wait.count())) <= 0) return false;
    char byte = 0;
    return ::recv(socket, &byte, 1, MSG_DONTWAIT) == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(watchdog_test)

BOOST_AUTO_TEST_CASE(who_waits_for_a_silent_peer_is_woken_at_the_deadline)
{
    watchdog dog;
    const socket_pair pair;
    watchdog::connection watched(dog, pair.ends[0]);
    const auto start = steady_clock::now();
    watched.start(start + milliseconds(100));
    BOOST_TEST(ends_within(pair.ends[0], milliseconds(20'000)));
    const auto took = steady_clock::now() - start;
    BOOST_TEST((took >= milliseconds(100) && took < milliseconds(5'000)));
    BOOST_TEST(dog.cuts() == 1u);
    BOOST_TEST(ends_within(pair.ends[1], milliseconds(20'000))); // the peer sees it too
}

BOOST_AUTO_TEST_CASE(an_earlier_deadline_counts_though_the_thread_waits_for_a_later_one)
{
    watchdog dog;
    const socket_pair late, early;
    watchdog::connection watched_late(dog, late.ends[0]), watched_early(dog, early.ends[0]);
    watched_late.start(steady_clock::now() + std::chrono::hours(1));
    std::this_thread::sleep_for(milliseconds(20)); // so that it does wait
    watched_early.start(steady_clock::now() + milliseconds(50));
    BOOST_TEST(ends_within(early.ends[0], milliseconds(20'000)));
    BOOST_TEST(!ends_within(late.ends[0], milliseconds(0)));
}

BOOST_AUTO_TEST_CASE(who_is_answered_in_time_is_left_alone)
{
    watchdog dog;
    const socket_pair pair, other;
    watchdog::connection watched(dog, pair.ends[0]), stopped(dog, other.ends[0]);
    watched.start(steady_clock::now() + milliseconds(30));
    watched.start(steady_clock::now() + std::chrono::hours(1)); // answered, and asked again
    stopped.start(steady_clock::now() + milliseconds(30));
    stopped.stop();
    BOOST_TEST(!ends_within(pair.ends[0], milliseconds(150)));
    BOOST_TEST(!ends_within(other.ends[0], milliseconds(0)));
    BOOST_TEST(dog.cuts() == 0u);
}

BOOST_AUTO_TEST_CASE(a_socket_that_got_the_number_of_a_closed_one_is_not_touched)
{
    watchdog dog;
    socket_pair pair;
    watchdog::connection watched(dog, pair.ends[0]);
    const int number = pair.ends[0];
    watched.start(steady_clock::now() + milliseconds(50));
    pair.close_first();
    const socket_pair other; // the lowest free number
    BOOST_REQUIRE((other.ends[0] == number || other.ends[1] == number));
    BOOST_TEST(ends_within(pair.ends[1], milliseconds(20'000)));
    BOOST_TEST(!ends_within(number, milliseconds(50)));
}

BOOST_AUTO_TEST_CASE(many_threads_start_and_stop_while_it_cuts)
{
    watchdog dog;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                const socket_pair pair;
                watchdog::connection watched(dog, pair.ends[0]);
                watched.start(steady_clock::now() + std::chrono::microseconds(i % 3 * 50));
                if (i % 2 == 0) watched.stop();
            }
        });
    }
    for (auto& t : threads) t.join();
    BOOST_TEST(dog.cuts() <= 1000u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
