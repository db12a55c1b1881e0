#pragma once

#include <chrono>

namespace watchword::core {

// Wall-clock time with the resolution of JWT claims.
using timestamp = std::chrono::sys_seconds;

// The only source of wall-clock time: passed in, so that tests set it. Implementations are thread-safe.
class clock {
public:
    virtual ~clock() = default;
    virtual timestamp now() const noexcept = 0;
};

class system_clock final : public clock {
public:
    timestamp now() const noexcept override
    {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }
};

} // namespace watchword::core
