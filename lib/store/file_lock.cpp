#include "store/file_lock.hpp"

#include "core/descriptor.hpp"
#include "store/byte_locks.hpp"
#include "store/lock_places.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace watchword::store {
namespace {

using namespace lock_places;

core::descriptor open_and_lock(const std::filesystem::path& file)
{
    core::descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR));
    if (opened.get() < 0) {
        const int code = errno;
        if (code == ENOENT) refuse(file, "cannot be created: there is no directory " + file.parent_path().string());
        refuse(file, "cannot be opened for writing: " + why(code));
    }
    // is_held() of another process has the lock for a moment.
    int code = EWOULDBLOCK;
    for (int attempt = 0; attempt < 5 && code == EWOULDBLOCK; ++attempt) {
        if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        code = ::flock(opened.get(), LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    }
    if (code == EWOULDBLOCK) refuse(file, "is in use by another running Watchword");
    if (code != 0) refuse(file, "cannot be locked: " + why(code));
    return opened;
}

// Commands that came beside an owner who has gone are soon done.
void keep_guests_out(const std::filesystem::path& file, int descriptor)
{
    for (int attempt = 0; attempt < 200; ++attempt) {
        if (try_lock_byte(descriptor, guests, sharing::exclusive)) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    refuse(file, "is still being changed by a command of Watchword");
}

} // namespace

file_lock::file_lock(const std::filesystem::path& file)
{
    const std::lock_guard lock(held().mutex);
    // What was opened may have been put aside by a restore before it was locked: then the name leads elsewhere now.
    for (int attempt = 0; attempt < 100; ++attempt) {
        refuse_if_held(file);
        core::descriptor opened = open_and_lock(file);
        struct stat locked {
        }, named{};
        if (::fstat(opened.get(), &locked) != 0) refuse(file, "cannot be examined: " + why(errno));
        if (::stat(file.c_str(), &named) != 0 || id_of(named) != id_of(locked)) continue;
        keep_guests_out(file, opened.get());
        id_ = id_of(locked);
        held().ids.insert(id_);
        descriptor_ = opened.release();
        return;
    }
    refuse(file, "is replaced again and again");
}

file_lock::~file_lock()
{
    const std::lock_guard lock(held().mutex);
    held().ids.erase(id_);
    ::close(descriptor_);
}

void file_lock::admit_guests() noexcept
{
    if (phase_ == 0) move_to_phase(1);
    unlock_byte(descriptor_, guests);
}

bool file_lock::try_pause_guests()
{
    if (phase_ == 0) return true;
    return try_lock_byte(descriptor_, gate, sharing::exclusive) &&
           try_lock_byte(descriptor_, writing, sharing::exclusive);
}

void file_lock::resume_guests() noexcept
{
    if (phase_ == 0) return;
    unlock_byte(descriptor_, writing);
    unlock_byte(descriptor_, gate);
}

void file_lock::give_way() noexcept
{
    constexpr std::chrono::milliseconds longest{50};
    if (phase_ == 0) return;
    const auto end = std::chrono::steady_clock::now() + longest;
    while (find_locked_byte(descriptor_, writing, 1) && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void file_lock::begin_look() noexcept
{
    if (phase_ != 0) move_to_phase(phase_ + 2 - phase_ % 2); // the next even one
}

void file_lock::end_look() noexcept
{
    if (phase_ != 0) move_to_phase(phase_ + 1 - phase_ % 2);
}

// Never without one, so that nobody takes the owner for gone.
void file_lock::move_to_phase(std::int64_t next) noexcept
try {
    if (next == phase_ || !try_lock_byte(descriptor_, phases + next, sharing::exclusive)) return;
    if (phase_ != 0) unlock_byte(descriptor_, phases + phase_);
    phase_ = next;
} catch (const std::exception&) { // guests wait in vain then, and say so
}

bool file_lock::is_held(const std::filesystem::path& file) noexcept
try {
    const std::lock_guard lock(held().mutex);
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return false;
    if (held().ids.contains({found.st_dev, found.st_ino})) return true;
    const core::descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    return opened.get() >= 0 && ::flock(opened.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
} catch (const std::exception&) {
    return false;
}

} // namespace watchword::store
