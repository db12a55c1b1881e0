#pragma once

#include "store/database.hpp"
#include "store/users.hpp"

#include <memory>
#include <span>
#include <vector>

// Users by the thousand into a database: for commands, not for a server.
namespace watchword::store {

enum class import_outcome {
    added,
    known,         // a user with exactly that address and that public id: this one, imported before
    address_taken, // by another user
    id_taken,      // the public id is another user's
};

// Adds users; servers may go on. A SQLite file that none has open is locked meanwhile. One thread.
// Both throw std::runtime_error for the operator; it never holds a password.
class user_importer {
public:
    // Creates what does not exist, and brings the schema up to date, but beside a server on a SQLite file.
    explicit user_importer(const database_settings&);
    ~user_importer();

    // An outcome for each, in one transaction, which is durable when this returns: some hundred at once are best. An
    // empty hash: the user has no password.
    std::vector<import_outcome> add(std::span<const new_user>, same_address);
    // See database::is_noted.
    bool is_noted(std::chrono::milliseconds limit) const;

private:
    struct parts;
    const std::unique_ptr<parts> parts_;
};

// Tells what user_importer would answer, and changes nothing. Servers may be running. It remembers every user who would
// have been added by three short hashes. A SQLite file that does not exist has no users. One thread.
class import_rehearsal {
public:
    explicit import_rehearsal(const database_settings&); // throws as user_importer
    ~import_rehearsal();

    std::vector<import_outcome> add(std::span<const new_user>, same_address);

private:
    struct parts;
    const std::unique_ptr<parts> parts_;
};

} // namespace watchword::store
