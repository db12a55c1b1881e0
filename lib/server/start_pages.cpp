#include "server/start_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace watchword::server {
namespace {

// Those that can be written, also what the loader relocates and protects then, hold more than the file does.
int forget_constant_segments(::dl_phdr_info* object, std::size_t, void*)
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = object->dlpi_addr + segment.p_vaddr;
        const auto start = begin & ~(page - 1);
        auto* const first = reinterpret_cast<void*>(start); // NOLINT(performance-no-int-to-ptr): that is how it is told
        ::madvise(first, begin + segment.p_filesz - start, MADV_DONTNEED);
    }
    return 0;
}

} // namespace

void forget_start_pages() noexcept
{
    ::malloc_trim(0);
    ::dl_iterate_phdr(forget_constant_segments, nullptr);
}

} // namespace watchword::server
