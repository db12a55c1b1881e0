// What SQLite keeps and PostgreSQL cannot, and the other way round.
#include "copy_fixture.hpp"
#include "store/copy.hpp"
#include "support/process.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace watchword::store {
namespace {

// 3,000 bytes that no compression makes shorter than an index of PostgreSQL demands.
const std::string incompressible = "(SELECT group_concat(hex(randomblob(50)), '') FROM (VALUES (1),(2),(3),(4),(5),(6),"
                                   "(7),(8),(9),(10),(11),(12),(13),(14),(15),(16),(17),(18),(19),(20),(21),(22),(23),"
                                   "(24),(25),(26),(27),(28),(29),(30),(31),(32),(33),(34),(35),(36),(37),(38),(39),"
                                   "(40),(41),(42),(43),(44),(45),(46),(47),(48),(49),(50),(51),(52),(53),(54),(55),"
                                   "(56),(57),(58),(59),(60)))";

// A database as it should be, but for the rows that a test adds.
struct hostile_source : migrated_database {
    hostile_source() : migrated_database("sqlite")
    {
        add_users(settings(), 2500);
        good = dump_users(settings());
    }
    void add(const std::string& columns, const std::string& values)
    {
        execute(settings(), "INSERT INTO user (" + columns + ") VALUES " + values);
    }
    std::string good;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(copy_unusable_test, hostile_source)

BOOST_AUTO_TEST_CASE(each_row_that_a_server_cannot_keep_is_named_and_by_default_nothing_is_copied)
{
    add("id, name", "(5001, CAST(x'4100' AS TEXT)), (5002, CAST(x'c328' AS TEXT)), (5003, x'4142'), (5004, x''), "
                    "(5005, CAST(x'eda080' AS TEXT)), (9223372036854775807, 'the last')");
    add("id, email, password", "(5006, CAST(x'00' AS TEXT), x'ff')");
    const empty_database target("postgresql");
    copy_witness w;
    const auto why = refusal_of_copy(settings(), target.settings(), w);
    BOOST_TEST(contains(why, "7 rows cannot be kept"), why);
    BOOST_TEST(w.complaints() == "user 5001 name: there is a NUL in it\n"
                                 "user 5002 name: it is not UTF-8\n"
                                 "user 5003 name: it is bytes (a BLOB), not a text\n"
                                 "user 5004 name: it is bytes (a BLOB), not a text\n"
                                 "user 5005 name: it is not UTF-8\n"
                                 "user 5006 email: there is a NUL in it\n"
                                 "user 5006 password: it is bytes (a BLOB), not a text\n"
                                 "user 9223372036854775807 id: it leaves no number for the next\n");
    BOOST_TEST(is_empty(target.settings()));

    copy_witness again;
    const auto report = copy(settings(), target.settings(), again, true);
    BOOST_TEST(again.complaints() == w.complaints());
    BOOST_TEST(report.is_same());
    BOOST_TEST(report.left_out() == 7u);
    BOOST_TEST(report.tables[0].left_out == 7u);
    BOOST_TEST(report.tables[0].copied == 2500u);
    BOOST_TEST(dump_users(target.settings()) == good);
}

BOOST_AUTO_TEST_CASE(what_only_the_server_can_judge_is_found_wherever_it_stands)
{
    add("id, email", "(0, " + incompressible + "), (6000, " + incompressible + "), (6001, " + incompressible + ")");
    add("id, email", "(6002, (SELECT replace(hex(zeroblob(5000)), '00', 'a')))"); // long, but it can be compressed
    const empty_database target("postgresql");
    copy_witness w;
    BOOST_TEST(contains(refusal_of_copy(settings(), target.settings(), w), "3 rows cannot be kept"));
    BOOST_TEST(w.complaints() == "user 0 : it is too long for an index\n"
                                 "user 6000 : it is too long for an index\n"
                                 "user 6001 : it is too long for an index\n");
    BOOST_TEST(is_empty(target.settings()));
    const auto report = copy(settings(), target.settings(), w, true);
    BOOST_TEST(report.is_same());
    BOOST_TEST(report.tables[0].copied == 2501u);
    BOOST_TEST(report.tables[0].left_out == 3u);
    execute(target.settings(), "DELETE FROM \"user\" WHERE id = 6002");
    BOOST_TEST(dump_users(target.settings()) == good);
}

// No UNIQUE of SQLite's lets them through; a damaged index does.
BOOST_DATA_TEST_CASE(values_that_come_twice_are_found, boost::unit_test::data::make({"sqlite", "postgresql"}), kind)
{
    // While nobody knows of the index by address, an address is added again.
    const std::string script = R"py(
import sqlite3, sys
def connect():
    d = sqlite3.connect(sys.argv[1], isolation_level=None)
    d.execute('PRAGMA writable_schema = 1')
    return d
d = connect()
index = d.execute("SELECT * FROM sqlite_master WHERE name = 'sqlite_autoindex_user_2'").fetchone()
table = d.execute("SELECT sql FROM sqlite_master WHERE name = 'user'").fetchone()
d.execute("DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_user_2'")
d.execute("UPDATE sqlite_master SET sql = replace(sql, 'UNIQUE (email)', 'CHECK (1)') WHERE name = 'user'")
d.close()
d = connect()
d.execute("INSERT INTO user (id, email) VALUES (7000, 'user3@example.test')")
d.execute('INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)', index)
d.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'user'", table)
)py";
    const auto done = test::run_program({"python3", "-c", script, settings().url.substr(7)});
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    const empty_database target(kind);
    copy_witness w;
    BOOST_TEST(contains(refusal_of_copy(settings(), target.settings(), w), "1 row cannot be kept"));
    BOOST_TEST(w.complaints() == "user 7000 : a value that must be unique is there already\n");
    BOOST_TEST(is_empty(target.settings()));
    BOOST_TEST(copy(settings(), target.settings(), w, true).is_same());
    BOOST_TEST(dump_users(target.settings()) == good);
}

BOOST_DATA_TEST_CASE(what_belongs_to_a_row_that_is_left_out_is_left_out_too,
                     boost::unit_test::data::make({"sqlite", "postgresql"}), kind)
{
    add("id, name, email", "(8000, CAST(x'c328' AS TEXT), 'A@b.test')");
    execute(settings(), "INSERT INTO watchword_email_key VALUES (1, 'k'), (8000, 'a@b.test')");
    const empty_database target(kind);
    copy_witness w;
    const auto report = copy(settings(), target.settings(), w, true);
    const bool server = std::string(kind) == "postgresql"; // a file keeps such a name
    BOOST_TEST(report.tables[1].copied == (server ? 1u : 2u));
    BOOST_TEST(report.tables[1].left_out == (server ? 1u : 0u));
    BOOST_TEST(report.is_same());
    if (server)
        BOOST_TEST(w.complaints() == "user 8000 name: it is not UTF-8\n"
                                     "watchword_email_key 8000 : what it belongs to was left out\n");
}

BOOST_DATA_TEST_CASE(a_session_is_left_out_with_its_user_and_without_one,
                     boost::unit_test::data::make({"sqlite", "postgresql"}), kind)
{
    add("id, name", "(8000, CAST(x'c328' AS TEXT))");
    const std::string rest = "', 1, 1, 1, 1, 0, '', '', '', '', '', 1, NULL, NULL)";
    execute(settings(), "PRAGMA foreign_keys = 0; INSERT INTO watchword_session VALUES ('mine', 1, 'a" + rest +
                            ", ('theirs', 8000, 'b" + rest + ", ('gone', 9999, 'c" + rest);
    const empty_database target(kind);
    copy_witness w;
    const auto report = copy(settings(), target.settings(), w, true);
    const bool server = std::string(kind) == "postgresql"; // a file keeps such a name
    BOOST_TEST(report.is_same());
    BOOST_TEST(report.tables[3].copied == (server ? 1u : 2u));
    BOOST_TEST(report.tables[3].left_out == (server ? 1u : 0u));
    if (server)
        BOOST_TEST(w.complaints() == "user 8000 name: it is not UTF-8\n"
                                     "watchword_session 'theirs' : what it belongs to was left out\n");
}

BOOST_DATA_TEST_CASE(what_belongs_to_nobody_is_no_obstacle, boost::unit_test::data::make({"sqlite", "postgresql"}),
                     kind)
{
    execute(settings(), "PRAGMA foreign_keys = 0; INSERT INTO watchword_email_key VALUES (1, 'k'), (9999, 'gone')");
    const empty_database target(kind);
    const auto report = copy(settings(), target.settings());
    BOOST_TEST(report.is_same());
    BOOST_TEST(report.tables[1].copied == 1u);
    BOOST_TEST(report.left_out() == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_keeps_whatever_a_file_kept)
{
    add("id, name", "(5001, CAST(x'4100' AS TEXT)), (5002, CAST(x'c328' AS TEXT)), (5003, x'4142'), (5004, x''), "
                    "(9223372036854775807, 'the last')");
    const empty_database target("sqlite");
    BOOST_TEST(copy(settings(), target.settings()).is_same());
    BOOST_TEST(dump_users(target.settings()) == dump_users(settings()));
    BOOST_TEST(ask(target.settings(), "SELECT group_concat(typeof(name)) FROM (SELECT name FROM \"user\" "
                                      "WHERE id > 5000 ORDER BY id)") == "text,text,blob,blob,text");
}

// A table made by hand may have other types; its texts may be numbers, and its numbers texts.
BOOST_DATA_TEST_CASE(numbers_are_no_texts_and_texts_no_numbers, boost::unit_test::data::make({"sqlite", "postgresql"}),
                     kind)
{
    execute(settings(),
            "PRAGMA foreign_keys = 0; DROP TABLE user; CREATE TABLE user (id PRIMARY KEY, public_id UNIQUE, "
            "name, email UNIQUE, password); INSERT INTO user (id, name) VALUES (1, 'n'), (2, 5), (3, 5.5), "
            "('four', 'n'), (5.5, 'n'), (NULL, 'n'), (x'06', 'n')");
    const empty_database target(kind);
    copy_witness w;
    BOOST_TEST(contains(refusal_of_copy(settings(), target.settings(), w), "6 rows cannot be kept"));
    BOOST_TEST(w.complaints() == "user NULL id: there is no value\n"
                                 "user 2 name: it is a number, not a text\n"
                                 "user 3 name: it is a number, not a text\n"
                                 "user 5.500000 id: it is no whole number\n"
                                 "user 'four' id: it is no whole number\n"
                                 "user x'06' id: it is no whole number\n");
    BOOST_TEST(is_empty(target.settings()));
    BOOST_TEST(copy(settings(), target.settings(), w, true).tables[0].copied == 1u);
}

BOOST_AUTO_TEST_CASE(ids_that_an_adopted_table_has_no_room_for_are_refused)
{
    add("id", "(2147483647), (2147483648), (-2147483648), (-2147483649)");
    const empty_database target("postgresql");
    execute(target.settings(), "CREATE TABLE \"user\" (id serial PRIMARY KEY, public_id varchar(50) UNIQUE, "
                               "name varchar(100), email varchar(70) UNIQUE, password varchar(80))");
    copy_witness w;
    const auto report = copy(settings(), target.settings(), w, true);
    BOOST_TEST(w.complaints() == "user -2147483649 id: it is beyond the target's integers\n"
                                 "user 2147483647 id: it leaves no number for the next\n"
                                 "user 2147483648 id: it is beyond the target's integers\n");
    BOOST_TEST(report.is_same());
    BOOST_TEST(report.tables[0].copied == 2501u);
    open_database opened(target.settings());
    BOOST_TEST(opened.add(numbered_user(9000)).value() == 2501);
}

BOOST_AUTO_TEST_CASE(a_server_s_texts_that_are_no_utf_8_are_kept_by_files_only)
{
    server().query(server().url(), "DROP DATABASE IF EXISTS ascii");
    server().query(server().url(), "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
    const database_settings ascii{server().url("ascii")};
    const empty_database file("sqlite"), other("postgresql");
    execute(ascii, "CREATE TABLE \"user\" (id serial PRIMARY KEY, public_id text UNIQUE, name text, email text UNIQUE, "
                   "password text); INSERT INTO \"user\" (name) VALUES (E'\\xff')");
    BOOST_TEST(copy(ascii, file.settings()).is_same());
    BOOST_TEST(ask(file.settings(), "SELECT hex(name) FROM \"user\"") == "FF");
    copy_witness w;
    BOOST_TEST(contains(refusal_of_copy(ascii, other.settings(), w), "1 row cannot be kept"));
    BOOST_TEST(contains(refusal_of_copy(file.settings(), ascii), "it must be UTF8"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
