#pragma once

#include "core/clock.hpp"
#include "core/read_epochs.hpp"
#include "core/siphash.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace watchword::core {

// A key that is as good as random: with a secret nobody meets one hash with two inputs, on purpose or by chance.
struct hashed_key {
    std::uint64_t first = 0, second = 0;

    static hashed_key of(std::string_view bytes, siphash_key secret) noexcept;
    bool operator==(const hashed_key&) const = default;
};

// Numbers that only rise, by key, for readers that neither wait nor allocate while one thread changes them. Each is
// kept until a time; the later one of those it was raised with. At most 56 bytes an entry, and 64 KiB.
//
// A table that is full, or holds what may be forgotten, is replaced by another; one of 64, so that neither a change nor
// the memory meanwhile is ever that of the whole.
class rising_map {
public:
    static constexpr std::size_t shards = 64;

    explicit rising_map(read_epochs&); // which must outlive it
    ~rising_map();
    rising_map(const rising_map&) = delete;
    rising_map& operator=(const rising_map&) = delete;

    // On any thread, while it has a reading of these epochs open.
    // What the key was raised to; 0: it was not.
    std::uint64_t find(hashed_key key) const noexcept
    {
        const auto k = not_free(key);
        const auto found = current_[shard_of(k)].load(std::memory_order_seq_cst)->find(k);
        return found.taken ? found.at->number.load(std::memory_order_acquire) : 0;
    }
    // Lets the memory that find() will need come meanwhile.
    void prefetch(hashed_key key) const noexcept
    {
        const auto k = not_free(key);
        const auto* const t = current_[shard_of(k)].load(std::memory_order_seq_cst);
        __builtin_prefetch(t->slots.get() + t->home(k));
    }

    // One thread at a time, beside readers. Whoever begins to read after a change has returned finds it.
    // A number that is not above the key's changes its time only. std::bad_alloc: nothing has changed.
    void raise(hashed_key, std::uint64_t number, timestamp until);
    // Drops what was kept until `now` or before in one of the shards. std::bad_alloc: nothing has changed.
    void forget(std::size_t shard, timestamp now);
    std::size_t size() const noexcept;
    // All of its memory, with that of tables that were replaced and may still be read.
    std::size_t bytes() const noexcept;

private:
    struct alignas(32) slot {
        std::atomic<std::uint64_t> first{0}; // 0: free. Stored last, and then never again, nor is `second`
        std::uint64_t second = 0;
        std::atomic<std::uint64_t> number{0};
        timestamp until{}; // not for readers
    };
    static_assert(sizeof(slot) == 32);

    // Open addressing. Nothing is taken out of a table, so that a reader who meets a free slot knows that his key, had
    // it been there when he began, would have come before it.
    struct table {
        struct place {
            slot* at;
            bool taken; // by the key; else it is free for it
        };

        explicit table(std::size_t size) : capacity(size), slots(std::make_unique<slot[]>(size)) {}

        std::size_t home(hashed_key k) const noexcept
        {
            return static_cast<std::size_t>(((k.second >> 32) * capacity) >> 32);
        }
        // A slot that was free is not looked at again: it may be another key's by now.
        place find(hashed_key k) const noexcept
        {
            slot* const all = slots.get();
            for (auto at = home(k);;) {
                auto& s = all[at];
                const auto first = s.first.load(std::memory_order_acquire);
                if (first == 0) return {&s, false};
                if (first == k.first && s.second == k.second) return {&s, true};
                if (++at == capacity) at = 0;
            }
        }
        void add(slot& free, hashed_key, std::uint64_t number, timestamp until) noexcept;
        template <class Do> void for_each(Do) const;
        // Those entries, with room for so many.
        template <class Keep> std::unique_ptr<table> copy(std::size_t entries, Keep) const;
        std::size_t bytes() const noexcept { return sizeof(table) + capacity * sizeof(slot); }

        const std::size_t capacity;
        std::size_t used = 0; // not for readers
        const std::unique_ptr<slot[]> slots;
    };
    struct replaced {
        std::uint64_t number; // of the epochs
        std::unique_ptr<table> old;
    };

    static hashed_key not_free(hashed_key k) noexcept
    {
        if (k.first == 0) k.first = 1;
        return k;
    }
    static std::size_t shard_of(hashed_key k) noexcept { return static_cast<std::size_t>(k.first % shards); }

    void replace(std::size_t shard, std::unique_ptr<table>);
    void free_replaced();

    read_epochs& epochs_;
    std::array<std::atomic<const table*>, shards> current_{}; // what readers see
    std::array<std::unique_ptr<table>, shards> tables_;       // the same, for the thread that changes them
    std::vector<replaced> replaced_;
};

} // namespace watchword::core
