#include "store/file_lock.hpp"

#include "core/descriptor.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace watchword::store {
namespace {

// What fcntl's locks are bound to is the process, so this is too.
struct held_files {
    std::mutex mutex;
    std::set<std::pair<dev_t, ino_t>> ids; // guarded by mutex
};

held_files& held()
{
    static held_files instance;
    return instance;
}

std::string why(int code)
{
    return std::generic_category().message(code);
}

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& reason)
{
    throw std::runtime_error("the database " + file.string() + " " + reason);
}

std::pair<dev_t, ino_t> id_of(const struct stat& status)
{
    return {status.st_dev, status.st_ino};
}

// With the mutex locked. Before anything is opened: to close it would cost the other owner his locks.
void refuse_if_held(const std::filesystem::path& file)
{
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return;
    if (!S_ISREG(found.st_mode)) refuse(file, "is not a file");
    if (held().ids.contains(id_of(found))) refuse(file, "is already open in this process");
}

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
