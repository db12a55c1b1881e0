// For LD_PRELOAD: calls on a database's files, and allocations, fail when the file named by FAILING_CALLS says so.
#include "call_faults.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

#define SHOWN extern "C" __attribute__((visibility("default")))

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace {

using namespace watchword::test;

call_faults* faults = nullptr;

template <class Function> Function real(const char* name)
{
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

__attribute__((constructor)) void connect()
{
    const char* const path = std::getenv("FAILING_CALLS");
    if (path == nullptr) return;
    void* warm_up[1];
    ::backtrace(warm_up, 1); // its first call allocates
    const int file = ::openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    void* const place = ::mmap(nullptr, sizeof(call_faults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (place == MAP_FAILED) ::abort();
    faults = static_cast<call_faults*>(place);
}

bool is_at(std::string_view path, database_file where)
{
    switch (where) {
    case database_file::any: return path.ends_with(".db") || path.ends_with(".db-wal") || path.ends_with(".db-shm");
    case database_file::main: return path.ends_with(".db");
    case database_file::log: return path.ends_with(".db-wal");
    case database_file::index: return path.ends_with(".db-shm");
    }
    return false;
}

struct file_name {
    char text[512];
    std::size_t size;

    explicit file_name(int descriptor)
    {
        char link[32];
        std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        const auto read = ::readlink(link, text, sizeof text);
        size = read > 0 ? static_cast<std::size_t>(read) : 0;
    }
    std::string_view view() const { return {text, size}; }
};

// Whether this call is the one. Leaves errno alone.
bool counts_down(call_fault& f)
{
    for (auto n = f.countdown.load(); n > 0;) {
        const std::int64_t next = n > 1 ? n - 1 : f.lasts ? 1 : 0;
        if (!f.countdown.compare_exchange_weak(n, next)) continue;
        if (n > 1) return false;
        ++f.failed;
        return true;
    }
    return false;
}

bool fails(fallible which, std::string_view path)
{
    auto& f = faults->calls[static_cast<std::size_t>(which)];
    if (!is_at(path, f.where)) return false;
    ++f.made;
    return counts_down(f);
}

int error_of(fallible which)
{
    return faults->calls[static_cast<std::size_t>(which)].error;
}

int sync(int descriptor, int (*really)(int))
{
    if (faults == nullptr) return really(descriptor);
    const int before = errno;
    const file_name name(descriptor);
    errno = before;
    const bool is_log = is_at(name.view(), database_file::log);
    if (is_log && faults->log_is_suspect) ++faults->syncs_of_suspect_log;
    if (!fails(fallible::sync, name.view())) return really(descriptor);
    if (is_log) faults->log_is_suspect = true;
    errno = error_of(fallible::sync);
    return -1;
}

using write_function = ssize_t (*)(int, const void*, size_t, off64_t);

ssize_t write_at(int descriptor, const void* bytes, size_t size, off64_t offset, write_function really)
{
    if (faults == nullptr || !fails(fallible::write, file_name(descriptor).view()))
        return really(descriptor, bytes, size, offset);
    errno = error_of(fallible::write);
    return errno == 0 ? really(descriptor, bytes, size / 2, offset) : -1;
}

using read_function = ssize_t (*)(int, void*, size_t, off64_t);

ssize_t read_at(int descriptor, void* bytes, size_t size, off64_t offset, read_function really)
{
    if (faults == nullptr || !fails(fallible::read, file_name(descriptor).view()))
        return really(descriptor, bytes, size, offset);
    errno = error_of(fallible::read);
    return -1;
}

using open_function = int (*)(const char*, int, ...);

int open_file(const char* path, int flags, mode_t mode, open_function really)
{
    if (faults == nullptr) return really(path, flags, mode);
    if (fails(fallible::open, path)) {
        errno = error_of(fallible::open);
        return -1;
    }
    const int descriptor = really(path, flags, mode);
    if (descriptor >= 0 && is_at(path, database_file::log)) faults->log_is_suspect = false;
    return descriptor;
}

using truncate_function = int (*)(int, off64_t);

int truncate(int descriptor, off64_t size, truncate_function really)
{
    if (faults == nullptr || !fails(fallible::truncate, file_name(descriptor).view())) return really(descriptor, size);
    errno = error_of(fallible::truncate);
    return -1;
}

// The offsets of the callers within their files, for addr2line.
void note_callers()
{
    void* frames[40];
    const int count = ::backtrace(frames, 40);
    std::size_t used = 0;
    auto& text = faults->where_memory_ended;
    for (int i = 2; i < count && used < text.size(); ++i) {
        Dl_info info{};
        if (::dladdr(frames[i], &info) == 0 || info.dli_fname == nullptr) continue;
        const char* const slash = std::strrchr(info.dli_fname, '/');
        const auto offset = static_cast<char*>(frames[i]) - static_cast<char*>(info.dli_fbase);
        const int size = std::snprintf(text.data() + used, text.size() - used, "%s+0x%tx ",
                                       slash ? slash + 1 : info.dli_fname, offset);
        used += static_cast<std::size_t>(std::max(size, 0));
    }
}

bool has_memory()
{
    if (faults == nullptr) return true;
    auto& f = faults->calls[static_cast<std::size_t>(fallible::allocate)];
    ++f.made;
    if (!counts_down(f)) return true;
    note_callers();
    errno = ENOMEM;
    return false;
}

void note_free()
{
    if (faults != nullptr) ++faults->given_back;
}

} // namespace

SHOWN int fdatasync(int descriptor)
{
    static const auto really = real<int (*)(int)>("fdatasync");
    return sync(descriptor, really);
}
SHOWN int fsync(int descriptor)
{
    static const auto really = real<int (*)(int)>("fsync");
    return sync(descriptor, really);
}
SHOWN ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset)
{
    static const auto really = real<write_function>("pwrite64");
    return write_at(descriptor, bytes, size, offset, really);
}
SHOWN ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset)
{
    return pwrite64(descriptor, bytes, size, offset);
}
SHOWN ssize_t pread64(int descriptor, void* bytes, size_t size, off64_t offset)
{
    static const auto really = real<read_function>("pread64");
    return read_at(descriptor, bytes, size, offset, really);
}
SHOWN ssize_t pread(int descriptor, void* bytes, size_t size, off_t offset)
{
    return pread64(descriptor, bytes, size, offset);
}
SHOWN int ftruncate64(int descriptor, off64_t size) noexcept
{
    static const auto really = real<truncate_function>("ftruncate64");
    return truncate(descriptor, size, really);
}
SHOWN int ftruncate(int descriptor, off_t size) noexcept
{
    return ftruncate64(descriptor, size);
}
SHOWN int open64(const char* path, int flags, ...)
{
    static const auto really = real<open_function>("open64");
    std::va_list more;
    va_start(more, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_file(path, flags, mode, really);
}
SHOWN int open(const char* path, int flags, ...)
{
    std::va_list more;
    va_start(more, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open64(path, flags, mode);
}

SHOWN void* malloc(std::size_t size)
{
    return has_memory() ? __libc_malloc(size) : nullptr;
}
SHOWN void* calloc(std::size_t count, std::size_t size)
{
    return has_memory() ? __libc_calloc(count, size) : nullptr;
}
SHOWN void* realloc(void* old, std::size_t size)
{
    if (!has_memory()) return nullptr;
    if (old != nullptr) note_free();
    return __libc_realloc(old, size);
}
SHOWN void free(void* memory)
{
    if (memory != nullptr) note_free();
    __libc_free(memory);
}
SHOWN void* memalign(std::size_t alignment, std::size_t size)
{
    return has_memory() ? __libc_memalign(alignment, size) : nullptr;
}
SHOWN void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    return memalign(alignment, size);
}
SHOWN int posix_memalign(void** place, std::size_t alignment, std::size_t size)
{
    void* const memory = memalign(alignment, size);
    if (memory == nullptr) return ENOMEM;
    *place = memory;
    return 0;
}
