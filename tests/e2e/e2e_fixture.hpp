#pragma once

#include "support/http_client.hpp"
#include "support/server_process.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_form.hpp"

#include <boost/json/value.hpp>

#include <functional>

namespace watchword::test {

// A server on an empty database, and a client of it.
struct running_server {
    temporary_directory directory;
    server_process server{directory.path()};
    http_client client{server.address()};
};

inline const std::string password = "correct horse battery staple";

inline name_values registration(const std::string& email, const std::string& secret = password)
{
    return {{"name", "Name of " + email}, {"email", email}, {"password", secret}};
}
inline name_values credentials(const std::string& email, const std::string& secret = password)
{
    return {{"email", email}, {"password", secret}};
}

// The token of a 201 to /login; the test ends if it is none.
std::string token_of(const http_response& response);
// The users that /user lists.
boost::json::array users(http_client& client, const std::string& token);
inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}
// Asks again and again, for as long as `limit`, whether something has come true; whether it has.
bool comes_true(const std::function<bool()>& happened, std::chrono::seconds limit = at_most(std::chrono::seconds(20)));
// The first statement's rows by Python's sqlite3, which is not the server's SQLite: columns joined by '|'.
std::string query_sqlite(const std::string& database, const std::string& statement);

} // namespace watchword::test
