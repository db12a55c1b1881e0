#pragma once

#include "store/attempt.hpp"

#include <soci/soci.h>

#include <cstdint>
#include <memory>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <utility>

namespace watchword::store {

class change_feed;      // store/change_feed.hpp
struct change_counters; // store/database.hpp

enum class dialect { sqlite, postgresql };
enum class access { read, write };

// What a job leaves for when it is durable: what somebody keeps copies of and it has changed, and what is to be done.
struct change_marks {
    bool users_changed = false, revoked = false;
    std::vector<std::function<void()>> afterwards{};

    bool any() const noexcept { return users_changed || revoked; }
    void add(change_marks more)
    {
        users_changed |= more.users_changed;
        revoked |= more.revoked;
        for (auto& each : more.afterwards) afterwards.push_back(std::move(each));
    }
};

// One connection to a database, with the statements prepared on it. One thread at a time.
// Store functions use sql(), prepared() and the marks; transactions belong to database's threads.
class session {
public:
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    virtual ~session() = default;

    soci::session& sql() noexcept { return sql_; }

    // The query of that type, prepared when this connection is first asked for it and kept. `Query` is constructed
    // from a soci::session& and holds a soci::statement, last, after the variables that are bound to it.
    template <class Query> Query& prepared()
    {
        auto& place = kept_[typeid(Query)];
        if (!place) place = std::make_shared<Query>(sql_);
        return *static_cast<Query*>(place.get());
    }

    // To be called, outside a failed transaction, after a statement threw: SOCI frees what it copied for PostgreSQL
    // only at the statement's end or its own.
    void forget_prepared() noexcept
    {
        start_clock();
        kept_.clear();
        stop_clock();
    }

    // To be called by whoever changes the user table: change_counters::users will rise once it is committed.
    void mark_users_changed() noexcept { marks_.users_changed = true; }
    // To be called by whoever makes tokens invalid: other nodes will be told once it is committed.
    void mark_revoked() noexcept { marks_.revoked = true; }
    // What is to be done when the transaction is durable, by the thread that writes: soon done, and without throwing.
    void after_commit(std::function<void()> f) { marks_.afterwards.push_back(std::move(f)); }
    change_marks take_marks() noexcept { return std::exchange(marks_, {}); }

    virtual dialect kind() const noexcept = 0;

    // Runs any number of statements without parameters. Throws soci::soci_error, as do all below.
    virtual void execute(const std::string& statements) = 0;
    // A transaction as this session's access demands it: a snapshot to read from, or the right to write.
    virtual void begin() = 0;
    // To be called last before commit(), if the transaction has changed what other nodes keep copies of.
    virtual void announce_change() {}
    // Throws unless everything since begin() is durable.
    virtual void commit() = 0;
    // Does nothing if no transaction is open.
    virtual void rollback();
    virtual bool in_transaction() noexcept = 0;
    // Whether a statement has failed so that everything will, until the transaction is rolled back to before it.
    virtual bool has_failed() noexcept { return false; }
    // Keeps others that migrate the same database out until the end of the transaction.
    virtual void lock_schema() = 0;
    // Keeps others out who lock the same name, on this database, until the end of the transaction.
    virtual void lock_name(const std::string& name) = 0;
    virtual bool has_table(const std::string& name) = 0;
    // Whether somebody else may have committed a change since the last time this was asked.
    virtual bool others_changed() = 0;
    // To be called after it on the connection that writes, when whoever relies on what was told has been told, too.
    virtual void end_look() noexcept {}
    // False if the connection is known to be lost.
    virtual bool is_usable() noexcept = 0;
    // Both for the connection that writes, between transactions, and may be called as often as one likes.
    // Moves what was committed to its final place, if enough has gathered. True if it tried to.
    virtual bool checkpoint() { return false; }
    // Lets the query planner see what has become of the tables.
    virtual void optimize() {}
    // Lets go of rows that nobody fetched: SQLite would keep their snapshot, and stall checkpoints for it.
    virtual void reset_statements() noexcept = 0;

protected:
    session() = default;

    // What is asked of a server between the two is answered within a bound, or the connection is cut.
    virtual void start_clock() noexcept {}
    virtual void stop_clock() noexcept {}

private:
    soci::session sql_;
    std::unordered_map<std::type_index, std::shared_ptr<void>> kept_; // before sql_ closes, these must be gone
    change_marks marks_;
};

// Executes a statement that gives at most one row, to its end. True if there was a row.
bool fetch_one(soci::statement&);

// How a database is reached. connect() is thread-safe.
class backend {
public:
    virtual ~backend() = default;
    virtual dialect kind() const noexcept = 0;
    // Throws soci::soci_error or std::runtime_error.
    virtual std::unique_ptr<session> connect(access) const = 0;
    // The same without waiting for it; null if this kind connects at once. Throws what connect() throws.
    virtual std::unique_ptr<attempt<session>> begin_connecting(access) const { return nullptr; }
    // Connections that were given up because the server did not answer.
    virtual std::uint64_t connections_cut() const noexcept { return 0; }
    // When the server answered anybody for the last time.
    virtual std::chrono::steady_clock::time_point last_answered() const noexcept { return {}; }
    // Raises the counters, which must outlive it, for changes by others; whatever is written from now on must be
    // announced. Null: a connection that writes can tell by others_changed().
    virtual std::unique_ptr<change_feed> follow_changes(change_counters&) const;
    virtual bool is_followed() const noexcept { return false; }

    // Both for commands that write beside a server that owns the database: see guest_lock.
    virtual bool is_guest() const noexcept { return false; }
    // Whether the owner has taken note of all that was committed before; waits for it that long. True where no owner
    // is.
    virtual bool is_noted(std::chrono::milliseconds /*limit*/) const { return true; }
    // For the owner, once its schema is as it wants it.
    virtual void admit_guests() noexcept {}
};

} // namespace watchword::store
