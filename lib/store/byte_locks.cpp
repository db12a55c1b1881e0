#include "store/byte_locks.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>

namespace watchword::store {
namespace {

struct flock bytes(short type, off_t from, off_t count)
{
    struct flock l {};
    l.l_type = type;
    l.l_whence = SEEK_SET;
    l.l_start = from;
    l.l_len = count;
    return l;
}

} // namespace

bool try_lock_byte(int descriptor, off_t at, sharing s)
{
    auto wanted = bytes(s == sharing::shared ? F_RDLCK : F_WRLCK, at, 1);
    if (::fcntl(descriptor, F_OFD_SETLK, &wanted) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    throw std::system_error(errno, std::generic_category(), "the database file cannot be locked");
}

void unlock_byte(int descriptor, off_t at) noexcept
{
    auto given = bytes(F_UNLCK, at, 1);
    ::fcntl(descriptor, F_OFD_SETLK, &given);
}

std::optional<off_t> find_locked_byte(int descriptor, off_t from, off_t count) noexcept
{
    auto found = bytes(F_WRLCK, from, count);
    if (::fcntl(descriptor, F_OFD_GETLK, &found) != 0 || found.l_type == F_UNLCK) return std::nullopt;
    return found.l_start;
}

} // namespace watchword::store
