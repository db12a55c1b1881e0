// What other programs put into the database, before and while it is served.
#include "e2e_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>

namespace {

using namespace watchword::test;

// How soon a change by another program must show.
constexpr std::chrono::seconds noticed_within(2);

bool lists(http_client& client, const std::string& token, const std::string& email)
{
    for (const auto& user : users(client, token))
        if (user.at("email").as_string() == email) return true;
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(shared_database)

BOOST_AUTO_TEST_CASE(a_long_list_of_users_is_sent_in_chunks_whole_and_in_order)
{
    constexpr int rows = 6000;
    const temporary_directory directory;
    const auto file = directory / "watchword.db";
    server_process(directory.path()).stop(); // makes the tables
    query_sqlite(file, "WITH RECURSIVE n(i) AS (SELECT " + std::to_string(rows) +
                           " UNION ALL SELECT i - 1 FROM n WHERE i > 1) "
                           "INSERT INTO user (id, public_id, name, email, password) "
                           "SELECT i, 'public-' || i, 'Žofie \"' || i, i || '@b.test', 'x' FROM n");
    server_process server(directory.path());
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("last@b.test")).status == 201);
    const auto token = token_of(client.form_post("/login", credentials("last@b.test")));

    for (int round = 0; round < 2; ++round) { // on one connection: the end of the first is the end
        const auto response = client.get("/user", token);
        BOOST_REQUIRE(response.status == 200);
        BOOST_TEST(response.header("Transfer-Encoding") == "chunked");
        BOOST_TEST(response.header("Content-Length").empty());
        BOOST_TEST(response.header("Content-Type") == "application/json");
        const auto listed = boost::json::parse(response.body).at("users").as_array();
        BOOST_REQUIRE(listed.size() == rows + 1);
        int wrong = 0;
        for (int i = 1; i <= rows; ++i) {
            const auto& user = listed[static_cast<std::size_t>(i - 1)];
            const auto number = std::to_string(i);
            wrong += user.at("public_id").as_string() != "public-" + number ||
                     user.at("name").as_string() != "Žofie \"" + number ||
                     user.at("email").as_string() != number + "@b.test";
        }
        BOOST_TEST(wrong == 0);
        BOOST_TEST(listed.back().at("email").as_string() == "last@b.test");
    }
    const auto head = client.exchange("HEAD", "/user", {{"x-access-token", token}});
    BOOST_TEST(head.status == 200);
    BOOST_TEST(client.get("/health/live").status == 200); // HEAD left no chunk behind
}

BOOST_FIXTURE_TEST_CASE(a_change_by_another_program_shows_soon, running_server)
{
    const auto file = directory / "watchword.db";
    client.form_post("/signup", registration("a@b.test"));
    const auto token = token_of(client.form_post("/login", credentials("a@b.test")));
    BOOST_TEST(users(client, token).size() == 1);
    for (const std::string email : {"x@b.test", "y@b.test", "z@b.test"}) {
        query_sqlite(file, "INSERT INTO user (public_id, name, email, password) VALUES ('" + email + "', 'n', '" +
                               email + "', 'h')");
        BOOST_TEST(comes_true([&] { return lists(client, token, email); }, noticed_within));
    }
    query_sqlite(file, "UPDATE user SET name = 'renamed' WHERE email = 'a@b.test'");
    BOOST_TEST(
        comes_true([&] { return users(client, token).at(0).at("name").as_string() == "renamed"; }, noticed_within));
    BOOST_TEST(client.form_post("/signup", registration("x@b.test")).status == 202);
}

BOOST_FIXTURE_TEST_CASE(who_is_deleted_by_another_program_has_no_access_soon, running_server)
{
    client.form_post("/signup", registration("a@b.test"));
    client.form_post("/signup", registration("b@b.test"));
    const auto kept = token_of(client.form_post("/login", credentials("a@b.test")));
    const auto lost = token_of(client.form_post("/login", credentials("b@b.test")));
    BOOST_TEST(client.get("/user", lost).status == 200);
    query_sqlite(directory / "watchword.db", "DELETE FROM user WHERE email = 'b@b.test'");

    BOOST_TEST(comes_true([&] { return client.get("/user", lost).status == 401; }, noticed_within));
    BOOST_TEST(client.get("/user", lost).body == "{\"message\":\"Token is invalid !!\"}\n");
    for (int i = 0; i < 8; ++i) // whichever thread takes the connection
        BOOST_TEST(http_client(server.address()).get("/user", lost).status == 401);
    BOOST_TEST(client.form_post("/login", credentials("b@b.test")).status == 401);
    BOOST_TEST(users(client, kept).size() == 1);
    // The same address again is somebody else.
    BOOST_TEST(client.form_post("/signup", registration("b@b.test")).status == 201);
    BOOST_TEST(client.get("/user", lost).status == 401);
}

BOOST_AUTO_TEST_SUITE_END()
