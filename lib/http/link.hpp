#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>

namespace watchword::http {

// The value of a Link field (RFC 8288): `<target>; rel="relation"`. Bytes of the target that no URI reference has are
// percent-encoded, '>' among them. Throws std::invalid_argument for a relation that is no lower-case word.
std::string link_value(std::string_view target, std::string_view relation);

// The target of the request with another value of a parameter in its query, in place of all that it has of that name:
// "/users?limit=2&cursor=new". What the query says otherwise is kept, in the same order, and spelled in one way.
std::string target_with(const request&, std::string_view name, std::string_view value);

// Says where a list goes on: at the same target with that `cursor`.
void set_next_page(response&, const request&, std::string_view cursor);

} // namespace watchword::http
