// F25: what the server needs at its start is damaged, missing or something else.
#include "store_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

namespace {

using namespace watchword::test;
namespace fs = std::filesystem;

const std::vector<std::string> some_emails{"a@b.test", "b@b.test", "c@b.test"};

// The files of a stopped server that has a few users, to be put wherever they are needed.
struct good_files {
    std::string database, secret;

    good_files()
    {
        const temporary_directory directory;
        server_process server(directory.path(), cheap_passwords());
        for (const auto& email : some_emails)
            BOOST_REQUIRE(http_client(server.address()).form_post("/signup", registration(email)).status == 201);
        BOOST_REQUIRE(server.stop() == 0);
        database = read_file(directory / "watchword.db");
        secret = read_file(directory / "watchword.db.secret");
    }
};

using files = std::map<std::string, std::string>;

files read_all(const fs::path& directory)
{
    files all;
    for (const auto& entry : fs::directory_iterator(directory))
        all[entry.path().filename()] = entry.is_regular_file() ? read_file(entry.path()) : "";
    return all;
}

void write_private(const std::string& file, const std::string& content)
{
    write_file(file, content);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
}

void write_all(const fs::path& directory, const files& all)
{
    for (const auto& [name, content] : all) write_private(directory / name, content);
}

finished start(const fs::path& directory, const std::vector<std::string>& more = {})
{
    return run_program(std::vector<std::string>{watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--log-format",
                                                "json", "--database",
                                                "sqlite:" + (directory / "watchword.db").string()} +
                           more,
                       {}, std::chrono::seconds(20));
}

// It ended with one line that names the reason.
void check_refusal(const finished& done, const std::string& reason)
{
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(std::count(done.errors.begin(), done.errors.end(), '\n') == 1, done.errors);
    BOOST_TEST(contains(done.errors, "cannot start"), done.errors);
    BOOST_TEST(contains(done.errors, reason), reason << " is not in " << done.errors);
}

// And no byte of what was there is another.
void check_refuses(const fs::path& directory, const std::string& reason, const std::vector<std::string>& more = {})
{
    const auto before = read_all(directory);
    check_refusal(start(directory, more), reason);
    const auto after = read_all(directory);
    for (const auto& [name, content] : before) {
        BOOST_TEST(after.contains(name), name);
        if (after.contains(name)) BOOST_TEST(bool(after.at(name) == content), name << " was changed");
    }
    BOOST_TEST(after.contains("watchword.db.secret") == before.contains("watchword.db.secret"));
}

// It runs, and everybody can log in.
void check_serves(server_process& server)
{
    http_client client(server.address());
    for (const auto& email : some_emails) token_of(client.form_post("/login", credentials(email)));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(f25_damaged_files, good_files)

BOOST_AUTO_TEST_CASE(what_is_no_database_is_refused_and_left_as_it_is)
{
    const files kinds{{std::string("a text\n") + std::string(5000, 'x'), "is not a SQLite database"},
                      {"short", "is not a SQLite database"},
                      {database.substr(0, 100), "is damaged"},
                      {database.substr(0, database.size() / 2), "is damaged"},
                      {std::string(database.size(), '\0'), "is not a SQLite database"}};
    for (const auto& [content, reason] : kinds) {
        const temporary_directory directory;
        write_all(directory.path(), {{"watchword.db", content}, {"watchword.db.secret", secret}});
        check_refuses(directory.path(), reason);
    }
    const temporary_directory directory;
    fs::create_directory(directory / "watchword.db");
    check_refuses(directory.path(), "is not a file");
}

// Any byte of the header may be wrong: then it refuses, or it did not matter.
BOOST_AUTO_TEST_CASE(a_wrong_byte_in_the_first_page_is_refused_or_harmless)
{
    std::vector<std::size_t> places{0, 15, 16, 18, 19, 20, 21, 24, 28, 31, 40, 44, 47, 56, 59, 60, 100, 103, 105};
    if (is_long()) {
        places.clear();
        for (std::size_t i = 0; i < 120; ++i) places.push_back(i);
    }
    if (is_sanitized) places.resize(places.size() / 4);
    std::size_t refused = 0;
    for (const auto i : places) {
        const temporary_directory directory;
        auto wrong = database;
        wrong[i] = static_cast<char>(~wrong[i]);
        write_all(directory.path(), {{"watchword.db", wrong}, {"watchword.db.secret", secret}});
        try {
            server_process server(directory.path(), cheap_passwords());
            check_serves(server);
            BOOST_TEST(server.stop() == 0, "byte " << i);
        } catch (const std::runtime_error&) {
            ++refused;
            write_file(directory / "watchword.db", wrong);
            check_refuses(directory.path(), "the database");
        }
    }
    BOOST_TEST(refused >= 4u);
    report("F25 one wrong byte in the first page, " + std::to_string(places.size()) + " places: refused " +
           std::to_string(refused) + ", else everybody could log in");
}

BOOST_AUTO_TEST_CASE(a_log_of_garbage_is_not_mistaken_for_commits)
{
    const temporary_directory directory;
    std::string garbage;
    for (std::size_t i = 0; i < 100'000; ++i) garbage += static_cast<char>(i * i % 251);
    write_all(directory.path(),
              {{"watchword.db", database}, {"watchword.db-wal", garbage}, {"watchword.db-shm", garbage}});
    server_process server(directory.path(), cheap_passwords());
    check_serves(server);
    BOOST_TEST(http_client(server.address()).form_post("/signup", registration("new@b.test")).status == 201);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(sqlite_integrity(directory / "watchword.db") == "ok");
}

// SQLite itself would delete the log, and everything that is only there.
BOOST_AUTO_TEST_CASE(an_empty_database_with_a_log_beside_it_is_refused)
{
    const temporary_directory directory;
    {
        server_process server(directory.path(), cheap_passwords());
        sign_up_known(server.address());
        server.kill();
    }
    const auto kept = read_file(directory / "watchword.db-wal");
    BOOST_REQUIRE(kept.size() > 4096u);
    const auto whole = read_file(directory / "watchword.db");
    write_file(directory / "watchword.db", "");
    check_refuses(directory.path(), "is empty, but there is a write-ahead log");
    write_file(directory / "watchword.db", whole);
    server_process server(directory.path(), cheap_passwords());
    token_of(http_client(server.address()).form_post("/login", credentials(known_email)));
}

BOOST_AUTO_TEST_CASE(a_damaged_page_is_refused_or_503_for_whom_it_concerns_and_never_a_crash)
{
    const temporary_directory directory;
    const auto file = directory / "watchword.db";
    write_all(directory.path(), {{"watchword.db", database}, {"watchword.db.secret", secret}});
    const auto page = std::stoul(query_sqlite(file, "SELECT rootpage FROM sqlite_master WHERE name = 'user'"));
    auto wrong = database;
    for (std::size_t i = (page - 1) * 4096; i < page * 4096; ++i) wrong[i] = static_cast<char>(wrong[i] ^ 0x55);
    write_file(file, wrong);
    try {
        server_process server(directory.path(), cheap_passwords());
        http_client client(server.address());
        const auto login = client.form_post("/login", credentials(some_emails[0]));
        BOOST_TEST(login.status == 503, login.status << " " << login.body);
        BOOST_TEST(client.form_post("/signup", registration("new@b.test")).status == 503);
        BOOST_TEST(client.get("/health/live").status == 200);
        BOOST_TEST(server.stop() == 0);
        BOOST_TEST(count_lines(server.log(), "malformed") > 0u);
    } catch (const std::runtime_error&) { // it looked at that page before it was ready
        check_refusal(start(directory.path()), "malformed");
    }
}

// It would not be the tutorial's after a migration either.
BOOST_AUTO_TEST_CASE(somebody_else_s_database_is_refused_and_its_tables_are_as_before)
{
    const temporary_directory directory;
    const auto file = directory / "watchword.db";
    query_sqlite(file, "CREATE TABLE user (user_name TEXT PRIMARY KEY, age INTEGER)");
    query_sqlite(file, "INSERT INTO user VALUES ('ann', 7)");
    const auto done = start(directory.path());
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.errors, "is not the tutorial's"), done.errors);
    BOOST_TEST(query_sqlite(file, "SELECT name FROM sqlite_master ORDER BY name") == "sqlite_autoindex_user_1\nuser\n");
}

BOOST_AUTO_TEST_CASE(without_the_secret_it_was_told_of_it_does_not_start_and_makes_none)
{
    const temporary_directory directory, elsewhere;
    const auto secret_file = elsewhere / "secret";
    write_all(directory.path(), {{"watchword.db", database}});
    const std::vector<std::string> told{"--secret-file", secret_file};
    check_refuses(directory.path(), "cannot read the secret file", told);
    BOOST_TEST(!fs::exists(secret_file));
    write_private(secret_file, "too short\n");
    check_refuses(directory.path(), "too short", told);
    write_private(secret_file, "");
    check_refuses(directory.path(), "too short", told);
    fs::remove(secret_file);
    fs::create_directory(secret_file);
    check_refuses(directory.path(), "is not a regular file", told);
}

BOOST_AUTO_TEST_CASE(a_damaged_secret_beside_the_database_is_refused_not_replaced)
{
    const temporary_directory directory;
    for (const std::string damaged : {"", "cut", "\n"}) {
        write_all(directory.path(), {{"watchword.db", database}, {"watchword.db.secret", damaged}});
        check_refusal(start(directory.path()), "too short");
        BOOST_TEST(read_file(directory / "watchword.db.secret") == damaged);
        BOOST_TEST(query_sqlite(directory / "watchword.db", "SELECT count(*) FROM user") == "3\n");
    }
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused_and_left_as_it_is)
{
    const temporary_directory directory;
    write_all(directory.path(), {{"watchword.db", database}, {"watchword.db.secret", secret}});
    query_sqlite(directory / "watchword.db",
                 "INSERT INTO watchword_migration (version, name, checksum) VALUES (9999, '9999_later', 'x')");
    check_refuses(directory.path(), "use a newer Watchword");
}

BOOST_AUTO_TEST_SUITE_END()
