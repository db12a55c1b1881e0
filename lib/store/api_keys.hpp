#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The watchword_api_key table. To be called within database::read (finding) or database::write (changing); they throw
// when the database fails. Other nodes hear of keys that are added or removed, not of their use.
namespace watchword::store {

class session;
struct database_settings;

struct api_key_row {
    std::string id, name;
    std::string prefix;      // by which people tell keys apart
    std::string digest;      // of the key, in hexadecimal; empty where keys are listed
    std::string permissions; // words with spaces between
    core::precise_timestamp created{};
    std::optional<core::precise_timestamp> expires{}, last_used{};
    std::string created_by; // "user ID"

    friend bool operator==(const api_key_row&, const api_key_row&) = default;
};

core::result<void> add_api_key(session&, const api_key_row&); // already_exists: the id or the digest is taken
core::result<api_key_row> find_api_key(session&, std::string_view id);
core::result<api_key_row> find_api_key_by_digest(session&, std::string_view digest); // not_found
// By the time of creation, at most a thousand.
inline constexpr std::size_t most_api_keys = 1000;
std::vector<api_key_row> list_api_keys(session&);
core::result<void> remove_api_key(session&, std::string_view id); // not_found
// Notes a use that is later than what is known.
void note_use_of_api_key(session&, std::string_view id, core::precise_timestamp when);

// All of them, for those who administer a database beside a server that may be running; none if it has no such table
// yet. Throws std::runtime_error for the operator.
std::vector<api_key_row> read_api_keys(const database_settings&);

} // namespace watchword::store
