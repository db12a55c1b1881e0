#include "load/run.hpp"

#include "load/cpu_watch.hpp"
#include "load/engine.hpp"
#include "load/report.hpp"
#include "load/sockets.hpp"

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace watchword::load {
namespace {

using std::chrono::steady_clock;
using time_point = steady_clock::time_point;

constexpr std::size_t other_files = 32; // besides the connections
constexpr std::chrono::seconds progress_interval{1};

// The threads open their connections, wait for each other, begin together, and each says when it has ended.
class crew {
public:
    explicit crew(const plan& p) : plan_(p)
    {
        for (std::size_t i = 0; i < p.settings.threads; ++i) engines_.push_back(std::make_unique<engine>(p, i));
        for (auto& e : engines_) threads_.emplace_back([this, &e] { work(*e); });
    }
    ~crew() { join(); }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;

    // When the requests begin; std::nullopt if a thread could not open its connections.
    std::optional<time_point> await_begin()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return begin_ || failure_; });
        return begin_;
    }

    // False once every thread has ended, or after `until`.
    bool goes_on(time_point until)
    {
        std::unique_lock lock(mutex_);
        return !changed_.wait_until(lock, until, [this] { return ended_ == engines_.size(); });
    }

    // Waits for the threads; what they saw.
    results join()
    {
        for (auto& t : threads_)
            if (t.joinable()) t.join();
        results all(plan_.classes.size());
        for (const auto& e : engines_) all.merge(e->seen());
        return all;
    }

    std::exception_ptr failure()
    {
        const std::lock_guard lock(mutex_);
        return failure_;
    }

    void print_progress(time_point begin) const
    {
        std::uint64_t answers = 0, failed = 0;
        for (const auto& e : engines_) {
            answers += e->answers();
            failed += e->failed();
        }
        const auto passed = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - begin).count();
        std::fprintf(stderr, "%3lld s: %llu answers, %llu failed\n", static_cast<long long>(passed),
                     static_cast<unsigned long long>(answers), static_cast<unsigned long long>(failed));
    }

private:
    void work(engine& e)
    {
        try {
            e.open();
            if (const auto begin = meet()) e.run(*begin);
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!failure_) failure_ = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        ++ended_;
        changed_.notify_all();
    }

    // Waits until all have opened their connections or one has failed.
    std::optional<time_point> meet()
    {
        std::unique_lock lock(mutex_);
        if (++opened_ == engines_.size()) begin_ = steady_clock::now();
        changed_.notify_all();
        changed_.wait(lock, [this] { return begin_ || failure_; });
        return begin_;
    }

    const plan& plan_;
    std::mutex mutex_; // guards the next five
    std::condition_variable changed_;
    std::optional<time_point> begin_;
    std::exception_ptr failure_;
    std::size_t opened_ = 0;
    std::size_t ended_ = 0;
    std::vector<std::unique_ptr<engine>> engines_;
    std::vector<std::thread> threads_;
};

// Looks on until the end of the measurement and takes the CPU time that the watched processes spent in it.
double look_on(crew& workers, const options& o, time_point begin)
{
    const auto from = begin + o.warm_up, until = from + o.duration;
    double at_start = cpu_seconds(o.watched);
    bool measures = false;
    for (auto next = begin;;) {
        next += progress_interval;
        if (!measures && next > from) next = from;
        next = std::min(next, until);
        const bool goes_on = workers.goes_on(next);
        if (!measures && steady_clock::now() >= from) {
            measures = true;
            at_start = cpu_seconds(o.watched);
            if (!o.quiet) std::fputs("measuring\n", stderr);
        }
        if (!goes_on || steady_clock::now() >= until) break;
        if (!o.quiet) workers.print_progress(begin);
    }
    return cpu_seconds(o.watched) - at_start;
}

} // namespace

outcome run(const options& o)
{
    const plan p(o);
    const auto connections = p.connections() + o.idle;
    allow_files(connections + 2 * o.threads + other_files); // and an epoll and a ledger for each thread
    if (o.tls) std::signal(SIGPIPE, SIG_IGN);               // OpenSSL writes without MSG_NOSIGNAL
    crew workers(p);
    const auto begin = workers.await_begin();
    double cpu = 0;
    if (begin) {
        if (!o.quiet) std::fprintf(stderr, "%zu connections are open\n", connections);
        cpu = look_on(workers, o, *begin);
    }
    const results all = workers.join();
    if (const auto failure = workers.failure()) std::rethrow_exception(failure);
    const std::optional<double> spent = o.watched.empty() ? std::nullopt : std::optional(cpu);
    return {to_json(p, all, spent), all.failed.total() == 0};
}

} // namespace watchword::load
