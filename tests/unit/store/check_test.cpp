#include "backup_fixture.hpp"
#include "store/check.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <thread>

namespace watchword::store {
namespace {

// One line for all problems.
std::string problems(const database_settings& s)
{
    watcher nobody;
    std::string all;
    for (const auto& p : check_database(s, nobody).problems) all += p + "; ";
    return all;
}
std::string problems(const closed_database& d)
{
    return problems({"sqlite:" + d.file.string()});
}

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

// A new database of either kind with three users, served by this process.
struct served {
    explicit served(const std::string& kind) : empty(kind)
    {
        open_database d(empty.settings());
        for (int i = 0; i < 3; ++i) BOOST_REQUIRE(d.add(numbered_user(i)).has_value());
    }
    void execute(const std::string& statement)
    {
        const auto& url = empty.settings().url;
        if (url.starts_with("sqlite:")) {
            other_program(url.substr(7)).query(statement);
        } else {
            server().query(url, statement);
        }
    }
    std::string problems() { return store::problems(empty.settings()); }

    empty_database empty;
};

} // namespace

BOOST_AUTO_TEST_SUITE(check_test)

BOOST_DATA_TEST_CASE(a_sound_database_has_no_problems_and_is_counted, kinds, kind)
{
    served d(kind);
    watcher nobody;
    const auto found = check_database(d.empty.settings(), nobody);
    BOOST_TEST(found.problems.empty());
    BOOST_TEST(found.users == 3u);
    BOOST_TEST(found.rows >= 3u + 2u); // migrations
    BOOST_TEST(found.bytes > 0u);
    BOOST_TEST(found.schema_version == found.known_version);
    BOOST_TEST(found.schema_version >= 2);
}

BOOST_DATA_TEST_CASE(tables_and_indexes_that_are_missing_are_found, kinds, kind)
{
    served d(kind);
    d.execute("DROP INDEX watchword_email_key_by_key");
    BOOST_TEST(contains(d.problems(), "watchword_email_key_by_key is missing; "));
    d.execute("DROP TABLE watchword_email_key");
    BOOST_TEST(contains(d.problems(), "watchword_email_key is missing; "));
}

BOOST_DATA_TEST_CASE(a_schema_of_another_program_is_found, kinds, kind)
{
    served d(kind);
    d.execute("UPDATE watchword_migration SET checksum = 'other' WHERE version = 2");
    BOOST_TEST(contains(d.problems(), "schema: the database's schema is not this program's"));
    d.execute("INSERT INTO watchword_migration (version, name, checksum) VALUES (99, 'x', 'x')");
    BOOST_TEST(contains(d.problems(), "schema: "));
}

BOOST_DATA_TEST_CASE(a_user_table_without_its_keys_is_found, kinds, kind)
{
    served d(kind);
    if (std::string(kind) == "sqlite") {
        d.execute("DROP TABLE watchword_email_key; DROP TABLE user; CREATE TABLE user (id INTEGER PRIMARY KEY, "
                  "public_id TEXT UNIQUE, name TEXT, email TEXT, password TEXT)");
    } else {
        d.execute("ALTER TABLE \"user\" DROP CONSTRAINT user_email_key");
    }
    BOOST_TEST(contains(d.problems(), "user table: "));
}

BOOST_AUTO_TEST_CASE(a_damaged_page_is_found)
{
    closed_database d(2000);
    auto bytes = test::read_file(d.file);
    const auto table =
        std::stoul(other_program(d.file).query("SELECT rootpage FROM sqlite_master WHERE name = 'user'"));
    const auto index = std::stoul(
        other_program(d.file).query("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_user_1'"));
    for (const auto page : {table, index}) {
        auto damaged = bytes;
        damaged.replace((page - 1) * 4096, 4096, 4096, '\x55');
        write_file(d.file, damaged);
        BOOST_TEST(contains(problems(d), "structure: "), page);
    }
    write_file(d.file, bytes);
    BOOST_TEST(problems(d) == "");
}

BOOST_AUTO_TEST_CASE(an_index_that_disagrees_with_its_table_is_found)
{
    closed_database d;
    other_program(d.file).query("PRAGMA writable_schema = 1; CREATE TABLE shadow AS SELECT * FROM user; "
                                "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = "
                                "'shadow') WHERE name = 'user'");
    BOOST_TEST(contains(problems(d), "structure: "));
}

BOOST_AUTO_TEST_CASE(rows_whose_owner_is_gone_are_counted)
{
    closed_database d;
    other_program(d.file).query("INSERT INTO watchword_email_key VALUES (98, 'x'), (99, 'y')");
    BOOST_TEST(problems(d) ==
               "foreign keys: 2 rows of watchword_email_key belong to a row of user that is not there; ");
}

BOOST_AUTO_TEST_CASE(a_second_name_of_the_file_is_a_problem)
{
    closed_database d;
    std::filesystem::create_hard_link(d.file, d.copy);
    BOOST_TEST(contains(problems(d), "has 2 names"));
}

BOOST_AUTO_TEST_CASE(it_changes_nothing_and_reads_the_log)
{
    closed_database d;
    d.leave_user_in_log();
    const auto file = test::read_file(d.file), log = test::read_file(d.beside(d.file, "-wal"));
    watcher nobody;
    BOOST_TEST(check_database({"sqlite:" + d.file.string()}, nobody).users == 4u);
    BOOST_TEST((test::read_file(d.file) == file));
    BOOST_TEST((test::read_file(d.beside(d.file, "-wal")) == log));
}

BOOST_AUTO_TEST_CASE(a_flask_database_is_no_problem)
{
    closed_database d;
    std::filesystem::remove(d.file);
    std::filesystem::copy_file(test::shared_path("flask-db/Database.db"), d.file);
    watcher nobody;
    const auto found = check_database({"sqlite:" + d.file.string()}, nobody);
    BOOST_TEST(found.problems.empty());
    BOOST_TEST(found.schema_version == 0);
    BOOST_TEST(found.users == 65u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_an_error)
{
    closed_database d;
    write_file(d.file, std::string(5000, 'x'));
    BOOST_TEST(contains(refusal_of([&] { problems(d); }), "is not a SQLite database"));
    std::filesystem::remove(d.file);
    BOOST_TEST(contains(refusal_of([&] { problems(d); }), "there is no database"));
    BOOST_TEST(!std::filesystem::exists(d.file));
    BOOST_TEST(contains(refusal_of([] { problems({"postgresql://nobody@/none?host=/nowhere"}); }), "cannot be used"));
}

BOOST_AUTO_TEST_CASE(it_can_be_stopped)
{
    closed_database d(2000);
    for (const std::string part : {"checking the structure", "counting"}) {
        acting_watcher stopping(part, [](watcher& w) { w.stop(); });
        BOOST_CHECK_THROW(check_database({"sqlite:" + d.file.string()}, stopping), stopped);
    }
}

BOOST_AUTO_TEST_CASE(whoever_stops_work_also_interrupts_the_statement_that_runs)
{
    int interrupts = 0;
    watcher w;
    {
        const watcher::interrupted_by_stop running(w, [&] { ++interrupts; });
        std::thread([&] { w.stop(); }).join();
        BOOST_TEST(interrupts == 1);
    }
    w.stop();
    BOOST_TEST(interrupts == 1);
    BOOST_CHECK_THROW(watcher::interrupted_by_stop(w, [] {}), stopped);
}

BOOST_AUTO_TEST_CASE(a_server_that_may_lose_what_it_committed_is_a_problem)
{
    served d("postgresql");
    d.execute("DO $$BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = off'; END$$");
    BOOST_TEST(contains(d.problems(), "server: synchronous_commit is off"));
}

BOOST_AUTO_TEST_CASE(an_index_that_postgresql_does_not_use_is_a_problem)
{
    served d("postgresql");
    d.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'watchword_email_key_by_key'::regclass");
    BOOST_TEST(contains(d.problems(), "indexes: watchword_email_key_by_key is not valid"));
}

BOOST_AUTO_TEST_CASE(a_page_that_postgresql_cannot_read_is_a_problem)
{
    served d("postgresql");
    const auto& url = d.empty.settings().url;
    auto file = server().query(url, "SELECT current_setting('data_directory') || '/' || "
                                    "pg_relation_filepath('\"user\"')");
    file.erase(file.find_last_not_of('\n') + 1);
    d.execute("CHECKPOINT");
    server().stop();
    std::fstream(file, std::ios::binary | std::ios::in | std::ios::out) << std::string(8192, '\x55');
    server().start();
    BOOST_TEST(contains(d.problems(), "reading users: "));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
