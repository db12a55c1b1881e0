#pragma once

#include <cstdint>

// A program that links counting_malloc.cpp counts what malloc and its relatives are asked for, operator new among
// them. GNU libc only.
namespace watchword::micro {

struct heap_use {
    std::uint64_t allocations = 0; // by the threads that are counted
    std::uint64_t allocated = 0;   // bytes, by them
    std::int64_t held = 0;         // bytes that all threads together hold now, with what each piece costs the heap
};

// From now on the calling thread's allocations count.
void count_this_thread() noexcept;

// Thread-safe.
heap_use heap_use_now() noexcept;

} // namespace watchword::micro
