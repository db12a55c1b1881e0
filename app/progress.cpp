#include "progress.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <pthread.h>
#include <thread>
#include <unistd.h>

namespace watchword::app {
namespace {

constexpr std::chrono::milliseconds between_updates(200); // of a terminal
constexpr std::chrono::seconds between_lines(10);

std::string decimal(double value, int digits)
{
    char text[64];
    const int size = std::snprintf(text, sizeof text, "%.*f", digits, value);
    return {text, static_cast<std::size_t>(std::clamp(size, 0, 63))};
}

std::string amount(std::uint64_t n, store::watcher::unit u)
{
    return u == store::watcher::unit::bytes ? bytes_text(n) : std::to_string(n);
}

} // namespace

std::string bytes_text(std::uint64_t n)
{
    const double KiB = static_cast<double>(n) / 1024, MiB = KiB / 1024, GiB = MiB / 1024;
    if (GiB >= 1) return decimal(GiB, 2) + " GiB";
    if (MiB >= 1) return decimal(MiB, 1) + " MiB";
    return decimal(KiB, 0) + " KiB";
}

std::string seconds_text(std::chrono::steady_clock::duration d)
{
    return decimal(std::chrono::duration<double>(d).count(), 1) + " s";
}

progress::progress(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

progress::~progress()
{
    clear();
}

void progress::begin(std::string_view part, unit u, std::uint64_t total)
{
    part_ = part;
    unit_ = u;
    total_ = total;
    done_ = 0;
    began_ = steady_clock::now();
    next_ = began_ + (terminal_ ? steady_clock::duration(between_updates) : between_lines);
    if (!quiet_) show(began_);
}

void progress::advance(std::uint64_t done)
{
    done_ = done;
    const auto now = steady_clock::now();
    if (quiet_ || now < next_) return;
    next_ = now + (terminal_ ? steady_clock::duration(between_updates) : between_lines);
    show(now);
}

void progress::show(steady_clock::time_point now)
{
    auto text = line(now);
    if (!terminal_) {
        std::cerr << "watchword: " << text << "\n";
        return;
    }
    const auto size = text.size();
    if (size < shown_) text.append(shown_ - size, ' ');
    std::cerr << "\r" << text << std::flush;
    shown_ = size;
}

void progress::clear()
{
    if (shown_ > 0) std::cerr << "\r" << std::string(shown_, ' ') << "\r" << std::flush;
    shown_ = 0;
}

std::string progress::line(steady_clock::time_point now) const
{
    if (done_ == 0) return part_ + " ...";
    const auto done = static_cast<double>(done_), total = static_cast<double>(total_);
    std::string text = part_ + ": ";
    if (total_ != 0) text += decimal(std::min(100 * done / total, 100.0), 0) + " %, ";
    text += amount(done_, unit_);
    if (total_ != 0) text += " of " + amount(total_, unit_);
    if (unit_ == unit::rows) text += " rows";
    const double seconds = std::chrono::duration<double>(now - began_).count();
    if (seconds > 0) text += ", " + amount(static_cast<std::uint64_t>(done / seconds), unit_) + "/s";
    return text;
}

struct stop_on_signal::waiter {
    ::sigset_t signals{}, before{};
    std::atomic<bool> ending{false};
    std::thread thread;

    // Those that the program was started to ignore, as by nohup, stay ignored.
    void add(int number)
    {
        struct sigaction now {};
        if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) return;
        ::sigaddset(&signals, number);
    }
};

// The thread is told to end by one signal more.
stop_on_signal::stop_on_signal(store::watcher& w) : waiter_(std::make_unique<waiter>())
{
    ::sigemptyset(&waiter_->signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) waiter_->add(number);
    ::sigaddset(&waiter_->signals, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &waiter_->signals, &waiter_->before);
    waiter_->thread = std::thread([&w, mine = waiter_.get()] {
        for (int number = 0; ::sigwait(&mine->signals, &number) == 0 && !mine->ending;)
            if (number != SIGUSR1) w.stop();
    });
}

stop_on_signal::~stop_on_signal()
{
    waiter_->ending = true;
    ::pthread_kill(waiter_->thread.native_handle(), SIGUSR1);
    waiter_->thread.join();
    ::pthread_sigmask(SIG_SETMASK, &waiter_->before, nullptr);
}

} // namespace watchword::app
