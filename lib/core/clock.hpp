#pragma once

#include <chrono>

namespace watchword::core {

// Wall-clock time with the resolution of JWT claims.
using timestamp = std::chrono::sys_seconds;
using precise_timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// The only source of wall-clock time: passed in, so that tests set it. Implementations are thread-safe.
class clock {
public:
    virtual ~clock() = default;
    virtual timestamp now() const noexcept = 0;
    // The same time, for those to whom less than a second matters; a clock that cannot tell says when the second began.
    virtual precise_timestamp precise_now() const noexcept { return now(); }
};

class system_clock final : public clock {
public:
    timestamp now() const noexcept override
    {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }
    precise_timestamp precise_now() const noexcept override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

} // namespace watchword::core
