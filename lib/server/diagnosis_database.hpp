#pragma once

#include "server/diagnosis.hpp"
#include "store/inspection.hpp"

#include <optional>

namespace watchword::server {

// What other checks need to know of the database.
struct database_state {
    bool is_new = false;                     // the first start of a server will make it
    std::optional<store::inspection> seen{}; // nothing: it is new, or cannot be read
};

// Whether it can be used. Writes down what it sees. See diagnose().
findings check_database(const settings::settings&, database_state&);

// Whether the secret is there and opens the signing keys, and which of these signs until when.
findings check_keys(const settings::settings&, const database_state&, core::precise_timestamp now);

findings check_administrator(const settings::settings&, const database_state&);

// Whether a server has the SQLite database of the settings. Before this process has it open: file_lock::is_held.
bool is_server_running(const settings::settings&);

} // namespace watchword::server
