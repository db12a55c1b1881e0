#include "store/unfinished_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <new>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::store {
namespace {

using std::filesystem::path;

[[noreturn]] void fail(const std::string& what, int code = errno)
{
    throw std::runtime_error(what + ": " + std::generic_category().message(code));
}

path directory_of(const path& file)
{
    const auto parent = file.parent_path();
    return parent.empty() ? path(".") : parent;
}

bool is_at(int descriptor, const path& name)
{
    struct stat opened {
    }, named{};
    return ::fstat(descriptor, &opened) == 0 && ::lstat(name.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

// Another program may have put its own in place between our open and our lock: then this is its file no more.
core::descriptor create(const path& name)
{
    for (int attempt = 0; attempt < 100; ++attempt) {
        core::descriptor file(
            ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600));
        if (file.get() < 0) fail("cannot write " + name.string());
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) throw std::runtime_error("another program is writing " + name.string());
            fail("cannot lock " + name.string());
        }
        if (!is_at(file.get(), name)) continue;
        struct stat status {};
        if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
            throw std::runtime_error(name.string() + " is in the way");
        if (status.st_uid != ::geteuid()) { // who could read it, whatever its mode is
            if (::unlink(name.c_str()) != 0) fail("cannot remove " + name.string());
            continue;
        }
        if (::ftruncate(file.get(), 0) != 0 || ::fchmod(file.get(), 0600) != 0) fail("cannot write " + name.string());
        return file;
    }
    throw std::runtime_error("other programs write " + name.string() + " again and again");
}

// renameat2 with flags that some file systems do not know.
bool rename_as(const path& from, const path& to, unsigned flags)
{
    return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
}

} // namespace

void sync_directory_of(const path& file)
{
    const auto directory = directory_of(file);
    const core::descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::fsync(opened.get()) != 0) fail("cannot sync the directory " + directory.string());
}

unfinished_file::unfinished_file(path place)
    : place_(std::move(place)), name_(place_.string() + ".unfinished"), file_(create(name_))
{
    remove_files_beside();
}

unfinished_file::~unfinished_file()
{
    if (name_.empty()) return;
    remove_files_beside();
    ::unlink(name_.c_str());
}

void unfinished_file::remove_files_beside() noexcept
try {
    for (const auto* suffix : {"-journal", "-wal", "-shm"}) ::unlink((name_.string() + suffix).c_str());
} catch (const std::bad_alloc&) { // whoever writes it next removes them
}

void unfinished_file::write(std::uint64_t offset, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto size = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<::off_t>(offset));
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) fail("cannot write " + name_.string(), size == 0 ? EIO : errno);
        bytes.remove_prefix(static_cast<std::size_t>(size));
        offset += static_cast<std::uint64_t>(size);
    }
}

void unfinished_file::set_owner(::uid_t user, ::gid_t group, ::mode_t mode)
{
    struct stat now {};
    if (::fstat(file_.get(), &now) != 0) fail("cannot examine " + name_.string());
    if ((now.st_uid != user || now.st_gid != group) && ::fchown(file_.get(), user, group) != 0)
        fail("cannot give " + name_.string() + " to the owner of the database");
    if (::fchmod(file_.get(), mode & 0777) != 0) fail("cannot set the mode of " + name_.string());
}

void unfinished_file::sync()
{
    if (::fsync(file_.get()) != 0) fail("cannot sync " + name_.string());
}

void unfinished_file::put_in_place(bool replace)
{
    remove_files_beside();
    bool done = rename_as(name_, place_, replace ? 0 : RENAME_NOREPLACE);
    if (!done && errno == EINVAL && !replace) {
        struct stat found {};
        if (::lstat(place_.c_str(), &found) == 0) fail(place_.string(), EEXIST);
        done = rename_as(name_, place_, 0);
    }
    if (!done) fail("cannot put " + name_.string() + " in place as " + place_.string());
    name_.clear();
    sync_directory_of(place_);
}

// In two steps, because the first makes nothing worse if it is the last: a copy has another name.
void unfinished_file::exchange_for_place(const path& kept)
{
    remove_files_beside();
    if (!rename_as(name_, kept, RENAME_NOREPLACE)) fail("cannot rename " + name_.string() + " to " + kept.string());
    name_ = kept;
    if (!rename_as(kept, place_, RENAME_EXCHANGE)) fail("cannot keep " + place_.string() + " as " + kept.string());
    name_.clear();
    sync_directory_of(place_);
}

} // namespace watchword::store
