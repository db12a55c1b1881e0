#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

// What the records of other systems' dumps say of a user.
namespace watchword::accounts {

// Whose layout a file has; user_conversion.cpp has one function for each.
enum class preset { watchword, flask, django, firebase, auth0, keycloak, supabase, pocketbase };

std::optional<preset> find_preset(std::string_view name) noexcept;

struct imported_user {
    std::string public_id; // the one it had; else made of the address, the same each time
    std::optional<std::string> name;
    std::string email;
    std::string password_hash;    // in a format of crypto/hash_formats.hpp; empty: none
    core::secret_string password; // in clear text; empty: none
};

// The outcome for one record: a user, or why there is none, or neither if it is about something else.
struct conversion {
    std::optional<imported_user> user;
    std::string problem; // one line, without values from the file
};

// What all of a Firebase project's hashes share, as its console shows it.
struct firebase_parameters {
    std::string signer_key, salt_separator; // bytes
    std::uint64_t rounds = 0, mem_cost = 0;
};
// Reads `hash_config { algorithm: SCRYPT, base64_signer_key: ..., ... }`. invalid_input; too_large beyond
// crypto/hash_bounds.hpp.
core::result<firebase_parameters> parse_firebase_parameters(std::string_view text);

// One thread at a time.
class user_converter {
public:
    explicit user_converter(preset, std::optional<firebase_parameters> = {});

    // A user who is given has an address, a name and an id that may be stored, and either a hash that can be verified,
    // a password, or none.
    conversion convert(const boost::json::object& record);

    // The names of fields that had a value and are kept nowhere, and how often. Of too many, some go by "(others)".
    const std::map<std::string, std::uint64_t>& left_out() const noexcept { return left_out_; }

private:
    void note_left_out(std::string_view name);

    const preset preset_;
    const std::optional<firebase_parameters> firebase_;
    std::map<std::string, std::uint64_t> left_out_;
};

} // namespace watchword::accounts
