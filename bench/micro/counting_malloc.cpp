#include "micro/counting_malloc.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <malloc.h>

// The names are GNU libc's.
// NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp, readability-identifier-naming)
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* piece, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* piece);
}
// NOLINTEND(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp, readability-identifier-naming)

namespace watchword::micro {
namespace {

constexpr std::int64_t cost_of_piece = sizeof(std::size_t); // what the heap writes down before each

thread_local bool is_counted = false;
std::atomic<std::uint64_t> allocations{0}, allocated{0};
std::atomic<std::int64_t> held{0};

std::int64_t size_of(void* piece) noexcept
{
    return static_cast<std::int64_t>(::malloc_usable_size(piece)) + cost_of_piece;
}

void* taken(void* piece) noexcept
{
    if (piece == nullptr) return nullptr;
    const auto size = size_of(piece);
    held.fetch_add(size, std::memory_order_relaxed);
    if (is_counted) {
        allocations.fetch_add(1, std::memory_order_relaxed);
        allocated.fetch_add(static_cast<std::uint64_t>(size), std::memory_order_relaxed);
    }
    return piece;
}

void given_back(void* piece) noexcept
{
    if (piece != nullptr) held.fetch_sub(size_of(piece), std::memory_order_relaxed);
}

} // namespace

void count_this_thread() noexcept
{
    is_counted = true;
}

heap_use heap_use_now() noexcept
{
    return {allocations.load(), allocated.load(), held.load()};
}

} // namespace watchword::micro

using watchword::micro::given_back;
using watchword::micro::taken;

extern "C" {

void* malloc(std::size_t size) noexcept
{
    return taken(__libc_malloc(size));
}

void* calloc(std::size_t count, std::size_t size) noexcept
{
    return taken(__libc_calloc(count, size));
}

void* realloc(void* piece, std::size_t size) noexcept
{
    const auto before = piece == nullptr ? 0 : watchword::micro::size_of(piece);
    void* const moved = __libc_realloc(piece, size);
    if (moved == nullptr && size != 0) return nullptr; // the old piece stays
    watchword::micro::held.fetch_sub(before, std::memory_order_relaxed);
    return taken(moved);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept
{
    return taken(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    return taken(__libc_memalign(alignment, size));
}

int posix_memalign(void** piece, std::size_t alignment, std::size_t size) noexcept
{
    *piece = taken(__libc_memalign(alignment, size));
    return *piece == nullptr ? ENOMEM : 0;
}

void free(void* piece) noexcept
{
    given_back(piece);
    __libc_free(piece);
}
}
