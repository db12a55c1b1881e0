#include "http/traffic.hpp"

#include "core/striped_counter.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

namespace watchword::http {
namespace {

using std::chrono::steady_clock;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr unsigned first_status = 100, last_status = 599;

// Every status that has a reason has a slot of its own, and all others, of which there are none, the first.
template <std::size_t Slots> struct status_slots {
    std::array<std::uint8_t, last_status + 1> of{};
    std::array<unsigned, Slots> status{};
    std::size_t count = 1;

    status_slots() noexcept
    {
        for (unsigned s = first_status; s <= last_status && count < Slots; ++s) {
            if (reason(static_cast<http::status>(s)) == "Unknown") continue;
            status[count] = s;
            of[s] = static_cast<std::uint8_t>(count++);
        }
    }
};
const status_slots<traffic::statuses> slots;

// What `place` points to, made if there is none: of two threads that make it, one has made it for nothing.
template <class T> T& made_once(std::atomic<T*>& place)
{
    T* there = place.load(std::memory_order_acquire);
    if (there != nullptr) return *there;
    auto mine = std::make_unique<T>();
    if (place.compare_exchange_strong(there, mine.get(), std::memory_order_acq_rel)) there = mine.release();
    return *there;
}

} // namespace

std::uint64_t traffic::counts::total() const noexcept
{
    return std::accumulate(by_class.begin(), by_class.end(), std::uint64_t(0));
}

traffic::~traffic()
{
    for (auto& each : stripes_) {
        const std::unique_ptr<stripe> s(each.load());
        if (!s) continue;
        for (auto& r : s->rows) const std::unique_ptr<row> gone(r.load());
    }
}

void traffic::count_in(router& r, timing t)
{
    router_ = &r;
    is_timed_ = t == timing::measured;
    if (is_timed_) r.begin_with([this](request& q) { begin(q); });
    r.finish_with([this](request& q, response& a) { note(q, a); });
}

traffic::stripe& traffic::own_stripe()
{
    return made_once(stripes_[core::number_of_this_thread() % stripes]);
}

void traffic::begin(request& q)
{
    own_stripe().begun.fetch_add(1, relaxed);
    q.began = steady_clock::now();
}

void traffic::note(const request& q, const response& given)
{
    row& r = made_once(own_stripe().rows[q.route <= most_routes ? q.route : 0]);
    const auto code = std::min<std::size_t>(static_cast<std::size_t>(given.status()), last_status);
    r.answers[static_cast<std::size_t>(q.method)][slots.of[code]].fetch_add(1, relaxed);
    if (!is_timed_) return;
    const std::chrono::nanoseconds took = steady_clock::now() - q.began;
    r.durations[core::bucket_of(took)].fetch_add(1, relaxed);
    r.nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), relaxed);
}

// use(number of the route, row), of all threads.
template <class Use> void traffic::for_each_row(Use use) const
{
    for (const auto& place : stripes_) {
        const auto* const s = place.load(std::memory_order_acquire);
        for (std::size_t i = 0; s != nullptr && i <= most_routes; ++i)
            if (const auto* const r = s->rows[i].load(std::memory_order_acquire)) use(i, *r);
    }
}

traffic::counts traffic::read() const noexcept
{
    counts all;
    for_each_row([&all](std::size_t, const row& r) {
        for (const auto& of_method : r.answers)
            for (std::size_t i = 0; i < slots.count; ++i)
                all.by_class[std::min(slots.status[i] / 100, 5u)] += of_method[i].load(relaxed);
    });
    return all;
}

std::vector<traffic::route_counts> traffic::by_route() const
{
    struct sum {
        bool is_used = false;
        std::array<std::array<std::uint64_t, statuses>, method_count> answers{};
        core::duration_counts durations;
    };
    std::vector<sum> sums(most_routes + 1);
    for_each_row([&sums](std::size_t number, const row& r) {
        auto& s = sums[number];
        s.is_used = true;
        for (std::size_t m = 0; m < method_count; ++m)
            for (std::size_t i = 0; i < slots.count; ++i) s.answers[m][i] += r.answers[m][i].load(relaxed);
        for (std::size_t b = 0; b < core::duration_buckets; ++b) s.durations.in[b] += r.durations[b].load(relaxed);
        s.durations.sum += std::chrono::nanoseconds(r.nanoseconds.load(relaxed));
    });
    std::vector<route_counts> all;
    for (std::size_t number = 0; number <= most_routes; ++number) {
        const auto& s = sums[number];
        if (!s.is_used) continue;
        route_counts one{number == 0 ? std::string_view() : router_->pattern(number), {}, s.durations};
        for (std::size_t m = 0; m < method_count; ++m)
            for (std::size_t i = 0; i < slots.count; ++i)
                if (s.answers[m][i] != 0)
                    one.answers.push_back({static_cast<method>(m), slots.status[i], s.answers[m][i]});
        all.push_back(std::move(one));
    }
    return all;
}

std::uint64_t traffic::in_flight() const noexcept
{
    const auto ended = read().total();
    std::uint64_t begun = 0;
    for (const auto& place : stripes_)
        if (const auto* const s = place.load(std::memory_order_acquire)) begun += s->begun.load(relaxed);
    return begun > ended ? begun - ended : 0;
}

} // namespace watchword::http
