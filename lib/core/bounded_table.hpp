#pragma once

#include "core/siphash.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <type_traits>

namespace watchword::core {

// What is remembered of each of many keys, which anybody may choose, in memory that is fixed: of keys that share a set,
// the one that was not asked for the longest is forgotten for a new one. Values begin as zero bytes, and are found
// again by 64 bits of a keyed hash, so that nobody can aim at another's. Memory is taken from the system when it is
// first used. Thread-safe.
template <class Value> class bounded_table {
    struct entry {
        std::uint64_t key; // 0: free
        std::uint64_t used;
        Value value;
    };
    static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_default_constructible_v<Value>);
    static_assert(sizeof(entry) <= 64, "what a key may take");

public:
    static constexpr std::size_t bytes_per_key = sizeof(entry);

    // For at least `keys` keys. `secret` comes from a random source. std::bad_alloc.
    bounded_table(std::size_t keys, siphash_key secret)
        : sets_(std::bit_ceil((keys + ways - 1) / ways)),
          secret_(secret),
          // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): zeroed memory that the system has not given yet
          entries_(static_cast<entry*>(std::calloc(sets_ * ways, sizeof(entry))))
    {
        if (!entries_) throw std::bad_alloc();
    }

    std::size_t capacity() const noexcept { return sets_ * ways; }

    // Calls `change(Value&)` with what is remembered of `key`, or with a new value, and returns what that returns.
    // Changes of one key come one after the other; keep them short. `now`: any unit, never falling by much.
    template <class Change> auto visit(std::string_view key, std::uint64_t now, Change change)
    {
        const auto hash = hash_of(key);
        const auto set = hash % sets_;
        const std::lock_guard lock(mutexes_[set % mutexes_.size()]);
        auto& found = find_or_replace(&entries_[set * ways], hash);
        found.used = now;
        return change(found.value);
    }

    // The same where keys are not forgotten by age: `change(Value&, std::uint64_t& worth)` says what the key is worth,
    // 0 if it is new; the least worth is forgotten first. Not for one table together with visit().
    template <class Change> auto visit_by_worth(std::string_view key, Change change)
    {
        const auto hash = hash_of(key);
        const auto set = hash % sets_;
        const std::lock_guard lock(mutexes_[set % mutexes_.size()]);
        auto& found = find_or_replace(&entries_[set * ways], hash);
        return change(found.value, found.used);
    }

    // Calls `change(Value&, std::uint64_t& used_or_worth)` only if something is remembered of `key`; whether it is. For
    // questions that must not make the table forget anything, nor keep the key any longer.
    template <class Change> bool visit_known(std::string_view key, Change change)
    {
        const auto hash = hash_of(key);
        const auto set = hash % sets_;
        const std::lock_guard lock(mutexes_[set % mutexes_.size()]);
        auto* const first = &entries_[set * ways];
        for (auto* each = first; each != first + ways; ++each) {
            if (each->key != hash) continue;
            change(each->value, each->used);
            return true;
        }
        return false;
    }

private:
    static constexpr std::size_t ways = 8;
    struct freer {
        void operator()(void* memory) const noexcept { std::free(memory); } // NOLINT(cppcoreguidelines-no-malloc)
    };

    std::uint64_t hash_of(std::string_view key) const noexcept
    {
        const auto hash = siphash_64(key, secret_);
        return hash != 0 ? hash : 1;
    }

    entry& find_or_replace(entry* set, std::uint64_t key) noexcept
    {
        entry* oldest = set;
        for (auto* each = set; each != set + ways; ++each) {
            if (each->key == key) return *each;
            if (each->key == 0 || (oldest->key != 0 && each->used < oldest->used)) oldest = each;
        }
        std::memset(static_cast<void*>(oldest), 0, sizeof(entry));
        oldest->key = key;
        return *oldest;
    }

    const std::size_t sets_; // a power of two
    const siphash_key secret_;
    std::unique_ptr<entry[], freer> entries_;
    std::array<std::mutex, 64> mutexes_; // each guards every 64th set
};

} // namespace watchword::core
