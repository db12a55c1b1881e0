#pragma once

#include "core/per_thread.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

namespace watchword::core {

// Tells when nobody can see any more what was replaced, though readers take no locks and write to no memory but their
// own thread's. A reader loads a pointer, with memory_order_seq_cst, and uses what it points to while a `reading` is
// open. Who replaces it stores another pointer, with memory_order_seq_cst, takes a number from advance(), and may free
// the old once that number is_over(). Thread-safe. Takes 64 bytes for each thread that ever read, until it is
// destroyed.
class read_epochs {
    struct alignas(64) place {
        std::atomic<std::uint64_t> since{0}; // the epoch in which its thread began to read; 0: it does not
    };

public:
    // Short, on one thread; one may be open within another. A thread's first one takes a lock and memory.
    class reading {
    public:
        explicit reading(read_epochs& e) : place_(*e.own_place_.local()), before_(place_.since.load(relaxed))
        {
            // Whoever replaces and does not see this store has stored his pointer before: then it is that one we load.
            if (before_ == 0) place_.since.store(e.now_.load(std::memory_order_acquire), std::memory_order_seq_cst);
        }
        ~reading() { place_.since.store(before_, std::memory_order_release); }
        reading(const reading&) = delete;
        reading& operator=(const reading&) = delete;

    private:
        static constexpr auto relaxed = std::memory_order_relaxed;
        place& place_;
        const std::uint64_t before_;
    };

    read_epochs();
    read_epochs(const read_epochs&) = delete;
    read_epochs& operator=(const read_epochs&) = delete;

    // The number of what was replaced before this call.
    std::uint64_t advance() noexcept { return now_.fetch_add(1, std::memory_order_seq_cst); }
    // Whether everybody has ended who might see it.
    bool is_over(std::uint64_t number) const;

private:
    place* make_place();

    std::atomic<std::uint64_t> now_{1};
    mutable std::mutex mutex_;
    std::deque<place> places_; // guarded by mutex_; they do not move
    per_thread<place*> own_place_;
};

} // namespace watchword::core
