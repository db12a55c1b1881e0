// Sign-up, login and the user list, as a client sees them.
#include "e2e_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <set>

namespace {

using namespace watchword::test;

constexpr auto could_not_verify = "Could not verify";

void check_round_trip(running_server& s, http_response (http_client::*post)(std::string_view, const name_values&),
                      const std::string& email)
{
    const auto added = (s.client.*post)("/signup", registration(email));
    BOOST_TEST(added.status == 201);
    BOOST_TEST(added.body == "Successfully registered.");
    const auto again = (s.client.*post)("/signup", registration(email));
    BOOST_TEST(again.status == 202);
    BOOST_TEST(again.body == "User already exists. Please Log in.");

    const auto token = token_of((s.client.*post)("/login", credentials(email)));
    const auto listed = users(s.client, token);
    BOOST_TEST(listed.back().at("email").as_string() == email);
    BOOST_TEST(listed.back().at("name").as_string() == "Name of " + email);
    BOOST_TEST(listed.back().at("public_id").as_string().size() == 36);

    const auto wrong = (s.client.*post)("/login", credentials(email, password + "x"));
    BOOST_TEST(wrong.status == 403);
    BOOST_TEST(wrong.header("WWW-Authenticate") == "Basic realm =\"Wrong Password !!\"");
    const auto nobody = (s.client.*post)("/login", credentials("nobody-" + email));
    BOOST_TEST(nobody.status == 401);
    BOOST_TEST(nobody.header("WWW-Authenticate") == "Basic realm =\"User does not exist !!\"");
    BOOST_TEST(nobody.body == could_not_verify);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(accounts, running_server)

BOOST_AUTO_TEST_CASE(an_urlencoded_form_signs_up_and_logs_in)
{
    check_round_trip(*this, &http_client::form_post, "Ann+1 é@example.test");
}

BOOST_AUTO_TEST_CASE(a_multipart_form_signs_up_and_logs_in)
{
    check_round_trip(*this, &http_client::multipart_post, "Bob%41+é@example.test");
}

BOOST_AUTO_TEST_CASE(a_json_object_signs_up_and_logs_in)
{
    const auto added = client.json_post(
        "/signup", R"({"name":"\u017dofie \ud83d\ude80","email":"z@example.test","password":"p w","admin":true})");
    BOOST_TEST(added.status == 201);
    const auto token = token_of(client.json_post("/login", R"( {"password":"p w","email":"z@example.test"} )"));
    BOOST_TEST(users(client, token).at(0).at("name").as_string() == "Žofie 🚀");
    BOOST_TEST(client.json_post("/login", R"({"password":"p  w","email":"z@example.test"})").status == 403);
    // The three ways lead to the same account.
    token_of(client.form_post("/login", {{"email", "z@example.test"}, {"password", "p w"}}));
    token_of(client.multipart_post("/login", {{"email", "z@example.test"}, {"password", "p w"}}));
}

BOOST_AUTO_TEST_CASE(json_that_cannot_be_used_counts_as_nothing_given)
{
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    const std::string good = R"("email":"a@b.test","password":"correct horse battery staple")";
    for (const std::string& body :
         {std::string(), std::string("{"), "{" + good, "{" + good + "}}", "{" + good + ",}", "[{" + good + "}]",
          std::string("null"), std::string("\"a@b.test\""), "{" + good + R"(,"email":"a@b.test"})",
          "{" + good + R"(,"x":{"y":1,"y":2}})", "{" + good + ",\"x\":1e400}", "{" + good + ",\"x\":\"\xff\"}",
          std::string(R"({"email":["a@b.test"],"password":"x"})"), std::string(R"({"email":"a@b.test","password":1})"),
          std::string(R"({"email":null,"password":null})"), std::string(R"({"EMAIL":"a@b.test","password":"x"})"),
          "{" + good + ",\"x\":" + std::string(100, '[') + std::string(100, ']') + "}", "\xef\xbb\xbf{" + good + "}"}) {
        BOOST_TEST_CONTEXT(body)
        {
            const auto login = client.json_post("/login", body);
            BOOST_TEST(login.status == 401);
            BOOST_TEST(login.header("WWW-Authenticate") == "Basic realm =\"Login required !!\"");
            BOOST_TEST(login.body == could_not_verify);
            BOOST_TEST(client.json_post("/signup", body).status == 400);
        }
    }
    token_of(client.json_post("/login", "{" + good + "}"));
}

BOOST_AUTO_TEST_CASE(a_form_that_cannot_be_read_counts_as_nothing_given)
{
    const auto post = [&](const char* type, const std::string& body) {
        return client.exchange("POST", "/login", {{"Content-Type", type}}, body).status;
    };
    const std::string form = encode_form(credentials("a@b.test"));
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    BOOST_TEST(post("application/x-www-form-urlencoded", form) == 201);
    BOOST_TEST(post("Application/X-WWW-Form-URLEncoded ; charset=x", form) == 201);
    BOOST_TEST(post("text/plain", form) == 401);
    BOOST_TEST(post("multipart/form-data", form) == 401);
    BOOST_TEST(post("multipart/form-data; boundary=x", form) == 401);
    BOOST_TEST(post("application/json", form) == 401);
    BOOST_TEST(post("nonsense", form) == 401);
    BOOST_TEST(client.exchange("POST", "/login", {}, form).status == 401); // no type at all
}

BOOST_AUTO_TEST_CASE(a_token_is_taken_from_either_header)
{
    client.form_post("/signup", registration("a@b.test"));
    const auto token = token_of(client.form_post("/login", credentials("a@b.test")));
    const auto status = [&](const name_values& headers) { return client.exchange("GET", "/user", headers).status; };
    BOOST_TEST(status({{"x-access-token", token}}) == 200);
    BOOST_TEST(status({{"X-Access-Token", token}}) == 200);
    BOOST_TEST(status({{"Authorization", "Bearer " + token}}) == 200);
    BOOST_TEST(status({{"authorization", "bearer " + token}}) == 200);
    BOOST_TEST(status({{"Authorization", "Basic " + token}}) == 401);
    BOOST_TEST(status({{"x-access-token", "x"}, {"Authorization", "Bearer " + token}}) == 401);
    BOOST_TEST(client.get("/user").body == "{\"message\":\"Token is missing !!\"}\n");
    BOOST_TEST(client.get("/user", token + "x").body == "{\"message\":\"Token is invalid !!\"}\n");
}

BOOST_AUTO_TEST_CASE(of_many_sign_ups_of_one_address_at_once_exactly_one_is_the_first)
{
    constexpr int clients = 50;
    for (int round = 0; round < 2; ++round) {
        const auto form = registration("race-" + std::to_string(round) + "@b.test");
        std::vector<std::future<int>> racing;
        for (int i = 0; i < clients; ++i)
            racing.push_back(std::async(
                std::launch::async, [&] { return http_client(server.address()).form_post("/signup", form).status; }));
        std::multiset<int> statuses;
        for (auto& each : racing) statuses.insert(each.get());
        BOOST_TEST(statuses.count(201) == 1);
        BOOST_TEST(statuses.count(202) == clients - 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
