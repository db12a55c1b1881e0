#pragma once

#include "store/copy_checksum.hpp"
#include "store/copy_tables.hpp"
#include "store/database.hpp"
#include "store/session.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace watchword::store {

// Is told about rows that the database itself did not take.
class refusal_listener {
public:
    virtual void refused(const std::string& key, const std::string& reason, const row_checksum&) = 0;

protected:
    ~refusal_listener() = default;
};

// An empty database that is being filled. All or nothing: unless commit() has returned, there are no rows in it when
// this object is gone, nor after a crash. Nobody else can fill it meanwhile. One thread.
// Members throw soci::soci_error, or std::runtime_error for the operator.
class copy_target {
public:
    virtual ~copy_target() = default;

    // Tables one after the other, each with its rows in between.
    virtual void begin(const copied_table&) = 0;
    // Why the database could not keep a value as it is; empty if it can.
    virtual std::string_view objection(std::size_t column, const stored_value&) const = 0;
    // A row without objections. It may be refused later, but before end() returns.
    virtual void add(const stored_row&, const row_checksum&) = 0;
    virtual void end() = 0;

    // See socket_of.
    virtual int socket() { return -1; }

    // After the last table: reads what was written.
    virtual session& reader() = 0;
    // Makes it durable and visible, and counts on from the highest numbers.
    virtual void commit() = 0;
};

// Locks the database, brings its schema up to date and checks that it has no users; without a change where that is
// refused with std::runtime_error.
std::unique_ptr<copy_target> open_copy_target(const database_settings&, refusal_listener&);

// What no database can keep.
std::string_view general_objection(const copied_column&, const stored_value&);

std::unique_ptr<copy_target> open_sqlite_target(const database_settings&, refusal_listener&);
std::unique_ptr<copy_target> open_postgresql_target(const database_settings&, refusal_listener&);

} // namespace watchword::store
