#include "http/traffic.hpp"

#include <algorithm>
#include <numeric>

namespace watchword::http {
namespace {

std::size_t number_of_this_thread() noexcept
{
    static std::atomic<std::size_t> last{0};
    thread_local const std::size_t number = last.fetch_add(1, std::memory_order_relaxed);
    return number;
}

} // namespace

std::uint64_t traffic::counts::total() const noexcept
{
    return std::accumulate(by_class.begin(), by_class.end(), std::uint64_t(0));
}

void traffic::count_in(router& r)
{
    r.finish_with([this](request&, response& answered) {
        const auto digit = std::min<std::size_t>(static_cast<std::size_t>(answered.status()) / 100, 5);
        stripes_[number_of_this_thread() % stripes].by_class[digit].fetch_add(1, std::memory_order_relaxed);
    });
}

traffic::counts traffic::read() const noexcept
{
    counts all;
    for (const auto& each : stripes_)
        for (std::size_t i = 0; i < all.by_class.size(); ++i)
            all.by_class[i] += each.by_class[i].load(std::memory_order_relaxed);
    return all;
}

} // namespace watchword::http
