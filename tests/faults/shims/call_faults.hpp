#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

// What a test and a program whose calls it lets fail share: a file that both have mapped.
namespace watchword::test {

enum class fallible : std::size_t { sync, write, read, open, truncate, allocate };
inline constexpr std::size_t fallible_calls = 6;

// Which of a database's files. Of the rest of the program's files no call fails.
enum class database_file : std::uint32_t { any, main, log, index };

struct call_fault {
    std::atomic<std::int64_t> countdown{0}; // the call that makes it 0 fails; 0: none
    std::atomic<bool> lasts{false};         // and every one after it
    std::atomic<int> error{0};              // errno; 0: half of what was to be written is
    std::atomic<database_file> where{database_file::any};
    std::atomic<std::uint64_t> made{0}, failed{0};
};

struct call_faults {
    std::array<call_fault, fallible_calls> calls;
    std::atomic<bool> log_is_suspect{false};            // a sync of it failed, and it was not opened again since
    std::atomic<std::uint64_t> syncs_of_suspect_log{0}; // which say nothing about what was written before
    std::atomic<std::uint64_t> given_back{0};           // allocations
    std::array<char, 2048> where_memory_ended{};        // the callers of the last allocation that failed
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

} // namespace watchword::test
