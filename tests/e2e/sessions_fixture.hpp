#pragma once

#include "e2e_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

// Clients of /v1/sessions.
namespace watchword::test {

// What a client has after signing in or refreshing.
struct signed_in {
    std::string access, refresh, user_id;
};

inline std::string text_at(const boost::json::value& v, const char* name)
{
    return std::string(v.at(name).as_string().c_str());
}

// The test ends if it is no such answer.
signed_in read_grant(const http_response&);

inline name_values bearer(const std::string& access)
{
    return {{"Authorization", "Bearer " + access}};
}
http_response try_sign_in(http_client&, const std::string& email, const std::string& secret = password);
inline signed_in sign_in(http_client& client, const std::string& email)
{
    return read_grant(try_sign_in(client, email));
}
http_response try_refresh(http_client&, const std::string& token);
inline int check(http_client& client, const std::string& access)
{
    return client.exchange("GET", "/v1/sessions", bearer(access)).status;
}
// `which`: current, others, all or an id.
inline int sign_out(http_client& client, const std::string& access, const std::string& which = "current")
{
    return client.exchange("DELETE", "/v1/sessions/" + which, bearer(access)).status;
}
std::string code_in(const http_response&);

} // namespace watchword::test
