#include "users/fill.hpp"

#include "raw/postgresql.hpp"
#include "raw/sqlite.hpp"
#include "store/database.hpp"
#include "users/made_user.hpp"

#include <filesystem>
#include <stdexcept>
#include <vector>

namespace watchword::users {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t progress_step = 10'000;
constexpr std::size_t copy_bytes = 64 * 1024;
constexpr std::uint64_t mib = 1024 * 1024;

void make_schema(const std::string& url)
{
    store::database_settings s;
    s.url = url;
    s.readers = 1;
    const store::database migrated(s);
}

// The file under the name it has until it is finished.
class unfinished_file {
public:
    explicit unfinished_file(fs::path wanted) : wanted_(std::move(wanted)), name_(wanted_.string() + ".unfinished")
    {
        if (fs::exists(wanted_)) throw std::runtime_error(wanted_.string() + " exists already");
        remove();
    }
    ~unfinished_file() { remove(); }
    unfinished_file(const unfinished_file&) = delete;
    unfinished_file& operator=(const unfinished_file&) = delete;

    const fs::path& name() const { return name_; }
    void finish() { fs::rename(name_, wanted_); }

private:
    void remove() const
    {
        std::error_code ignored;
        for (const auto* const more : {"", "-wal", "-shm", "-journal"}) fs::remove(name_.string() + more, ignored);
    }

    const fs::path wanted_, name_;
};

void check_space(const fs::path& file, std::uint64_t users)
{
    const auto free = fs::space(fs::absolute(file).parent_path()).available;
    const auto needed = users * bytes_per_user;
    if (free < needed)
        throw std::runtime_error(std::to_string(users) + " users take about " + std::to_string(needed / mib) +
                                 " MiB, but only " + std::to_string(free / mib) + " MiB are free");
}

void add_users(raw::sqlite_file& file, const options& o, const progress& tell)
{
    raw::sqlite_statement add(file, "INSERT INTO user (id, public_id, name, email, password) VALUES (?, ?, ?, ?, ?)");
    add.bind(5, o.password_hash);
    for (std::uint64_t n = 0; n < o.count(); ++n) {
        const auto u = make_user(o.seed, n);
        add.bind(1, static_cast<long long>(n) + 1);
        add.bind(2, u.public_id);
        add.bind(3, u.name);
        add.bind(4, u.email);
        add.run();
        if ((n + 1) % progress_step == 0) tell(n + 1);
    }
}

// The unique keys belong to the table, so their indexes grow row by row, half empty pages and all, as they would by
// sign-ups; what makes it quick is that nothing is written before its time.
void fill_sqlite(const options& o, const progress& tell)
{
    check_space(o.file(), o.count());
    unfinished_file file(o.file());
    make_schema(std::string(options::sqlite) + file.name().string());
    {
        raw::sqlite_file db(file.name());
        db.execute("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
                   "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -" +
                   std::to_string(o.cache_mib * 1024) + "; BEGIN");
        add_users(db, o, tell);
        db.execute("COMMIT; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL");
    }
    file.finish();
}

// Indexes are made faster at once than row by row, and nobody has to hear of each row. Takes the user table's unique
// keys and triggers away, and gives them back.
class bare_table {
public:
    explicit bare_table(raw::postgresql_connection& db) : db_(db)
    {
        db.execute("ALTER TABLE \"user\" DISABLE TRIGGER USER");
        const auto keys = db.execute("SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
                                     "WHERE conrelid = '\"user\"'::regclass AND contype = 'u'");
        for (int i = 0; i < keys.rows(); ++i) {
            db.execute("ALTER TABLE \"user\" DROP CONSTRAINT " + keys.text(i, 0));
            again_.push_back("ALTER TABLE \"user\" ADD CONSTRAINT " + keys.text(i, 0) + " " + keys.text(i, 1));
        }
    }
    void restore()
    {
        for (const auto& statement : again_) db_.execute(statement);
        db_.execute("ALTER TABLE \"user\" ENABLE TRIGGER USER");
    }

private:
    raw::postgresql_connection& db_;
    std::vector<std::string> again_;
};

void copy_users(raw::postgresql_connection& db, const options& o, const progress& tell)
{
    db.begin_copy_in("COPY \"user\" (id, public_id, name, email, password) FROM STDIN");
    std::string lines;
    for (std::uint64_t n = 0; n < o.count(); ++n) {
        const auto u = make_user(o.seed, n);
        lines.append(std::to_string(n + 1)).append("\t").append(u.public_id).append("\t").append(u.name);
        lines.append("\t").append(u.email).append("\t").append(o.password_hash).append("\n");
        if (lines.size() >= copy_bytes || n + 1 == o.count()) {
            db.copy_in(lines);
            lines.clear();
        }
        if ((n + 1) % progress_step == 0) tell(n + 1);
    }
    db.end_copy_in();
}

void fill_postgresql(const options& o, const progress& tell)
{
    make_schema(o.target);
    raw::postgresql_connection db(o.target);
    if (db.execute("SELECT 1 FROM \"user\" LIMIT 1").rows() != 0)
        throw std::runtime_error("the database has users already");
    db.execute("BEGIN");
    bare_table table(db);
    copy_users(db, o, tell);
    table.restore();
    if (o.count() != 0)
        db.execute("SELECT setval(pg_get_serial_sequence('\"user\"', 'id'), " + std::to_string(o.count()) + ")");
    db.execute("COMMIT");
    db.execute("ANALYZE \"user\"");
}

} // namespace

void fill(const options& o, const progress& tell)
{
    if (o.is_sqlite()) {
        fill_sqlite(o, tell);
    } else {
        fill_postgresql(o, tell);
    }
}

} // namespace watchword::users
