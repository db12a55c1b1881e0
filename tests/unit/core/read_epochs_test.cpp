#include "core/read_epochs.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using watchword::core::read_epochs;
using reading = read_epochs::reading;

// A number that is not one any more once it was destroyed.
struct replaceable {
    std::atomic<int> value{1};
    ~replaceable() { value = 0; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(read_epochs_)

BOOST_AUTO_TEST_CASE(what_was_replaced_is_over_when_those_have_ended_who_read_before)
{
    read_epochs epochs;
    BOOST_TEST(epochs.is_over(epochs.advance()));
    std::optional<reading> early;
    early.emplace(epochs);
    const auto number = epochs.advance();
    BOOST_TEST(!epochs.is_over(number));
    std::latch began{1}, may_end{1};
    std::thread late([&] {
        const reading mine(epochs);
        began.count_down();
        may_end.wait();
    });
    began.wait();
    const auto next = epochs.advance();
    BOOST_TEST(!epochs.is_over(number));
    early.reset();
    BOOST_TEST(epochs.is_over(number)); // the late one cannot see it
    BOOST_TEST(!epochs.is_over(next));
    may_end.count_down();
    late.join();
    BOOST_TEST(epochs.is_over(next));
}

BOOST_AUTO_TEST_CASE(a_reading_within_another_does_not_end_it)
{
    read_epochs epochs;
    std::optional<reading> outer;
    outer.emplace(epochs);
    const auto number = epochs.advance();
    {
        const reading inner(epochs);
    }
    BOOST_TEST(!epochs.is_over(number));
    outer.reset();
    BOOST_TEST(epochs.is_over(number));
}

BOOST_AUTO_TEST_CASE(of_two_objects_each_has_its_own_readers)
{
    read_epochs one, other;
    const reading mine(one);
    const reading too(other);
    const read_epochs idle;
    BOOST_TEST(!one.is_over(one.advance()));
    BOOST_TEST(!other.is_over(other.advance()));
    BOOST_TEST(idle.is_over(1));
}

BOOST_AUTO_TEST_CASE(nobody_sees_what_was_freed)
{
    constexpr int readers = 3, replacements = 20'000;
    read_epochs epochs;
    auto owned = std::make_unique<replaceable>();
    std::atomic<const replaceable*> current{owned.get()};
    std::atomic<bool> stop{false};
    std::atomic<int> freed_seen{0};
    std::latch ready(readers + 1);
    std::vector<std::thread> threads;
    for (int i = 0; i < readers; ++i)
        threads.emplace_back([&] {
            ready.arrive_and_wait();
            while (!stop) {
                const reading mine(epochs);
                const auto* const seen = current.load(std::memory_order_seq_cst);
                if (seen->value != 1) ++freed_seen;
            }
        });
    ready.arrive_and_wait();
    std::vector<std::pair<std::uint64_t, std::unique_ptr<replaceable>>> old;
    for (int i = 0; i < replacements; ++i) {
        auto by = std::make_unique<replaceable>();
        current.store(by.get(), std::memory_order_seq_cst);
        const auto number = epochs.advance();
        old.emplace_back(number, std::exchange(owned, std::move(by)));
        std::erase_if(old, [&](const auto& each) { return epochs.is_over(each.first); });
    }
    stop = true;
    for (auto& each : threads) each.join();
    BOOST_TEST(freed_seen == 0);
    std::erase_if(old, [&](const auto& each) { return epochs.is_over(each.first); });
    BOOST_TEST(old.empty());
}

BOOST_AUTO_TEST_SUITE_END()
