#pragma once

#include "core/random.hpp"
#include "core/secret.hpp"
#include "settings/settings.hpp"

#include <string>

namespace watchword::server {

// The fewest bytes an HS256 secret may have (RFC 7518 section 3.2: as long as the hash).
inline constexpr std::size_t least_secret_bytes = 32;

// The HS256 secret: `value` if it is not empty, else the content of `file` without the newline at its end. If neither
// is there, a new one is written to `file`, which only its owner can read (0600), durably, never over another.
// Throws std::runtime_error with one clear line: a secret that is too short, a file that cannot be read, written or
// that others can read. No message holds any part of a secret.
core::secret_string load_secret(const core::secret_string& value, const std::string& file, bool may_create,
                                core::random_source&);

// Whether the settings say where the secret is.
bool names_secret(const settings::settings&);

// Where find_secret() looks, for messages.
std::string secret_place(const settings::settings&);

// That one, which must be there; else the one beside the SQLite file, which is made if it may be. PostgreSQL has no
// such place, and several servers must share the secret there. Throws as load_secret.
core::secret_string find_secret(const settings::settings&, bool may_create, core::random_source&);

} // namespace watchword::server
