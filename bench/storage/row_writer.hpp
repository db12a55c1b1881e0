#pragma once

#include "core/error.hpp"
#include "raw/postgresql.hpp"
#include "raw/sqlite.hpp"
#include "store/session.hpp"
#include "users/made_user.hpp"

#include <cstdint>
#include <memory>
#include <string>

// One row of the user table, written by lib/store, by SQLite's API and by libpq: the same plain INSERT.
namespace watchword::storage {

// New users, each once. `first`: no id of the table is as high. One thread.
class row_source {
public:
    explicit row_source(std::uint64_t first) : next_(first) {}
    users::made_user next() { return users::make_user(1, next_++); }

private:
    std::uint64_t next_;
};

// A job for database::write.
core::result<void> add_row(store::session&, const users::made_user&);

// The bare interface of a database. One thread; throws std::runtime_error.
class raw_writer {
public:
    virtual ~raw_writer() = default;
    virtual void begin() = 0;
    virtual void add(const users::made_user&) = 0; // its own transaction, unless one was begun
    virtual void commit() = 0;
    virtual void remove_all() = 0;
    // What else the schema does for each row; not part of a plain INSERT.
    virtual void enable_triggers(bool) = 0;
    virtual std::uint64_t highest_id() = 0;
};

// As durable as lib/store opens it: SQLite with synchronous=FULL and a write-ahead log, PostgreSQL as it is set up.
// The schema must be there.
std::unique_ptr<raw_writer> open_raw(const std::string& url);

} // namespace watchword::storage
