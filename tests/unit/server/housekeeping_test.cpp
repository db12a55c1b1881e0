#include "server/housekeeping.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using std::chrono::milliseconds;

struct counting {
    std::atomic<int>* times;
    core::task<> operator()() const
    {
        ++*times;
        co_return;
    }
};

struct failing {
    std::atomic<int>* times;
    core::task<> operator()() const
    {
        ++*times;
        throw std::runtime_error("nobody planned for this");
        co_return;
    }
};

// Says that it has begun, and ends when it was told to.
struct slow {
    std::promise<void>* begun;
    std::shared_future<void> told;
    std::atomic<bool>* ended;

    core::task<> operator()() const
    {
        if (ended->load()) co_return;
        begun->set_value();
        told.wait();
        *ended = true;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(housekeeping)

BOOST_AUTO_TEST_CASE(chores_are_done_again_and_again_though_one_fails)
{
    std::atomic<int> good{0}, bad{0};
    const server::housekeeping house(milliseconds(1), {failing{&bad}, counting{&good}});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while ((good < 5 || bad < 5) && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(milliseconds(1));
    BOOST_TEST(good >= 5);
    BOOST_TEST(bad >= 5);
}

BOOST_AUTO_TEST_CASE(its_end_waits_for_what_is_under_way)
{
    std::promise<void> begun, told;
    std::atomic<bool> ended{false}, gone{false};
    const std::vector<server::housekeeping::chore> chores{slow{&begun, told.get_future().share(), &ended}};
    auto house = std::make_unique<server::housekeeping>(milliseconds(1), chores);
    begun.get_future().wait();
    std::thread ending([&] {
        house.reset();
        gone = true;
    });
    BOOST_TEST(!ended);
    BOOST_TEST(!gone);
    told.set_value();
    ending.join();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(one_that_has_not_begun_to_work_ends_at_once)
{
    std::atomic<int> times{0};
    const auto begin = std::chrono::steady_clock::now();
    {
        const server::housekeeping house(std::chrono::hours(1), {counting{&times}});
    }
    BOOST_TEST(times == 0);
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::minutes(1)));
}

BOOST_AUTO_TEST_SUITE_END()
