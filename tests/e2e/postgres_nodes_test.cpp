// Several servers on one PostgreSQL, and how the database may be named.
#include "e2e_fixture.hpp"
#include "support/postgres_server.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

namespace {

using namespace watchword::test;

struct postgres_database {
    postgres_server postgres;
    temporary_directory directory;
    std::string url = postgres.create_database();
    std::string host = url.substr(url.find("host=") + 5), name = url.substr(url.find("@/") + 2);

    postgres_database()
    {
        name.resize(name.find('?'));
        write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
    }
    std::vector<std::string> on(const std::string& database) const
    {
        return {"--database", database, "--secret-file", directory / "secret"};
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nodes_on_postgresql, postgres_database)

BOOST_AUTO_TEST_CASE(who_signs_up_here_is_listed_there_and_tokens_that_are_known_cost_no_question)
{
    server_process first(directory.path(), on(url)), second(directory.path(), on(url));
    http_client here(first.address()), there(second.address());
    BOOST_TEST(here.form_post("/signup", registration("a@b.test")).status == 201);
    const auto token = token_of(there.form_post("/login", credentials("a@b.test")));
    BOOST_TEST(users(there, token).size() == 1);
    BOOST_TEST(here.form_post("/signup", registration("b@b.test")).status == 201);
    BOOST_TEST(comes_true([&] { return users(there, token).size() == 2; }));
    BOOST_TEST(there.form_post("/signup", registration("b@b.test")).status == 202);

    // When the readers of both were asked for the last time; the feed asks for something else.
    const auto last_read = [&] {
        return postgres.query(url, "SELECT max(query_start) FROM pg_stat_activity WHERE application_name = 'watchword' "
                                   "AND query NOT LIKE '%watchword_change%'");
    };
    users(there, token); // the list as it is now
    // Each server also looks for changes of signing keys after what the other has done, once.
    const auto settled = [&] {
        const auto one = last_read();
        std::this_thread::sleep_for(std::chrono::milliseconds(600));
        return last_read() == one;
    };
    BOOST_TEST(comes_true(settled));
    const auto before = last_read();
    BOOST_TEST(before.size() > 10u);
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
    int asked = 0;
    for (; std::chrono::steady_clock::now() < end; ++asked) BOOST_TEST(there.get("/user", token).status == 200);
    BOOST_TEST(asked > 10);
    BOOST_TEST(last_read() == before);
    BOOST_TEST(first.stop() == 0);
    BOOST_TEST(second.stop() == 0);
}

BOOST_AUTO_TEST_CASE(keywords_name_the_database_and_no_line_of_the_log_holds_them)
{
    server_process server(directory.path(), on("host=" + host + " dbname=" + name + " user=postgres password=s3cret"));
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!contains(server.log(), "s3cret"), server.log());
}

BOOST_AUTO_TEST_CASE(a_password_is_read_from_its_file_and_an_owner_who_is_no_superuser_is_enough)
{
    postgres.query(url, "CREATE ROLE app LOGIN PASSWORD 'p w=''\\'");
    postgres.query(url, "ALTER DATABASE " + name + " OWNER TO app");
    write_file(host + "/data/pg_hba.conf", "local all postgres trust\nlocal all all scram-sha-256\n");
    postgres.query(url, "SELECT pg_reload_conf()");
    const auto arguments = on("postgresql://app@/" + name + "?host=" + host);
    write_file(directory / "password", "p w='\\\n");
    write_file(directory / "wrong", "p w='\n");

    std::vector<std::string> refused{watchword_binary(), "serve", "--listen", "127.0.0.1:0"};
    refused.insert(refused.end(), arguments.begin(), arguments.end());
    for (const environment& e : {environment{}, environment{{"WATCHWORD_DATABASE_PASSWORD_FILE", directory / "wrong"}},
                                 environment{{"WATCHWORD_DATABASE_PASSWORD_FILE", directory / "none"}}}) {
        const auto done = run_program(refused, e);
        BOOST_TEST(done.exit_code == 1);
        BOOST_TEST(!contains(done.errors, "p w="), done.errors);
    }
    server_process server(directory.path(), arguments, {{"WATCHWORD_DATABASE_PASSWORD_FILE", directory / "password"}});
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!contains(server.log(), "p w="), server.log());
}

BOOST_AUTO_TEST_SUITE_END()
