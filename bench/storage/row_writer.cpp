#include "storage/row_writer.hpp"

#include <algorithm>
#include <stdexcept>

namespace watchword::storage {
namespace {

struct add_row_query {
    std::string public_id, name, email, password{users::known_password_hash};
    soci::statement statement;

    explicit add_row_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO \"user\" (public_id, name, email, password) "
                                    "VALUES (:public_id, :name, :email, :password)",
                     soci::use(public_id), soci::use(name), soci::use(email), soci::use(password)))
    {}
};

class raw_sqlite_writer final : public raw_writer {
public:
    explicit raw_sqlite_writer(const std::string& file)
        : file_(set_up(file)),
          begin_(*file_, "BEGIN IMMEDIATE"),
          commit_(*file_, "COMMIT"),
          add_(*file_, "INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)")
    {}

    void begin() override { begin_.run(); }
    void commit() override { commit_.run(); }
    void remove_all() override { file_->execute("DELETE FROM user"); }
    void enable_triggers(bool) override {} // it has none

    void add(const users::made_user& u) override
    {
        add_.bind(1, u.public_id);
        add_.bind(2, u.name);
        add_.bind(3, u.email);
        add_.bind(4, users::known_password_hash);
        add_.run();
    }

    std::uint64_t highest_id() override
    {
        raw::sqlite_statement highest(*file_, "SELECT coalesce(max(id), 0) FROM user");
        highest.step();
        return static_cast<std::uint64_t>(highest.number(0));
    }

private:
    static std::unique_ptr<raw::sqlite_file> set_up(const std::string& file)
    {
        auto opened = std::make_unique<raw::sqlite_file>(file);
        opened->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
                        "PRAGMA journal_size_limit = 67108864");
        return opened;
    }

    std::unique_ptr<raw::sqlite_file> file_;
    raw::sqlite_statement begin_, commit_, add_;
};

class raw_postgresql_writer final : public raw_writer {
public:
    explicit raw_postgresql_writer(const std::string& url) : db_(url)
    {
        db_.prepare("add", "INSERT INTO \"user\" (public_id, name, email, password) VALUES ($1, $2, $3, $4)");
    }

    void begin() override { db_.execute("BEGIN"); }
    void commit() override { db_.execute("COMMIT"); }
    void remove_all() override { db_.execute("TRUNCATE \"user\" CASCADE"); }
    void enable_triggers(bool enabled) override
    {
        db_.execute(std::string("ALTER TABLE \"user\" ") + (enabled ? "ENABLE" : "DISABLE") + " TRIGGER USER");
    }

    void add(const users::made_user& u) override
    {
        db_.run("add", {u.public_id.c_str(), u.name.c_str(), u.email.c_str(), users::known_password_hash.data()});
    }

    std::uint64_t highest_id() override
    {
        return std::stoull(db_.execute("SELECT coalesce(max(id), 0) FROM \"user\"").text(0, 0));
    }

private:
    raw::postgresql_connection db_;
};

} // namespace

core::result<void> add_row(store::session& s, const users::made_user& u)
{
    auto& q = s.prepared<add_row_query>();
    q.public_id = u.public_id;
    q.name = u.name;
    q.email = u.email;
    q.statement.execute(true);
    s.mark_users_changed();
    return {};
}

std::unique_ptr<raw_writer> open_raw(const std::string& url)
{
    if (url.starts_with("sqlite:")) return std::make_unique<raw_sqlite_writer>(url.substr(7));
    return std::make_unique<raw_postgresql_writer>(url);
}

} // namespace watchword::storage
