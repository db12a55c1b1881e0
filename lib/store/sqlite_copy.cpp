#include "store/sqlite_copy.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace watchword::store {
namespace {

constexpr int pages_a_step = 256;

struct close_handle {
    void operator()(::sqlite3* h) const noexcept { ::sqlite3_close_v2(h); }
};
struct finish_backup {
    void operator()(::sqlite3_backup* b) const noexcept { ::sqlite3_backup_finish(b); }
};
struct end_statement {
    void operator()(::sqlite3_stmt* s) const noexcept { ::sqlite3_finalize(s); }
};
using handle = std::unique_ptr<::sqlite3, close_handle>;

// Only SQLite's message and code, for whoever knows which file it was about.
struct sqlite_failure {
    int code;
    std::string message;
};

[[noreturn]] void fail(::sqlite3* h)
{
    const int system = ::sqlite3_system_errno(h);
    std::string message = ::sqlite3_errmsg(h);
    if (system != 0) message += " (" + std::generic_category().message(system) + ")";
    throw sqlite_failure{::sqlite3_extended_errcode(h), message};
}

void execute(const handle& h, const char* statements)
{
    if (::sqlite3_exec(h.get(), statements, nullptr, nullptr, nullptr) != SQLITE_OK) fail(h.get());
}

// The first column of the first row.
std::string ask(const handle& h, const char* question)
{
    ::sqlite3_stmt* prepared = nullptr;
    if (::sqlite3_prepare_v2(h.get(), question, -1, &prepared, nullptr) != SQLITE_OK) fail(h.get());
    const std::unique_ptr<::sqlite3_stmt, end_statement> statement(prepared);
    if (::sqlite3_step(prepared) != SQLITE_ROW) fail(h.get());
    const auto* const text = reinterpret_cast<const char*>(::sqlite3_column_text(prepared, 0));
    return text ? text : "";
}

handle open(const std::string& name, int flags)
{
    ::sqlite3* raw = nullptr;
    const int code = ::sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
    handle opened(raw);
    if (!raw) throw std::bad_alloc();
    if (code != SQLITE_OK) fail(raw);
    ::sqlite3_extended_result_codes(raw, 1);
    return opened;
}

std::string immutable_uri(const std::filesystem::path& file)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(file).string()) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/';
        const auto byte = static_cast<unsigned char>(c);
        if (plain) {
            uri += c;
        } else {
            uri += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return uri + "?immutable=1";
}

// SQLite before 3.51.3 can lose commits if a second connection writes or checkpoints: this one must not, nor when it
// is closed.
handle open_to_read(const std::filesystem::path& file, reading how, std::chrono::milliseconds timeout)
{
    auto h = how == reading::shared ? open(file.string(), SQLITE_OPEN_READONLY)
                                    : open(immutable_uri(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    ::sqlite3_db_config(h.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    ::sqlite3_db_config(h.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    ::sqlite3_db_config(h.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    ::sqlite3_busy_timeout(h.get(), static_cast<int>(timeout.count()));
    execute(h, "PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = 1");
    return h;
}

// Files are opened by name, one after the other: had another database been put in place of this one in between, its
// write-ahead log would be taken for this one's.
void require_in_place(const handle& h, const std::filesystem::path& file)
{
    int moved = 0;
    ::sqlite3_file_control(h.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved != 0) throw std::runtime_error("the database " + file.string() + " was just replaced: try again");
}

handle open_snapshot(const std::filesystem::path& file, reading how, std::chrono::milliseconds timeout)
try {
    auto h = open_to_read(file, how, timeout);
    execute(h, "BEGIN; SELECT count(*) FROM sqlite_master");
    if (how == reading::shared) require_in_place(h, file);
    return h;
} catch (const sqlite_failure& f) {
    throw std::runtime_error(explain_reading(file, f.code, f.message));
}

// A journal would protect a file that is thrown away if anything fails.
handle open_to_fill(const std::filesystem::path& file)
{
    auto h = open(file.string(), SQLITE_OPEN_READWRITE);
    execute(h, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    return h;
}

void copy_pages(const handle& from, const handle& to, watcher& w)
{
    const auto page_size = std::stoull(ask(from, "PRAGMA page_size"));
    const auto pages = std::stoull(ask(from, "PRAGMA page_count"));
    std::unique_ptr<::sqlite3_backup, finish_backup> backup(
        ::sqlite3_backup_init(to.get(), "main", from.get(), "main"));
    if (!backup) fail(to.get());
    w.begin("copying", watcher::unit::bytes, pages * page_size);
    for (int code = SQLITE_OK; code != SQLITE_DONE;) {
        w.throw_if_stopped();
        code = ::sqlite3_backup_step(backup.get(), pages_a_step);
        if (code != SQLITE_OK && code != SQLITE_DONE) {
            backup.reset(); // tells the handle what was wrong
            fail(to.get());
        }
        const auto left = static_cast<std::uint64_t>(::sqlite3_backup_remaining(backup.get()));
        w.advance((pages - std::min<std::uint64_t>(left, pages)) * page_size);
    }
}

// The copy has been told by its first page that it has a write-ahead log.
void make_single_file(const std::filesystem::path& file)
{
    const auto h = open(file.string(), SQLITE_OPEN_READWRITE);
    execute(h, "PRAGMA synchronous = OFF");
    const auto mode = ask(h, "PRAGMA journal_mode = DELETE");
    if (mode != "delete") throw sqlite_failure{SQLITE_ERROR, "its journal mode remains " + mode};
}

} // namespace

void copy_sqlite(const std::filesystem::path& from, reading how, const std::filesystem::path& to,
                 std::chrono::milliseconds timeout, watcher& w)
{
    const auto source = open_snapshot(from, how, timeout);
    try {
        copy_pages(source, open_to_fill(to), w);
        make_single_file(to);
    } catch (const sqlite_failure& f) {
        switch (f.code & 0xff) {
        case SQLITE_FULL: throw std::runtime_error("cannot write " + to.string() + ": there is no space left");
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: throw std::runtime_error(explain_reading(from, f.code, f.message));
        }
        throw std::runtime_error("cannot copy " + from.string() + " to " + to.string() + ": " + f.message);
    }
    if (how == reading::shared) require_in_place(source, from);
}

std::string explain_reading(const std::filesystem::path& file, int code, const std::string& message)
{
    const std::string name = "the database " + file.string();
    switch (code) {
    case SQLITE_READONLY_ROLLBACK:
        return name + " was left in the middle of a change by another program, which must open it first";
    case SQLITE_READONLY_CANTINIT:
    case SQLITE_READONLY_RECOVERY:
        return name + " cannot be read: the directory must be writable, for the files beside it";
    }
    switch (code & 0xff) {
    case SQLITE_NOTADB: return name + " is not a SQLite database";
    case SQLITE_CORRUPT: return name + " is damaged: " + message;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return name + " is held by another program that is changing it";
    case SQLITE_CANTOPEN:
        return name + " cannot be read: it, or the directory for the files beside it, is not accessible (" + message +
               ")";
    }
    return name + " cannot be read: " + message;
}

} // namespace watchword::store
