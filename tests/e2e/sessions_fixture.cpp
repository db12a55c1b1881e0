#include "sessions_fixture.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace watchword::test {

signed_in read_grant(const http_response& r)
{
    BOOST_REQUIRE_MESSAGE(r.status == 200 || r.status == 201, r.status << " " << r.body);
    const auto body = boost::json::parse(r.body);
    return {text_at(body, "access_token"), text_at(body, "refresh_token"), text_at(body.at("user"), "id")};
}

http_response try_sign_in(http_client& client, const std::string& email, const std::string& secret)
{
    boost::json::object form;
    form["email"] = boost::json::string(email.data(), email.size());
    form["password"] = boost::json::string(secret.data(), secret.size());
    return client.json_post("/v1/sessions", boost::json::serialize(form));
}

http_response try_refresh(http_client& client, const std::string& token)
{
    return client.json_post("/v1/sessions/refresh", "{\"refresh_token\":\"" + token + "\"}");
}

std::string code_in(const http_response& r)
{
    BOOST_TEST(r.header("Content-Type") == "application/problem+json");
    return text_at(boost::json::parse(r.body), "code");
}

} // namespace watchword::test
