#include "store/file_lock.hpp"

#include "core/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
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

} // namespace

file_lock::file_lock(const std::filesystem::path& file)
{
    const std::lock_guard lock(held().mutex);
    struct stat found {};
    if (::stat(file.c_str(), &found) == 0) {
        if (!S_ISREG(found.st_mode)) refuse(file, "is not a file");
        if (held().ids.contains({found.st_dev, found.st_ino})) refuse(file, "is already open in this process");
    }
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR);
    if (descriptor_ < 0) {
        const int code = errno;
        if (code == ENOENT) refuse(file, "cannot be created: there is no directory " + file.parent_path().string());
        refuse(file, "cannot be opened for writing: " + why(code));
    }
    try {
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
            const int code = errno;
            if (code == EWOULDBLOCK) refuse(file, "is in use by another running Watchword");
            refuse(file, "cannot be locked: " + why(code));
        }
        if (::fstat(descriptor_, &found) != 0) refuse(file, "cannot be examined: " + why(errno));
        id_ = {found.st_dev, found.st_ino};
        held().ids.insert(id_);
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
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
