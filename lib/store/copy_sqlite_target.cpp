#include "store/copy_sqlite.hpp"
#include "store/copy_target.hpp"
#include "store/failure.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"
#include "store/sqlite.hpp"
#include "store/unfinished_file.hpp"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <sys/stat.h>

namespace watchword::store {
namespace {

using std::filesystem::path;

constexpr int rows_a_transaction = 10'000;

[[noreturn]] void refuse(const path& file, const std::string& reason)
{
    throw std::runtime_error("the target " + file.string() + " " + reason);
}

// The file of the target, locked as a server would lock it. If it had to be made for that, it goes again.
class locked_place {
public:
    explicit locked_place(const database_settings& s)
        : made_(!std::filesystem::exists(s.url.substr(7))),
          lock_(open_backend(s)),
          file_(std::filesystem::canonical(s.url.substr(7)))
    {}
    ~locked_place()
    {
        std::error_code ignored;
        if (made_) std::filesystem::remove(file_, ignored);
    }
    locked_place(const locked_place&) = delete;
    locked_place& operator=(const locked_place&) = delete;

    const path& file() const noexcept { return file_; }
    const backend& owner() const noexcept { return *lock_; }
    void keep() noexcept { made_ = false; }

private:
    bool made_;
    const std::unique_ptr<backend> lock_;
    const path file_;
};

struct name_query {
    std::string name;
    soci::statement statement;

    explicit name_query(soci::session& sql)
        : statement((sql.prepare << "SELECT name FROM sqlite_master WHERE type IN ('table', 'view', 'trigger') "
                                    "AND name NOT LIKE 'sqlite~_%' ESCAPE '~'",
                     soci::into(name)))
    {}
};

bool is_own(const std::string& name)
{
    const auto all = copied_tables();
    return name == "watchword_migration" || name == "watchword_audit_unchanged" || name == "watchword_audit_kept" ||
           std::any_of(all.begin(), all.end(), [&](const copied_table& t) { return t.name == name; });
}

// The file will be replaced: nothing may be in it that anybody could miss.
void require_nothing_to_lose(session& s, const path& file)
{
    schema_version(s, migrations_for(dialect::sqlite));
    auto& q = s.prepared<name_query>();
    q.statement.execute();
    while (q.statement.fetch())
        if (!is_own(q.name)) refuse(file, "holds more than Watchword's tables: " + q.name);
    if (!s.has_table("user")) return;
    long long users = 0;
    s.sql() << "SELECT count(*) FROM (SELECT 1 FROM \"user\" LIMIT 1)", soci::into(users);
    if (users != 0) refuse(file, "has users already: only an empty database can be filled");
}

// A program that has the file open, or had and was killed.
bool has_companions(const path& file)
{
    return std::filesystem::exists(file.string() + "-wal") || std::filesystem::exists(file.string() + "-journal");
}

// A database that is there already may take part only as the place for the new one.
void prepare_place(const locked_place& place, const database_settings& settings)
try {
    if (std::filesystem::file_size(place.file()) == 0 && !has_companions(place.file())) return;
    {
        const auto reading = open_backend_for_reading(settings);
        const auto reader = reading->connect(access::read);
        require_nothing_to_lose(*reader, place.file());
    }
    place.owner().connect(access::write); // and closed again: that empties the log
    if (has_companions(place.file())) refuse(place.file(), "is held by another program that is using it");
} catch (const soci::soci_error& e) {
    refuse(place.file(), "cannot be used: " + describe(e));
}

// A new file beside the target, which it replaces in the end. It has no journal: whatever happens, it is thrown away.
class sqlite_target final : public copy_target {
public:
    sqlite_target(const database_settings& settings, refusal_listener& listener) : listener_(listener), place_(settings)
    {
        prepare_place(place_, settings);
        size_ = std::filesystem::file_size(place_.file());
        file_.emplace(place_.file());
        opened_ = open_sqlite_unlocked(file_->name(), settings.timeout);
        migrate(*opened_->connect(access::write), migrations_for(dialect::sqlite));
        connect();
        for (const auto& t : copied_tables()) execute(handle_.get(), "DELETE FROM " + quoted(t.name));
    }

    void begin(const copied_table& t) override
    {
        table_ = &t;
        std::string values;
        for (std::size_t i = 1; i <= t.columns.size(); ++i) values += (i > 1 ? ", ?" : "?") + std::to_string(i);
        const std::string parent = t.parent.empty() ? "1"
                                                    : "EXISTS (SELECT 1 FROM " + quoted(t.parent) + " WHERE id = ?" +
                                                          std::to_string(t.reference + 1) + ")";
        // Without a journal no statement may fail halfway: what cannot be is not tried.
        statement_ = prepare(handle_.get(), "INSERT INTO " + quoted(t.name) + " (" + column_list(t) + ") SELECT " +
                                                values + " WHERE " + parent + " ON CONFLICT DO NOTHING");
        execute(handle_.get(), "BEGIN");
        rows_ = 0;
    }

    std::string_view objection(std::size_t column, const stored_value& v) const override
    {
        if (v.bytes.size() >= longest_) return "it is longer than SQLite allows";
        return general_objection(table_->columns[column], v);
    }

    void add(const stored_row& row, const row_checksum& checksum) override
    {
        for (std::size_t i = 0; i < row.size(); ++i) bind(static_cast<int>(i) + 1, row[i]);
        const int code = sqlite_api::sqlite3_step(statement_.get());
        sqlite_api::sqlite3_reset(statement_.get());
        if (code != SQLITE_DONE) {
            if ((code & 0xff) != SQLITE_CONSTRAINT && (code & 0xff) != SQLITE_TOOBIG) fail(handle_.get());
            listener_.refused(printable(row.front()), sqlite_api::sqlite3_errmsg(handle_.get()), checksum);
        } else if (sqlite_api::sqlite3_changes(handle_.get()) == 0) {
            listener_.refused(printable(row.front()), why_not_inserted(row), checksum);
        }
        if (++rows_ % rows_a_transaction == 0) {
            execute(handle_.get(), "COMMIT; BEGIN");
        }
    }

    void end() override
    {
        statement_.reset();
        execute(handle_.get(), "COMMIT");
    }

    session& reader() override
    {
        handle_.reset();
        reader_ = opened_->connect(access::read);
        reader_->begin();
        return *reader_;
    }

    void commit() override
    {
        reader_.reset();
        struct stat status {};
        if (::stat(place_.file().c_str(), &status) != 0 || static_cast<std::uintmax_t>(status.st_size) != size_ ||
            has_companions(place_.file()))
            refuse(place_.file(), "was changed by another program meanwhile");
        file_->set_owner(status.st_uid, status.st_gid, status.st_mode);
        file_->sync();
        file_->put_in_place(true);
        place_.keep();
    }

private:
    // What makes a file safe is needed once, at the end.
    void connect()
    {
        sqlite_api::sqlite3* opened = nullptr;
        const int code = sqlite_api::sqlite3_open_v2(file_->name().c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
        handle_.reset(opened);
        if (code != SQLITE_OK) fail(opened);
        sqlite_api::sqlite3_extended_result_codes(opened, 1);
        execute(opened, "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
                        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = 0; PRAGMA cache_size = -131072");
        longest_ = static_cast<std::size_t>(sqlite_api::sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, -1));
    }

    void bind(int at, const stored_value& v)
    {
        using kind = stored_value::kind;
        auto* const s = statement_.get();
        const char* const bytes = v.bytes.data() ? v.bytes.data() : ""; // a null pointer would mean NULL
        int code = SQLITE_OK;
        switch (v.type) {
        case kind::null: code = sqlite_api::sqlite3_bind_null(s, at); break;
        case kind::integer: code = sqlite_api::sqlite3_bind_int64(s, at, v.number); break;
        case kind::real: code = sqlite_api::sqlite3_bind_double(s, at, std::bit_cast<double>(v.number)); break;
        case kind::text:
            code = sqlite_api::sqlite3_bind_text64(s, at, bytes, v.bytes.size(), nullptr, SQLITE_UTF8);
            break;
        case kind::blob: code = sqlite_api::sqlite3_bind_blob64(s, at, bytes, v.bytes.size(), nullptr); break;
        }
        if (code != SQLITE_OK) fail(handle_.get());
    }

    std::string why_not_inserted(const stored_row& row)
    {
        if (!table_->parent.empty()) {
            const auto found = prepare(handle_.get(), "SELECT 1 FROM " + quoted(table_->parent) + " WHERE id = ?1");
            sqlite_api::sqlite3_bind_int64(found.get(), 1, row[table_->reference].number);
            if (sqlite_api::sqlite3_step(found.get()) != SQLITE_ROW) return "what it belongs to was left out";
        }
        return "a value that must be unique is there already";
    }

    refusal_listener& listener_;
    locked_place place_;
    std::uintmax_t size_ = 0;             // of the file that is replaced
    std::optional<unfinished_file> file_; // closed after every connection to it
    std::unique_ptr<backend> opened_;
    std::unique_ptr<session> reader_;
    sqlite_connection handle_;
    sqlite_statement statement_;
    const copied_table* table_ = nullptr;
    std::size_t longest_ = 0;
    int rows_ = 0;
};

} // namespace

std::unique_ptr<copy_target> open_sqlite_target(const database_settings& s, refusal_listener& listener)
{
    return std::make_unique<sqlite_target>(s, listener);
}

} // namespace watchword::store
