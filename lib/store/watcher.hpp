#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string_view>

namespace watchword::store {

// Thrown by work that its watcher has stopped.
struct stopped : std::runtime_error {
    stopped() : std::runtime_error("stopped before it was done") {}
};

// Whoever waits for long work on a database: is told how far it is, and may stop it. The work calls it from one thread;
// stop() may be called from any. It must outlive the work.
class watcher {
public:
    enum class unit { bytes, rows, unknown };

    virtual ~watcher() = default;

    // A new part of the work begins, such as "copying". `total`, if it is not 0, is where advance() will end.
    virtual void begin(std::string_view /*part*/, unit, std::uint64_t /*total*/) {}
    // Called often; `done` never falls within a part.
    virtual void advance(std::uint64_t /*done*/) {}

    // The work ends soon, by throwing `stopped`.
    void stop() noexcept;
    bool is_stopped() const noexcept { return stopped_; }
    void throw_if_stopped() const
    {
        if (stopped_) throw stopped();
    }

    // While it lives, stop() also calls `interrupt`, which ends a statement that takes long and must not throw.
    class interrupted_by_stop {
    public:
        interrupted_by_stop(watcher&, std::function<void()> interrupt);
        ~interrupted_by_stop();
        interrupted_by_stop(const interrupted_by_stop&) = delete;
        interrupted_by_stop& operator=(const interrupted_by_stop&) = delete;

    private:
        watcher& watcher_;
    };

private:
    std::atomic<bool> stopped_{false};
    std::mutex mutex_;                // guards the next
    std::function<void()> interrupt_; // empty: nobody has to be told
};

} // namespace watchword::store
