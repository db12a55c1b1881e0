#include "hash_timing.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <ctime>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace watchword::app {
namespace {

using std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::chrono::milliseconds alone_for(200), busy_for(400);
constexpr std::size_t least_hashes = 2; // on each slot

double median(std::vector<double> all)
{
    std::sort(all.begin(), all.end());
    const auto middle = all.size() / 2;
    return all.size() % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

double thread_cpu_ms()
{
    ::timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

// Hashes on some slots at once until the time is over.
class rush {
public:
    rush(crypto::password_hasher& hasher, std::size_t slots, const store::watcher& w)
        : hasher_(hasher), watcher_(w), slots_(slots), ready_(static_cast<std::ptrdiff_t>(slots))
    {}

    void run(std::chrono::milliseconds duration)
    {
        start(duration);
        if (failure_) std::rethrow_exception(failure_);
        watcher_.throw_if_stopped();
    }

    double ms() const { return median(times_); }
    double cpu_ms() const { return median(cpu_times_); }
    double per_second() const { return per_second_; }

private:
    void start(std::chrono::milliseconds duration)
    {
        std::vector<std::jthread> threads; // joined at the end
        for (std::size_t slot = 0; slot < slots_; ++slot) {
            try {
                threads.emplace_back([this, slot, duration] { hash_on(slot, duration); });
            } catch (...) {
                for (; slot < slots_; ++slot) ready_.arrive_and_drop(); // or the others would wait for it
                throw;
            }
        }
    }

    void hash_on(std::size_t slot, std::chrono::milliseconds duration)
    {
        std::vector<double> times, cpu_times;
        std::exception_ptr failure;
        const auto hash = [&] {
            try {
                hasher_.hash(slot, "a password", random_);
            } catch (...) {
                failure = std::current_exception();
            }
        };
        hash(); // the slot has its memory from now on
        ready_.arrive_and_wait();
        const auto began = steady_clock::now();
        auto now = began;
        double cpu = thread_cpu_ms();
        while (!failure && !watcher_.is_stopped() && (now - began < duration || times.size() < least_hashes)) {
            hash();
            const auto done = steady_clock::now();
            times.push_back(milliseconds(done - now).count());
            now = done;
            const double before = std::exchange(cpu, thread_cpu_ms());
            cpu_times.push_back(cpu - before);
        }
        const std::lock_guard lock(mutex_);
        if (failure) failure_ = failure;
        times_.insert(times_.end(), times.begin(), times.end());
        cpu_times_.insert(cpu_times_.end(), cpu_times.begin(), cpu_times.end());
        if (!times.empty())
            per_second_ += static_cast<double>(times.size()) / std::chrono::duration<double>(now - began).count();
    }

    crypto::password_hasher& hasher_;
    const store::watcher& watcher_;
    const std::size_t slots_;
    std::barrier<> ready_;
    core::system_random random_;
    std::mutex mutex_; // guards what follows
    std::vector<double> times_, cpu_times_;
    double per_second_ = 0;
    std::exception_ptr failure_;
};

} // namespace

crypto::measured_cost time_hashes(const crypto::password_hasher::settings& s, const store::watcher& w)
{
    crypto::password_hasher hasher(s);
    rush alone(hasher, 1, w), busy(hasher, s.slots, w);
    alone.run(alone_for);
    busy.run(busy_for);
    return {s.cost, alone.ms(), busy.ms(), busy.per_second(), alone.cpu_ms()};
}

} // namespace watchword::app
