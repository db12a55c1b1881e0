// For LD_PRELOAD: as on a disk whose flushes take SLOW_FLUSH_MICROSECONDS longer. What is flushed is as safe as
// ever.
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>

namespace {

using flush = int (*)(int);

void wait()
{
    static const long microseconds = [] {
        const char* const text =
            std::getenv("SLOW_FLUSH_MICROSECONDS"); // NOLINT(concurrency-mt-unsafe): nobody sets it
        return text != nullptr ? std::strtol(text, nullptr, 10) : 0L;
    }();
    std::timespec left{microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
    while (::nanosleep(&left, &left) != 0) {
    }
}

} // namespace

extern "C" __attribute__((visibility("default"))) int fsync(int file)
{
    static const auto real = reinterpret_cast<flush>(::dlsym(RTLD_NEXT, "fsync"));
    wait();
    return real(file);
}

extern "C" __attribute__((visibility("default"))) int fdatasync(int file)
{
    static const auto real = reinterpret_cast<flush>(::dlsym(RTLD_NEXT, "fdatasync"));
    wait();
    return real(file);
}
