#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Addresses that are the same but for case or Unicode form. The key of an address is core::caseless_key; an address
// that is its own key is found by the user table's index, every other has a row in watchword_email_key. Addresses
// under one key may exist side by side: the tutorial's routes tell them apart.
// To be called within a database's job; they throw when the database fails.
namespace watchword::store {

class session;

// The key of an address. One whose key would be longer than any address (compatibility forms expand) is its own.
std::string email_key(std::string_view email);

// Keeps the key of a user who was added or has got another address. Database::write only.
void keep_email_key(session&, std::int64_t user_id, std::string_view email);

// Makes the keys of users whom other programs added since this was last done, page by page, each durable by itself;
// says how far it is when that takes long. Outside a transaction, on the connection that writes.
void complete_email_keys(session&);
// The highest id of those that this has looked at; before_all_users if it has not been done.
std::int64_t email_keys_up_to(session&);

} // namespace watchword::store
