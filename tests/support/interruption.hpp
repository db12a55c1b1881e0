#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <system_error>
#include <unistd.h>

namespace watchword::test {

// Lets the calling thread be held up in the middle of whatever it does, so that others overtake it there: a signal
// comes when asked for, and its handler sleeps for as short as the system can. One thread; one at a time of each.
class interruption {
public:
    // std::system_error.
    interruption()
    {
        struct ::sigaction action = {};
        action.sa_handler = [](int) {
            const int kept = errno;
            const ::timespec shortest{0, 1};
            ::nanosleep(&shortest, nullptr);
            errno = kept;
        };
        action.sa_flags = SA_RESTART;
        ::sigevent event = {};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = SIGUSR2;
        event._sigev_un._tid = ::gettid();
        if (::sigaction(SIGUSR2, &action, nullptr) != 0 || ::timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0)
            throw std::system_error(errno, std::generic_category(), "a timer");
    }
    ~interruption() { ::timer_delete(timer_); }
    interruption(const interruption&) = delete;
    interruption& operator=(const interruption&) = delete;

    // Instead of one that was asked for before and has not come yet. Less than a second, more than nothing; what is
    // shorter than this call, some microseconds, comes before it returns.
    void come_after(std::chrono::nanoseconds time) noexcept
    {
        const ::itimerspec when{{}, {0, time.count()}};
        ::timer_settime(timer_, 0, &when, nullptr);
    }

private:
    ::timer_t timer_{};
};

} // namespace watchword::test
