#pragma once

#include "support/http_client.hpp"

#include <optional>
#include <string>

namespace watchword::test {

// The first whole response of what a connection has received, cut off from it; nothing if it is not whole yet.
// A response without a length ends with the connection, and one to HEAD has only a header: `ended` says that nothing
// more will come, which tells the latter from a body that is still on its way. One to HEAD that another response
// follows is known by that. Throws std::runtime_error if the bytes are no HTTP/1.1 response.
std::optional<http_response> take_response(std::string& received, bool ended);

// All of them, of a connection that has ended; bytes left over are an error too.
std::vector<http_response> take_responses(std::string& received);

} // namespace watchword::test
