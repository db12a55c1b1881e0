#include "store/backup.hpp"
#include "store/database_checks.hpp"
#include "store/file_lock.hpp"
#include "store/sqlite_copy.hpp"
#include "store/unfinished_file.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::store {
namespace {

using std::filesystem::path;

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what);
}

struct stat examine(const path& file)
{
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
        if (errno == ENOENT) fail("there is no file " + file.string());
        fail(file.string() + " cannot be read: " + std::generic_category().message(errno));
    }
    if (!S_ISREG(found.st_mode)) fail(file.string() + " is not a file");
    return found;
}

path beside(const path& file, const char* suffix)
{
    return file.string() + suffix;
}

bool is_there(const path& file)
{
    struct stat found {};
    return ::lstat(file.c_str(), &found) == 0;
}

bool unchanged(const struct stat& a, const struct stat& b)
{
    return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// Files beside a backup would hold changes that are not in it yet.
void copy_backup(const restore_request& r, const path& to, watcher& w)
{
    const auto before = examine(r.file);
    if (before.st_size == 0) fail(r.file.string() + " is empty");
    const bool alone = !is_there(beside(r.file, "-wal")) && !is_there(beside(r.file, "-journal"));
    copy_sqlite(r.file, alone ? reading::untouched : reading::shared, to, r.timeout, w);
    if (alone && !unchanged(before, examine(r.file))) fail(r.file.string() + " was changed while it was read");
}

void require_sound(const path& file, const findings& found)
{
    if (found.problems.empty()) return;
    std::string all = file.string() + " is not fit to be restored: " + found.problems.front();
    if (found.problems.size() > 1) all += " (and " + std::to_string(found.problems.size() - 1) + " more)";
    fail(all);
}

struct close_handle {
    void operator()(::sqlite3* h) const noexcept { ::sqlite3_close_v2(h); }
};

// The database that is there, which we have locked. A write-ahead log or journal of it must never come to lie beside
// another database, for SQLite would mix them. So what they hold is put into the file first, and they are gone.
class old_database {
public:
    // Whoever else uses it makes this fail; until the end of the object nobody can.
    old_database(const path& file, std::chrono::milliseconds timeout) : file_(file)
    {
        ::sqlite3* raw = nullptr;
        int code = ::sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
        handle_.reset(raw);
        if (code == SQLITE_OK) {
            ::sqlite3_busy_timeout(raw, static_cast<int>(timeout.count()));
            // Of a damaged one nothing is touched.
            ::sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
            code = ::sqlite3_exec(raw, "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE",
                                  nullptr, nullptr, nullptr);
        }
        const std::string message = raw ? ::sqlite3_errmsg(raw) : "no memory";
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) fail("another program is using " + file.string());
        is_damaged_ = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
        if (code != SQLITE_OK && !is_damaged_) fail(file.string() + " cannot be put aside: " + message);
        if (is_damaged_) handle_.reset();
    }

    bool is_damaged() const noexcept { return is_damaged_; }

private:
    const path file_;
    std::unique_ptr<::sqlite3, close_handle> handle_;
    bool is_damaged_ = false;
};

// For one that SQLite cannot open: nothing is lost if these names stand alone for a moment, and no server starts.
void move_files_beside(const path& from, const path& to)
{
    for (const auto* suffix : {"-wal", "-journal"})
        if (::rename(beside(from, suffix).c_str(), beside(to, suffix).c_str()) != 0 && errno != ENOENT)
            fail(beside(from, suffix).string() + " cannot be moved: " + std::generic_category().message(errno));
    ::unlink(beside(from, "-shm").c_str());
    sync_directory_of(from);
}

void require_no_files_beside(const path& database)
{
    for (const auto* suffix : {"-wal", "-journal"})
        if (is_there(beside(database, suffix)))
            fail(beside(database, suffix).string() + " is left over from another database: move it away");
}

// As the database was, or, if there is none, as its directory.
void give_to_owner(unfinished_file& fresh, const struct stat& old, const path& database)
{
    struct stat owner = old;
    if (old.st_size == 0) {
        const auto directory = std::filesystem::absolute(database).parent_path();
        if (::stat(directory.c_str(), &owner) != 0) return;
        owner.st_mode = 0600;
    }
    const bool root = ::geteuid() == 0;
    fresh.set_owner(root ? owner.st_uid : ::geteuid(), root ? owner.st_gid : ::getegid(), owner.st_mode);
}

restore_result restore_into_locked(const restore_request& r, const path& database, watcher& w)
{
    const auto old = examine(database);
    const bool replaces = old.st_size != 0;
    if (replaces && !r.replace)
        fail("there is a database " + database.string() + " already; --force replaces it, and keeps it beside");
    const path kept = database.string() + ".before-restore-" + r.kept_mark;
    if (replaces && is_there(kept)) fail(kept.string() + " is there already");

    unfinished_file fresh(database);
    copy_backup(r, fresh.name(), w);
    const auto found = check_sqlite_file(fresh.name(), depth::structure, w);
    require_sound(r.file, found);
    give_to_owner(fresh, old, database);
    w.begin("syncing", watcher::unit::unknown, 0);
    fresh.sync();
    w.throw_if_stopped();

    if (!replaces) {
        require_no_files_beside(database);
        fresh.put_in_place(true);
        return {{found.users, found.bytes}, std::nullopt};
    }
    w.begin("putting the old database aside", watcher::unit::unknown, 0);
    const old_database put_aside(database, r.timeout);
    if (put_aside.is_damaged()) move_files_beside(database, kept);
    require_no_files_beside(database);
    sync_directory_of(database); // that they are gone must not be lost with the machine's power
    fresh.exchange_for_place(kept);
    return {{found.users, found.bytes}, kept};
}

} // namespace

restore_result restore(const restore_request& r, watcher& w)
{
    // Through links: it is the file that is replaced, not its name.
    const auto database = std::filesystem::weakly_canonical(std::filesystem::absolute(r.database));
    const auto source = examine(r.file);
    struct stat old {};
    const bool was_there = ::stat(database.c_str(), &old) == 0;
    if (was_there && old.st_dev == source.st_dev && old.st_ino == source.st_ino)
        fail(r.file.string() + " is the database itself");

    const file_lock lock(database); // must outlive SQLite's connections to it
    try {
        return restore_into_locked(r, database, w);
    } catch (...) {
        if (!was_there) ::unlink(database.c_str()); // the lock has made it
        throw;
    }
}

} // namespace watchword::store
