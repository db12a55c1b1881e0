#include "store/sqlite.hpp"

#include "store/failure.hpp"
#include "store/file_lock.hpp"
#include "store/file_place.hpp"
#include "store/guest_lock.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <atomic>
#include <cctype>
#include <optional>
#include <stdexcept>
#include <thread>

namespace watchword::store {
namespace {

// SOCI takes options apart at spaces and quotation marks; what is between a pair of marks it leaves alone.
std::string connect_string(const std::filesystem::path& file, access a)
{
    return "dbname=\"" + file.string() + (a == access::read ? "\" readonly=1" : "\"");
}

// The database and the files beside it, which stay the same as long as a connection is open. The database's is used by
// every thread, the others by the writer alone.
struct used_files {
    file_place database, log, index;
    std::atomic<bool> has_writer{false};

    explicit used_files(const std::filesystem::path& file)
        : database(file), log(file.string() + "-wal"), index(file.string() + "-shm")
    {
        database.remember();
    }
};

struct data_version_query {
    long long version = 0;
    soci::statement statement;

    explicit data_version_query(soci::session& sql)
        : statement((sql.prepare << "PRAGMA data_version", soci::into(version)))
    {}
};

// That there is no other of its kind as long as it lives.
class only_writer {
public:
    explicit only_writer(std::atomic<bool>& taken) : taken_(taken)
    {
        if (taken.exchange(true)) throw std::logic_error("SQLite needs to have one connection that writes, not two");
    }
    ~only_writer() { taken_ = false; }
    only_writer(const only_writer&) = delete;
    only_writer& operator=(const only_writer&) = delete;

private:
    std::atomic<bool>& taken_;
};

// What lets this process write: as the file's owner, as a guest of it, or (both null) not at all.
struct file_locks {
    std::unique_ptr<file_lock> owner;
    std::unique_ptr<guest_lock> guest;
};

class sqlite_session final : public session {
public:
    // `used` and `locks` must outlive it.
    sqlite_session(const std::filesystem::path& file, access a, std::chrono::milliseconds timeout,
                   const checkpoint_settings& checkpoints, used_files& used, const file_locks& locks)
        : access_(a),
          timeout_(timeout),
          checkpoints_(checkpoints),
          used_(used),
          owner_(a == access::write ? locks.owner.get() : nullptr),
          guest_(a == access::write ? locks.guest.get() : nullptr)
    {
        if (a == access::write) only_.emplace(used.has_writer);
        require_unchanged();
        sql().open(soci::sqlite3, connect_string(file, a));
        handle_ = static_cast<soci::sqlite3_session_backend*>(sql().get_backend())->conn_;
        ending_.emplace(*this);
        sqlite_api::sqlite3_extended_result_codes(handle_, 1);
        set_busy_timeout(timeout);
        // The file may come from anywhere: its triggers and views get no dangerous functions.
        configure(SQLITE_DBCONFIG_DEFENSIVE, 1);
        configure(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
        if (a == access::write) {
            set_up_writer();
        } else {
            set_up_reader();
        }
    }

    // The last connection that uses the log deletes it, and that can be this one.
    ~sqlite_session() override
    {
        if (access_ == access::read) return;
        if (owner_) owner_->resume_guests(); // whom a checkpoint that could not be may have kept waiting
        used_.log.forget();
        used_.index.forget();
    }

    dialect kind() const noexcept override { return dialect::sqlite; }

    void execute(const std::string& statements) override
    {
        const int code = sqlite_api::sqlite3_exec(handle_, statements.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(handle_), code);
    }

    void begin() override
    {
        if (access_ == access::read) return execute("BEGIN");
        require_unchanged();
        if (guest_) guest_->begin_write(timeout_);
        if (owner_) owner_->give_way();
        try {
            execute("BEGIN IMMEDIATE");
        } catch (...) {
            end_write();
            throw;
        }
    }

    // What is in a file that nobody will find is not durable.
    void commit() override
    {
        execute("COMMIT");
        end_write();
        if (access_ == access::read) return;
        used_.log.remember();
        used_.index.remember();
        require_unchanged();
    }

    void rollback() override
    {
        session::rollback();
        end_write();
    }

    bool in_transaction() noexcept override { return sqlite_api::sqlite3_get_autocommit(handle_) == 0; }
    // BEGIN IMMEDIATE has done it.
    void lock_schema() override {}
    void lock_name(const std::string&) override {}

    bool has_table(const std::string& name) override
    {
        long long count = 0;
        sql() << "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name", soci::use(name),
            soci::into(count);
        return count != 0;
    }

    bool others_changed() override
    {
        if (access_ == access::write) require_unchanged();
        if (owner_) owner_->begin_look();
        auto& q = prepared<data_version_query>();
        fetch_one(q.statement);
        const bool changed = std::exchange(seen_version_, q.version) != q.version;
        others_wrote_ |= changed;
        return changed;
    }

    void end_look() noexcept override
    {
        if (owner_) owner_->end_look();
    }

    bool is_usable() noexcept override { return true; }

    bool checkpoint() override
    {
        if (guest_ || !is_checkpoint_due()) return false;
        if (owner_ && !owner_->try_pause_guests()) return false; // it stays due
        others_wrote_ = false;
        const bool restart = log_pages_ >= checkpoints_.restart;
        int pages = -1;
        set_busy_timeout(restart ? patience : std::chrono::milliseconds(0));
        const int code = sqlite_api::sqlite3_wal_checkpoint_v2(
            handle_, "main", restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages, nullptr);
        set_busy_timeout(timeout_);
        if (owner_) owner_->resume_guests();
        if (pages >= 0) log_pages_ = pages; // guests' among them
        next_checkpoint_ = log_pages_ + checkpoints_.every;
        if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
            throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(handle_), code);
        return true;
    }

    void optimize() override
    {
        if (!guest_) execute("PRAGMA analysis_limit = 400; PRAGMA optimize");
    }

    void reset_statements() noexcept override
    {
        for (auto* s = sqlite_api::sqlite3_next_stmt(handle_, nullptr); s != nullptr;
             s = sqlite_api::sqlite3_next_stmt(handle_, s))
            if (sqlite_api::sqlite3_stmt_busy(s) != 0) sqlite_api::sqlite3_reset(s);
    }

private:
    // That older states are read to their end, when the log is to begin anew. Writers wait meanwhile.
    static constexpr std::chrono::milliseconds patience{20};
    static constexpr std::uintmax_t page = 4096; // SQLite's ordinary one

    // SOCI loses a statement if it runs out of memory while it prepares it, and SQLite does not close a connection that
    // has one: it would be there for ever, with its files. A member, so that a constructor that fails ends them, too.
    class ending {
    public:
        explicit ending(sqlite_session& s) noexcept : session_(s) {}
        ~ending()
        {
            session_.forget_prepared();
            while (auto* const lost = sqlite_api::sqlite3_next_stmt(session_.handle_, nullptr))
                sqlite_api::sqlite3_finalize(lost);
        }
        ending(const ending&) = delete;
        ending& operator=(const ending&) = delete;

    private:
        sqlite_session& session_;
    };

    // After a transaction, whatever became of it.
    void end_write() noexcept
    {
        if (guest_ && !in_transaction()) guest_->end_write();
    }

    // Own commits are counted. After others' the log is at most as large as its file, which is seldom shortened.
    bool is_checkpoint_due() const
    {
        if (log_pages_ >= next_checkpoint_) return true;
        if (!others_wrote_ || !owner_) return false;
        std::error_code none;
        const auto size = std::filesystem::file_size(used_.log.file(), none);
        return !none && size / page >= static_cast<std::uintmax_t>(checkpoints_.every);
    }

    void configure(int option, int value)
    {
        int now = -1;
        if (sqlite_api::sqlite3_db_config(handle_, option, value, &now) != SQLITE_OK || now != value)
            throw soci::soci_error("SQLite does not accept option " + std::to_string(option));
    }

    void set_busy_timeout(std::chrono::milliseconds t) noexcept
    {
        sqlite_api::sqlite3_busy_timeout(handle_, static_cast<int>(t.count()));
    }

    // After each commit: how many pages the log has.
    static int note_log_pages(void* self, sqlite_api::sqlite3*, const char*, int pages) noexcept
    {
        auto& me = *static_cast<sqlite_session*>(self);
        if (pages < me.log_pages_) me.next_checkpoint_ = me.checkpoints_.every; // it has begun anew
        me.log_pages_ = pages;
        return SQLITE_OK;
    }

    void require(const std::string& pragma, const std::string& value)
    {
        execute("PRAGMA " + pragma + " = " + value);
        std::string now;
        sql() << "PRAGMA " + pragma, soci::into(now);
        if (now != value) throw soci::soci_error("SQLite does not accept " + pragma + " = " + value);
    }

    void require_unchanged()
    {
        if (used_.database.has_changed()) fail_changed(used_.database);
        if (access_ == access::read) return;
        for (const auto* beside : {&used_.log, &used_.index}) {
            if (!beside->has_changed()) continue;
            // Whoever has them open still sees what they hold, and can save it into the database.
            if (handle_) sqlite_api::sqlite3_exec(handle_, "PRAGMA wal_checkpoint(FULL)", nullptr, nullptr, nullptr);
            fail_changed(*beside);
        }
    }

    [[noreturn]] static void fail_changed(const file_place& p)
    {
        throw soci::soci_error(p.file().string() + " was moved, replaced or deleted while it was in use");
    }

    void set_up_writer()
    {
        require("cache_size", "-16384"); // KiB: the inner pages of all indexes of ten million users, and more
        require("journal_mode", "wal");
        require("synchronous", "2"); // FULL: a commit is on the disk when it returns
        require("foreign_keys", "1");
        require("journal_size_limit", "67108864");
        // Checkpoints wait until the committed have been told; the hook takes the place of the automatic ones.
        sqlite_api::sqlite3_wal_hook(handle_, note_log_pages, this);
        if (!guest_) return;
        configure(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
        sqlite_api::sqlite3_busy_handler(handle_, wait_for_turn, this);
    }

    // Often enough for the moment that file_lock::give_way leaves.
    static int wait_for_turn(void* self, int times) noexcept
    {
        constexpr std::chrono::milliseconds between{2};
        if (times * between >= static_cast<const sqlite_session*>(self)->timeout_) return 0;
        std::this_thread::sleep_for(between);
        return 1;
    }

    void set_up_reader()
    {
        require("cache_size", "-4096"); // KiB; there are several, and a long list would fill each of them
        configure(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
        require("wal_autocheckpoint", "0");
        require("query_only", "1");
    }

    const access access_;
    const std::chrono::milliseconds timeout_;
    const checkpoint_settings checkpoints_;
    used_files& used_;
    file_lock* const owner_; // of these two, at least one is null
    guest_lock* const guest_;
    std::optional<only_writer> only_;
    bool others_wrote_ = false; // since the last checkpoint
    sqlite_api::sqlite3* handle_ = nullptr;
    long long seen_version_ = -1;
    int log_pages_ = 0, next_checkpoint_ = checkpoints_.every;
    std::optional<ending> ending_; // before all that it needs
};

class sqlite_backend final : public backend {
public:
    // `name`: what SQLite is told, if that is not the file.
    sqlite_backend(std::filesystem::path file, std::chrono::milliseconds timeout, file_locks l,
                   const checkpoint_settings& c = {}, const std::filesystem::path& name = {})
        : file_(std::move(file)),
          name_(name.empty() ? file_ : name),
          timeout_(timeout),
          checkpoints_(c),
          locks_(std::move(l)),
          used_(file_)
    {
        if (locks_.owner) refuse_lost_database();
    }

    dialect kind() const noexcept override { return dialect::sqlite; }

    std::unique_ptr<session> connect(access a) const override
    try {
        return std::make_unique<sqlite_session>(name_, a, timeout_, checkpoints_, used_, locks_);
    } catch (const soci::soci_error& e) {
        throw std::runtime_error(explain(e));
    }

    bool is_guest() const noexcept override { return locks_.guest != nullptr; }
    bool is_noted(std::chrono::milliseconds limit) const override
    {
        return !locks_.guest || locks_.guest->await_look(limit);
    }
    void admit_guests() noexcept override
    {
        if (locks_.owner) locks_.owner->admit_guests();
    }

private:
    // SQLite takes the log for a leftover then and deletes it, and with it everything that is only there.
    void refuse_lost_database() const
    {
        const std::string log = file_.string() + "-wal";
        std::error_code none;
        const auto has_bytes = [&none](const std::filesystem::path& p) {
            const auto size = std::filesystem::file_size(p, none);
            return !none && size != 0;
        };
        if (!has_bytes(file_) && has_bytes(log))
            throw std::runtime_error("the database " + file_.string() + " is empty, but there is a write-ahead log, " +
                                     log + ", that is not: put the database back, or the log away");
    }

    std::string explain(const soci::soci_error& e) const
    {
        const std::string name = "the database " + file_.string();
        switch (sqlite_code(e) & 0xff) {
        case SQLITE_NOTADB: return name + " is not a SQLite database";
        case SQLITE_CORRUPT: return name + " is damaged: " + describe(e);
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return name + " is held by another program that is using it";
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
            return name + " cannot be written: the directory must be writable too, for the files beside it (" +
                   describe(e) + ")";
        }
        return name + " cannot be opened: " + describe(e);
    }

    const std::filesystem::path file_, name_;
    const std::chrono::milliseconds timeout_;
    const checkpoint_settings checkpoints_;
    const file_locks locks_; // sessions close before them: see file_lock
    mutable used_files used_;
};

std::filesystem::path checked(const std::filesystem::path& file)
{
    const std::string name = file.string();
    if (name.empty() || name == ":memory:" || name.starts_with("//"))
        throw std::runtime_error("the database must be a file: sqlite:FILE");
    if (name.find_first_of(std::string_view("\"\0", 2)) != name.npos)
        throw std::runtime_error("the name of a SQLite database cannot hold a quotation mark");
    return std::filesystem::absolute(file);
}

std::filesystem::path checked_existing(const std::filesystem::path& file)
{
    auto name = checked(file);
    std::error_code failure;
    if (!std::filesystem::is_regular_file(name, failure))
        throw std::runtime_error("there is no database " + name.string());
    return name;
}

// See sqlite.org/uri.html.
std::string immutable_uri(const std::filesystem::path& file)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string uri = "file://";
    for (const char c : file.string()) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = std::isalnum(byte) != 0 || std::string_view("/._-").find(c) != std::string_view::npos;
        if (is_plain)
            uri.push_back(c);
        else
            uri.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
    return uri + "?immutable=1";
}

} // namespace

std::unique_ptr<backend> open_sqlite(const std::filesystem::path& file, std::chrono::milliseconds timeout,
                                     const checkpoint_settings& checkpoints)
{
    const auto name = checked(file);
    file_locks locks;
    locks.owner = std::make_unique<file_lock>(name);
    return std::make_unique<sqlite_backend>(name, timeout, std::move(locks), checkpoints);
}

std::unique_ptr<backend> open_sqlite_beside_owner(const std::filesystem::path& file, std::chrono::milliseconds timeout)
{
    const auto name = checked(file);
    // An owner may come or go meanwhile.
    for (int attempt = 0;; ++attempt) {
        if (auto guest = guest_lock::join(name, timeout))
            return std::make_unique<sqlite_backend>(name, timeout, file_locks{nullptr, std::move(guest)});
        try {
            return open_sqlite(name, timeout);
        } catch (const std::runtime_error&) {
            if (attempt == 2 || !file_lock::is_held(name)) throw;
        }
    }
}

std::unique_ptr<backend> open_sqlite_unlocked(const std::filesystem::path& file, std::chrono::milliseconds timeout)
{
    return std::make_unique<sqlite_backend>(checked_existing(file), timeout, file_locks{});
}

std::unique_ptr<backend> open_sqlite_at_rest(const std::filesystem::path& file, std::chrono::milliseconds timeout)
{
    const auto name = checked_existing(file);
    return std::make_unique<sqlite_backend>(name, timeout, file_locks{}, checkpoint_settings{}, immutable_uri(name));
}

} // namespace watchword::store
