#pragma once

#include "accounts/bearer_tokens.hpp"
#include "http/message.hpp"

#include <string_view>

// What GET /v1/verify answers to who has shown a valid access token. 200 without a body tells who he is:
//
//   X-User-Id     the user's public id
//   X-User-Email  his e-mail address, if he has one
//   X-User-Roles  his roles with commas between, if he has any
//   X-User-Scope  the token's scope with spaces between, if it has one
//
// Whatever an address or a role may contain, these are visible ASCII: '%', spaces but for those between the words of a
// scope, commas in a role, control characters and each byte of any other character's UTF-8 are percent-encoded (RFC
// 3986 section 2.1). So no two users look the same, and who decodes percent escapes has the text as it is.
//
// Conditions stand in the query: `role=NAME`, each of which the user must have, and `scope=WORDS`, each of which the
// token must have. They are percent-encoded, '+' is a space. Else 403 with the code role_missing or scope_missing.
// Anything else in the query is 400 invalid_query: a condition that is misspelt keeps everybody out, and lets nobody
// in.
namespace watchword::api {

// Thread-safe. A 200 allocates its fields twice, and nothing else.
http::response answer_verified(const accounts::bearer_identity&, std::string_view query);
// The 400 to a query that cannot be understood.
http::response refuse_conditions();

} // namespace watchword::api
