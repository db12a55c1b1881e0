// watchword migrate: what it says, and that a server on the copy is the server that was.
#include "e2e_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>

namespace {

using namespace watchword::test;

finished migrate(std::vector<std::string> arguments, const environment& more = {})
{
    arguments.insert(arguments.begin(), {watchword_binary(), "migrate"});
    return run_program(arguments, more);
}

postgres_server& postgres()
{
    static postgres_server instance;
    return instance;
}

struct place {
    temporary_directory directory;
    std::string file = directory / "watchword.db";
    std::string url = "sqlite:" + file;

    // How many files there are whose names begin like this.
    int files(const std::string& name) const
    {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            count += entry.path().filename().string().starts_with(name);
        return count;
    }
};

// A file with so many users of no name, and so many whose names are no text.
void make_users(const std::string& file, int good, int bad)
{
    const auto numbered = [](int first, int count) {
        return "WITH RECURSIVE g(n) AS (SELECT " + std::to_string(first) + " UNION ALL SELECT n + 1 FROM g WHERE n < " +
               std::to_string(first + count - 1) + ") INSERT INTO user (id, public_id, email, name) SELECT n, n, n, ";
    };
    BOOST_REQUIRE(migrate({"--database", "sqlite:" + file}).exit_code == 0);
    query_sqlite(file, numbered(1, good) + "NULL FROM g");
    if (bad > 0) query_sqlite(file, numbered(good + 1, bad) + "x'ff' FROM g");
}

} // namespace

BOOST_AUTO_TEST_SUITE(migrating)

BOOST_FIXTURE_TEST_CASE(the_schema_is_shown_and_brought_up_to_date, place)
{
    const auto absent = migrate({"status", "--database", url});
    BOOST_TEST(absent.exit_code == 1);
    BOOST_TEST(contains(absent.errors, "there is no database"), absent.errors);
    BOOST_TEST(files("watchword.db") == 0);

    write_file(file, read_file(shared_path("flask-db/Database.db")));
    const auto before = migrate({"status", "--database", url});
    BOOST_TEST(before.exit_code == 0);
    BOOST_TEST(contains(before.output, "0001_users  pending\n"), before.output);
    BOOST_TEST(contains(before.output, "will be adopted"), before.output);
    BOOST_TEST(read_file(file) == read_file(shared_path("flask-db/Database.db")));

    const auto done = migrate({}, {{"WATCHWORD_DATABASE", url}});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.output, "0001_users  applied\n"), done.output);
    const server_process server(directory.path());
    const auto after = migrate({"status", "--database", url});
    BOOST_TEST(after.exit_code == 0);
    BOOST_TEST(after.output == done.output);
    const auto refused = migrate({"up", "--database", url});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, "in use by another running Watchword"), refused.errors);
}

BOOST_AUTO_TEST_CASE(its_command_line_is_explained)
{
    const auto help = migrate({"--help"});
    BOOST_TEST(help.exit_code == 0);
    for (const auto* word : {"status", "copy", "--from", "--to", "--skip-unusable", "--database"})
        BOOST_TEST(contains(help.output, word), word);
    BOOST_TEST(contains(migrate({"copy", "--help"}).output, "--skip-unusable"));
    const auto mistyped = migrate({"copi"});
    BOOST_TEST(mistyped.exit_code == 2);
    BOOST_TEST(contains(mistyped.errors, "did you mean copy?"), mistyped.errors);
    const auto nothing = migrate({"copy"});
    BOOST_TEST(nothing.exit_code == 2);
    BOOST_TEST(contains(nothing.errors, "--from"), nothing.errors);
    BOOST_TEST(contains(migrate({"copy", "--form", "x"}).errors, "did you mean --from?"));
}

BOOST_FIXTURE_TEST_CASE(a_service_moves_to_a_server_and_back_and_nobody_notices, place)
{
    const auto database = postgres().create_database();
    std::string token, listed;
    {
        server_process server(directory.path());
        http_client client(server.address());
        for (const auto* email : {"Ann@b.test", "žofie@b.test"})
            BOOST_TEST(client.form_post("/signup", registration(email)).status == 201);
        token = token_of(client.form_post("/login", credentials("Ann@b.test")));
        listed = client.get("/user", token).body;
        BOOST_TEST(server.stop() == 0);
    }
    const auto there = migrate({"copy", "--from", url, "--to", database});
    BOOST_TEST(there.exit_code == 0, there.errors);
    BOOST_TEST(contains(there.output, "--secret-file " + file + ".secret"), there.output);
    const auto serves = [&](const std::string& on, const std::string& newcomer, int number) {
        server_process server(directory.path(), {"--database", on, "--secret-file", file + ".secret"});
        http_client client(server.address());
        BOOST_TEST(client.get("/user", token).body == listed);
        BOOST_TEST(client.form_post("/login", credentials("Ann@b.test", "wrong")).status == 403);
        BOOST_TEST(client.form_post("/signup", registration("žofie@b.test")).status == 202);
        BOOST_TEST(client.form_post("/signup", registration(newcomer)).status == 201);
        token_of(client.form_post("/login", credentials("žofie@b.test")));
        token = token_of(client.form_post("/login", credentials("Ann@b.test")));
        listed = client.get("/user", token).body;
        BOOST_TEST(users(client, token).size() == static_cast<std::size_t>(number));
        BOOST_TEST(server.stop() == 0);
    };
    serves(database, "third@b.test", 3);
    BOOST_TEST(postgres().query(database, "SELECT id FROM \"user\" WHERE email = 'third@b.test'") == "3\n");

    const auto other = directory / "other.db";
    const auto back = migrate({"copy", "--from", database, "--to", "sqlite:" + other});
    BOOST_TEST(back.exit_code == 0, back.errors);
    BOOST_TEST(contains(back.output, "found the same"), back.output);
    serves("sqlite:" + other, "fourth@b.test", 4);
    BOOST_TEST(query_sqlite(other, "SELECT id FROM user WHERE email = 'fourth@b.test'") == "4\n");
    BOOST_TEST(query_sqlite(other, "PRAGMA integrity_check") == "ok\n");
}

BOOST_FIXTURE_TEST_CASE(a_source_that_serves_goes_on_and_is_warned_of, place)
{
    server_process server(directory.path());
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    const auto target = directory / "copy.db";
    const auto done = migrate({"copy", "--to", "sqlite:" + target}, {{"WATCHWORD_DATABASE", url}});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.errors, "warning: a Watchword is running on the source"), done.errors);
    BOOST_TEST(query_sqlite(target, "SELECT email FROM user") == "a@b.test\n");
    BOOST_TEST(client.form_post("/signup", registration("c@b.test")).status == 201);
    const auto again = migrate({"copy", "--from", url, "--to", "sqlite:" + target});
    BOOST_TEST(again.exit_code == 1);
    BOOST_TEST(contains(again.errors, "has users already"), again.errors);
}

BOOST_FIXTURE_TEST_CASE(rows_that_cannot_move_are_listed_but_not_without_end, place)
{
    const auto database = postgres().create_database();
    make_users(file, 30, 25);
    const auto refused = migrate({"copy", "--from", url, "--to", database});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, "user 31, name: it is bytes (a BLOB), not a text\n"), refused.errors);
    BOOST_TEST(contains(refused.errors, "user 50, name:"), refused.errors);
    BOOST_TEST(!contains(refused.errors, "user 51, name:"), refused.errors);
    BOOST_TEST(contains(refused.errors, "and 5 more\n"), refused.errors);
    BOOST_TEST(contains(refused.errors, "25 rows cannot be kept"), refused.errors);
    BOOST_TEST(contains(refused.errors, "left empty"), refused.errors);
    BOOST_TEST(postgres().query(database, "SELECT count(*) FROM \"user\"") == "0\n");
    const auto done = migrate({"copy", "--skip-unusable", "--from", url, "--to", database});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.errors, "and 5 more\n"), done.errors);
    BOOST_TEST(postgres().query(database, "SELECT count(*), max(id) FROM \"user\"") == "30|30\n");
}

BOOST_FIXTURE_TEST_CASE(a_signal_ends_a_copy_and_leaves_the_target_empty, place)
{
    make_users(file, 200'000, 0);
    const auto target = directory / "copy.db";
    process copying({watchword_binary(), "migrate", "copy", "--from", url, "--to", "sqlite:" + target});
    BOOST_REQUIRE(copying.await_error_line("copying user").has_value());
    copying.signal(SIGTERM);
    BOOST_TEST(copying.wait() == 1);
    BOOST_TEST(contains(copying.errors(), "stopped before it was done; nothing was copied"), copying.errors());
    BOOST_TEST(files("copy.db") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_password_is_never_shown, place)
{
    make_users(file, 1, 0);
    for (const std::string database :
         {"postgresql://ann:canary@127.0.0.1:1/x", "postgresql://ann:can/canary@127.0.0.1:1/x",
          "postgresql://ann:canary@/x?host=/nowhere", "postgres:ann:canary", "mysql://ann:canary@localhost/x"})
        for (const auto& done : {migrate({"copy", "--from", url, "--to", database}),
                                 migrate({"copy", "--from", database, "--to", "sqlite:" + (directory / "new.db")})}) {
            BOOST_TEST(done.exit_code == 1, database);
            BOOST_TEST(contains(done.errors, "nothing was copied"), done.errors);
            BOOST_TEST(!contains(done.errors + done.output, "canary"), done.errors);
        }
    BOOST_TEST(!std::filesystem::exists(directory / "new.db"));
}

BOOST_AUTO_TEST_SUITE_END()
