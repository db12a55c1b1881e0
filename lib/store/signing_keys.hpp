#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The watchword_signing_key table: what signs access tokens. To be called within database::read (listing) or
// database::write (changing); they throw when the database fails.
namespace watchword::store {

class session;
struct database_settings;

// A row. All texts are ASCII.
struct signing_key_row {
    std::string kid, algorithm;
    std::string sealed; // the private key, encrypted
    core::precise_timestamp created{}, signs_from{};
    std::optional<core::precise_timestamp> signs_until{}, verifies_until{}; // nothing: no end is planned
    std::chrono::milliseconds longest_lifetime{};                           // of the tokens that it signed

    friend bool operator==(const signing_key_row&, const signing_key_row&) = default;
};

// All of them, in the order in which they were made.
std::vector<signing_key_row> list_signing_keys(session&);

// From now on, until the end of the transaction, nobody else changes keys with this precaution; what is listed after it
// is what there is.
void lock_signing_keys(session&);

// Each of these is told to other nodes. already_exists: the kid is taken.
core::result<void> add_signing_key(session&, const signing_key_row&);
// Writes what may change: the three times and the lifetime. not_found.
core::result<void> set_signing_times(session&, const signing_key_row&);
// Nothing happens if there is no such key.
void remove_signing_key(session&, std::string_view kid);

// All of them, for those who administer a database beside a server that may be running; none if it has no such table
// yet. Throws std::runtime_error for the operator.
std::vector<signing_key_row> read_signing_keys(const database_settings&);

} // namespace watchword::store
