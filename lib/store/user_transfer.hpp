#pragma once

#include "store/database.hpp"
#include "store/users.hpp"

#include <cstdint>
#include <memory>
#include <string>

// Users by the thousand, into a database and out of it: for commands, not for a server.
namespace watchword::store {

enum class same_address {
    exact,    // the same bytes
    caseless, // differs by case or Unicode form only; see email_keys.hpp
};

enum class import_outcome {
    added,
    known,         // a user with exactly that address and that public id: this one, imported before
    address_taken, // by another user
    id_taken,      // the public id is another user's
};

// Adds users. A SQLite file is locked, so no server may run on it; on PostgreSQL servers may go on. One thread.
// All throw std::runtime_error for the operator; it never holds a password.
class user_importer {
public:
    // Creates what does not exist, and brings the schema up to date.
    explicit user_importer(const database_settings&);
    ~user_importer();

    // Within the transaction that commit() ends. An empty hash: the user has no password.
    import_outcome add(const new_user&, same_address);
    // Makes all that was added durable. What was not committed when this object goes was never added.
    void commit();

private:
    struct parts;
    const std::unique_ptr<parts> parts_;
};

// Tells what user_importer would answer, and changes nothing. Servers may be running. It remembers the users that would
// have been added by three hashes of each. A SQLite file that does not exist has no users. One thread.
class import_rehearsal {
public:
    explicit import_rehearsal(const database_settings&); // throws as user_importer
    ~import_rehearsal();

    import_outcome add(const new_user&, same_address);

private:
    struct parts;
    const std::unique_ptr<parts> parts_;
};

// All users in the order of their ids, from one snapshot; servers may be running. One thread.
// All throw std::runtime_error for the operator.
class user_exporter {
public:
    explicit user_exporter(const database_settings&);
    ~user_exporter();

    std::uint64_t count();
    // Some of those that come next; none at the end.
    std::vector<user> next();

private:
    struct parts;
    const std::unique_ptr<parts> parts_;
};

} // namespace watchword::store
