#pragma once

#include "store/session.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace watchword::store {

// Whether a text names a PostgreSQL database: postgresql://…, postgres://… or libpq's keywords, "host=… dbname=…".
bool names_postgresql(std::string_view text) noexcept;

// How a PostgreSQL server is reached. What is left out comes from libpq's environment (PGHOST, …), and, of times, from
// here. Immutable, so thread-safe.
class postgresql_options {
public:
    // The password comes from `password_file`, if that is not empty: its first line, read again for each connection.
    // Throws std::runtime_error for the operator, without the text: a password in it that is not percent-encoded can
    // look like any other part.
    postgresql_options(const std::string& url_or_keywords, std::string password_file,
                       std::chrono::milliseconds timeout);

    // For libpq. Throws std::runtime_error if the file with the password cannot be read.
    std::string connection_string(access) const;
    // That libpq takes at most to connect, once it knows the addresses.
    std::chrono::seconds connect_limit() const noexcept { return connect_limit_; }

private:
    std::map<std::string, std::string> all_;
    std::string password_file_;
    std::string writers_attributes_; // target_session_attrs, if not those of all
    std::chrono::seconds connect_limit_{};
};

} // namespace watchword::store
