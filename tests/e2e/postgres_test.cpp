// The same service on PostgreSQL.
#include "e2e_fixture.hpp"
#include "support/postgres_server.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

struct postgres_database {
    postgres_server postgres;
    temporary_directory directory;
    std::string url = postgres.create_database();
    std::vector<std::string> arguments{"--database", url, "--secret-file", directory / "secret"};

    postgres_database() { write_file(directory / "secret", "a secret of the test, 40 bytes in length\n"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(on_postgresql, postgres_database)

BOOST_AUTO_TEST_CASE(people_sign_up_log_in_and_are_listed_and_stay_when_it_restarts)
{
    std::string token;
    {
        server_process server(directory.path(), arguments);
        http_client client(server.address());
        BOOST_TEST(client.form_post("/signup", registration("Žofie+1@b.test")).status == 201);
        BOOST_TEST(client.multipart_post("/signup", registration("Žofie+1@b.test")).status == 202);
        BOOST_TEST(client.form_post("/signup", registration("second@b.test")).status == 201);
        token = token_of(client.form_post("/login", credentials("Žofie+1@b.test")));
        const auto listed = users(client, token);
        BOOST_REQUIRE(listed.size() == 2);
        BOOST_TEST(listed[0].at("email").as_string() == "Žofie+1@b.test");
        BOOST_TEST(listed[1].at("email").as_string() == "second@b.test");
        BOOST_TEST(client.form_post("/login", credentials("Žofie+1@b.test", "wrong")).status == 403);
        BOOST_TEST(client.form_post("/login", credentials("nobody@b.test")).status == 401);
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(postgres.query(url, "SELECT password LIKE '$argon2id$%' FROM \"user\" ORDER BY id").starts_with("t"));
    server_process server(directory.path(), arguments);
    http_client client(server.address());
    BOOST_TEST(users(client, token).size() == 2);
    BOOST_TEST(client.form_post("/signup", registration("second@b.test")).status == 202);
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_user_deleted_with_psql_has_no_access_soon)
{
    server_process server(directory.path(), arguments);
    http_client client(server.address());
    client.form_post("/signup", registration("a@b.test"));
    const auto token = token_of(client.form_post("/login", credentials("a@b.test")));
    BOOST_TEST(client.get("/user", token).status == 200);
    postgres.query(url, "DELETE FROM \"user\"");
    BOOST_TEST(comes_true([&] { return client.get("/user", token).status == 401; }, std::chrono::seconds(2)));
}

BOOST_AUTO_TEST_CASE(without_a_secret_it_does_not_start)
{
    const auto done = run_program({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database", url});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(done.errors.find("--secret-file") != std::string::npos, done.errors);
}

BOOST_AUTO_TEST_SUITE_END()
