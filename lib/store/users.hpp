#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The user table. To be called within database::read (finding) or database::write (changing). Besides the errors named
// here they throw when the database fails, which read and write turn into errors.
namespace watchword::store {

class session;

// What makes two addresses the same.
enum class same_address {
    exact,    // the same bytes
    caseless, // differs by case or Unicode form only; see email_keys.hpp
};

// A row. An adopted database may lack anything but the id, and its SQLite columns hold whatever was written: text in
// any length and not always UTF-8, numbers and blobs (given as text).
struct user {
    std::int64_t id = 0;
    std::optional<std::string> public_id, name, email, password_hash;
};

// Text without NUL, in UTF-8.
struct new_user {
    std::string public_id;
    std::optional<std::string> name;
    std::string email;
    std::string password_hash;
    std::optional<core::precise_timestamp> created{}; // kept with the profile, if it is known
};

// Returns the new id. already_exists: the address is taken.
core::result<std::int64_t> add_user(session&, const new_user&);

// The same for those who tell no addresses apart that differ by case or Unicode form only. already_exists: somebody's
// address is the same in that sense. (Of two servers that add such addresses at once, one is refused, if both use
// this.)
core::result<std::int64_t> add_user_if_dissimilar(session&, const new_user&);

// Addresses are compared byte by byte. not_found.
core::result<user> find_user_by_email(session&, std::string_view email);

// The user with exactly that address; else the only one whose address differs from it by case or Unicode form only.
// Whoever sends mail sends it to the address that was found. not_found: there is none, or nobody can say which. Both
// are looked for in any case, so that the time says little.
core::result<user> find_user_by_similar_email(session&, std::string_view email);

// By counting them all.
std::int64_t count_users(session&);

// Whether somebody has the same address.
bool is_known(session&, std::string_view email, same_address);

core::result<user> find_user_by_public_id(session&, std::string_view public_id); // not_found

// With all that is kept about the user. not_found.
core::result<void> delete_user(session&, std::int64_t id);

// Another address, which nobody else may have, compared as add_user_if_dissimilar does. already_exists; not_found.
core::result<void> set_email_if_dissimilar(session&, std::int64_t id, std::string_view email);
core::result<void> set_name(session&, std::int64_t id, const std::optional<std::string>& name); // not_found
core::result<void> replace_password_hash(session&, std::int64_t id, std::string_view hash);     // not_found

// Replaces a hash only if it is still `only_if_hash`; not_found: it is not, or there is no such user.
core::result<void> set_password_hash(session&, std::int64_t id, std::string_view hash, std::string_view only_if_hash);

// Up to `limit` users with an id above `after_id`, by id, without password_hash. Fewer than `limit`: the last page.
inline constexpr std::int64_t before_all_users = std::numeric_limits<std::int64_t>::min();
core::result<std::vector<user>> list_users(session&, std::int64_t after_id, std::size_t limit);

} // namespace watchword::store
