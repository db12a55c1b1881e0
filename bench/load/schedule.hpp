#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

namespace watchword::load {

// When the requests of an open loop are due: evenly spaced from `begin` on, dealt to the threads in turn. Fixed before
// the first is sent, so that a slow server changes nothing.
class schedule {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // `rate`: of all threads together, a second.
    schedule(time_point begin, double rate, std::size_t thread, std::size_t threads)
        : begin_(begin), spacing_(1e9 / rate), first_(static_cast<double>(thread)), step_(static_cast<double>(threads))
    {}

    // Of this thread's request `number`, from 0.
    time_point due(std::uint64_t number) const
    {
        const auto offset = (first_ + step_ * static_cast<double>(number)) * spacing_;
        return begin_ + std::chrono::nanoseconds(std::llround(offset));
    }

    // How many of this thread's requests are due by `now`.
    std::uint64_t due_until(time_point now) const
    {
        const auto passed = static_cast<double>((now - begin_).count()) / spacing_ - first_;
        return passed < 0 ? 0 : static_cast<std::uint64_t>(passed / step_) + 1;
    }

private:
    time_point begin_;
    double spacing_; // ns
    double first_, step_;
};

} // namespace watchword::load
