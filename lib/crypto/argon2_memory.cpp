#include "crypto/argon2_memory.hpp"

#include "core/secret.hpp"

#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace watchword::crypto {
namespace {

constexpr std::size_t page = 4096, huge_page = 2 * 1024 * 1024;

constexpr std::size_t to_pages(std::size_t blocks)
{
    return (blocks * sizeof(argon2_block) + page - 1) / page * page;
}

// `size` bytes that begin at a huge page; null if there are none. No more than that stays mapped.
char* map_aligned(std::size_t size)
{
    const std::size_t mapped = size + huge_page;
    void* const got = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED) return nullptr;
    char* const begin = static_cast<char*>(got);
    const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(begin) % huge_page) % huge_page;
    if (before != 0) ::munmap(begin, before);
    ::munmap(begin + before + size, mapped - before - size);
    return begin + before;
}

} // namespace

argon2_memory::~argon2_memory()
{
    shrink(0);
}

argon2_block* argon2_memory::reserve(std::size_t blocks)
{
    if (blocks <= capacity_) return blocks_;
    shrink(0);
    const std::size_t size = to_pages(blocks);
    char* const memory = map_aligned(size);
    if (memory == nullptr) throw std::bad_alloc();
    // Hints, both: without them it is slower, or in a core dump that was asked for.
    ::madvise(memory, size, MADV_HUGEPAGE);
    ::madvise(memory, size, MADV_DONTDUMP);
    blocks_ = reinterpret_cast<argon2_block*>(memory);
    capacity_ = size / sizeof(argon2_block);
    return blocks_;
}

void argon2_memory::wipe(std::size_t blocks) noexcept
{
    core::wipe(blocks_, blocks * sizeof(argon2_block));
}

void argon2_memory::shrink(std::size_t blocks) noexcept
{
    const std::size_t kept = to_pages(blocks), size = capacity_ * sizeof(argon2_block);
    if (kept >= size) return;
    ::munmap(reinterpret_cast<char*>(blocks_) + kept, size - kept);
    capacity_ = kept / sizeof(argon2_block);
    if (capacity_ == 0) blocks_ = nullptr;
}

} // namespace watchword::crypto
