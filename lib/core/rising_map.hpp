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
    struct table;

public:
    static constexpr std::size_t shards = 64;

    explicit rising_map(read_epochs&); // which must outlive it
    ~rising_map();
    rising_map(const rising_map&) = delete;
    rising_map& operator=(const rising_map&) = delete;

    // On any thread, while it has a reading of these epochs open.
    // What the key was raised to; 0: it was not.
    std::uint64_t find(hashed_key) const noexcept;
    // Lets the memory that find() will need come meanwhile.
    void prefetch(hashed_key) const noexcept;

    // One thread at a time, beside readers. Whoever begins to read after a change has returned finds it.
    // A number that is not above the key's changes its time only. std::bad_alloc: nothing has changed.
    void raise(hashed_key, std::uint64_t number, timestamp until);
    // Drops what was kept until `now` or before in one of the shards. std::bad_alloc: nothing has changed.
    void forget(std::size_t shard, timestamp now);
    std::size_t size() const noexcept;
    // All of its memory, with that of tables that were replaced and may still be read.
    std::size_t bytes() const noexcept;

private:
    struct replaced {
        std::uint64_t number; // of the epochs
        std::unique_ptr<table> old;
    };

    void replace(std::size_t shard, std::unique_ptr<table>);
    void free_replaced();

    read_epochs& epochs_;
    std::array<std::atomic<const table*>, shards> current_{}; // what readers see
    std::array<std::unique_ptr<table>, shards> tables_;       // the same, for the thread that changes them
    std::vector<replaced> replaced_;
};

} // namespace watchword::core
