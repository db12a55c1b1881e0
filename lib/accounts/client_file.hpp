#pragma once

#include "accounts/registered_clients.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// The file of clients: a JSON array, in which comments are allowed, of objects with
//   "id"             see is_client_id; no two have the same
//   "secret_sha256"  SHA-256 of the secret: 64 hexadecimal digits, or 43 characters of base64url
//   "may"            an array of "introspect" and "revoke", one at least
//   "name"           up to 200 bytes for people; may be left out
// and nothing else.
namespace watchword::accounts {

inline constexpr std::size_t most_clients = 1000;

struct client_file {
    std::vector<registered_client> clients; // all that are good
    // For the operator: what is wrong and where, the first twenty; none of it holds a value of the file but ids. Empty:
    // the file is good.
    std::vector<std::string> problems;
};
// Thread-safe.
client_file read_client_file(std::string_view text);

// The object that stands for a client in the file, on one line.
std::string write_client_entry(const registered_client&);

// A new secret of 256 random bits, in base64url; the client gets its hash.
core::secret_string make_client_secret(registered_client&, core::random_source&);

} // namespace watchword::accounts
