#include "store/backup.hpp"

#include "store/database_checks.hpp"
#include "store/sqlite_copy.hpp"
#include "store/unfinished_file.hpp"

#include <cerrno>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>

namespace watchword::store {
namespace {

using std::filesystem::path;

bool same_file(const struct stat& a, const struct stat& b)
{
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Without the links and dots in its directory: a name that does not exist yet can be compared.
path plain_name(const path& file)
{
    std::error_code failure;
    const auto absolute = std::filesystem::absolute(file);
    const auto directory = std::filesystem::weakly_canonical(absolute.parent_path(), failure);
    return failure ? absolute : directory / absolute.filename();
}

void refuse_place(const backup_request& r)
{
    const std::string name = r.file.string();
    struct stat database {
    }, there{};
    if (::stat(r.database.c_str(), &database) != 0) {
        if (errno == ENOENT) throw std::runtime_error("there is no database " + r.database.string());
        throw std::runtime_error("the database " + r.database.string() +
                                 " cannot be read: " + std::generic_category().message(errno));
    }
    if (!S_ISREG(database.st_mode)) throw std::runtime_error("the database " + r.database.string() + " is not a file");
    if (r.file.filename().empty()) throw std::runtime_error("'" + name + "' is not the name of a file");
    for (const auto* suffix : {"", "-wal", "-shm", "-journal"})
        for (const auto& mine : {r.database, std::filesystem::weakly_canonical(r.database)})
            if (plain_name(r.file) == plain_name(mine).string() + suffix)
                throw std::runtime_error(name + " belongs to the database itself");
    if (::stat(r.file.c_str(), &there) == 0 && same_file(database, there))
        throw std::runtime_error(name + " is the database itself, under another name");
    if (::lstat(r.file.c_str(), &there) != 0) return;
    if (!S_ISREG(there.st_mode)) throw std::runtime_error(name + " is there, and is not a file");
    if (!r.replace) throw std::runtime_error(name + " is there already; --force replaces it");
}

} // namespace

backup_result back_up(const backup_request& r, watcher& w)
{
    refuse_place(r);
    unfinished_file copy(r.file);
    copy_sqlite(r.database, reading::shared, copy.name(), r.timeout, w);
    const auto found = check_sqlite_file(copy.name(), depth::structure, w);
    if (!found.problems.empty())
        throw std::runtime_error("the database " + r.database.string() +
                                 " is not fit to be backed up: " + found.problems.front() + "; see watchword check");
    w.throw_if_stopped();
    w.begin("syncing", watcher::unit::unknown, 0);
    copy.sync();
    copy.put_in_place(r.replace);
    return {found.users, found.bytes};
}

} // namespace watchword::store
