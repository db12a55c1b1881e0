#include "copy_fixture.hpp"
#include "store/copy.hpp"
#include "store/copy_tables.hpp"
#include "store/file_lock.hpp"
#include "support/temporary_directory.hpp"
#include "support/vectors.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

std::filesystem::path file_of(const database_settings& s)
{
    return s.url.substr(7);
}

int files_beside(const database_settings& s)
{
    using iterator = std::filesystem::directory_iterator;
    return static_cast<int>(std::distance(iterator(file_of(s).parent_path()), iterator()));
}

// Stops what is watched once that thread was seen asleep so often that it waits for something that does not come.
void stop_when_asleep(::pid_t thread, watcher& w)
{
    const auto status = "/proc/self/task/" + std::to_string(thread) + "/status";
    for (int asleep = 0; asleep < 20;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        asleep = contains(test::read_file(status), "State:\tS") ? asleep + 1 : 0;
    }
    w.stop();
}

} // namespace

BOOST_AUTO_TEST_SUITE(copy_test)

// A table that is added must be told to copies, with every column; but for what is about the database itself.
BOOST_DATA_TEST_CASE(every_table_and_column_of_the_schema_is_copied, kinds, kind)
{
    const migrated_database d(kind);
    std::string listed, there;
    for (const auto& t : copied_tables())
        for (const auto& c : t.columns) listed += std::string(t.name) + "." + std::string(c.name) + " ";
    const std::string sqlite = "SELECT group_concat(x, '') FROM (SELECT t.name || '.' || c.name || ' ' AS x "
                               "FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND ",
                      postgres = "SELECT string_agg(x, '') FROM (SELECT table_name || '.' || column_name || ' ' AS x "
                                 "FROM information_schema.columns WHERE table_schema = 'public' AND ";
    const bool is_sqlite = d.settings().url.starts_with("sqlite:");
    there = ask(d.settings(), is_sqlite
                                  ? sqlite + "t.name <> 'watchword_migration' ORDER BY t.rowid, c.cid)"
                                  : postgres + "table_name NOT IN ('watchword_migration', 'watchword_change') ORDER BY "
                                               "array_position(ARRAY['user', 'watchword_email_key', "
                                               "'watchword_setting', 'watchword_session', 'watchword_user_state', "
                                               "'watchword_signing_key', 'watchword_profile', 'watchword_role', "
                                               "'watchword_api_key', 'watchword_audit', 'watchword_idempotency', "
                                               "'watchword_audit_checkpoint'], table_name::text), "
                                               "ordinal_position) AS r");
    BOOST_TEST(there == listed);
}

BOOST_DATA_TEST_CASE(there_and_back_again_not_a_byte_differs, kinds* kinds, one, other)
{
    const migrated_database source(one);
    const empty_database there(other), back(one);
    add_users(source.settings(), 1500);
    execute(source.settings(),
            "INSERT INTO watchword_email_key VALUES (7, 'key of seven'), (8, ''); "
            "INSERT INTO watchword_setting VALUES ('a', ''), ('ž', 'x\ny'); "
            "INSERT INTO watchword_session VALUES ('B', 7, 'id-7', 1, 2, 3, 4, 9223372036854775806, "
            "'uses', 'ž', '', 'pwd', '', 5, NULL, NULL), "
            "('a', 8, 'id-8', 1, 2, 3, 4, 0, '', '', '', '', '', 5, 6, 'reused'); "
            "INSERT INTO watchword_user_state VALUES (9, 'id-9', 3, 1, 'admin a:b', 88, 77); "
            "INSERT INTO watchword_signing_key VALUES ('k', 'ES256', 'x', 1, 2, NULL, NULL, 7), "
            "('-', 'EdDSA', 'y', 1, 2, 3, 0, 8); "
            "INSERT INTO watchword_profile VALUES (7, 'id-7', '{\"ž\":1}', NULL, 5, 2), "
            "(8, 'id-8', '{}', 3, 4, 1); "
            "INSERT INTO watchword_role VALUES ('support', 'users.read'); "
            "INSERT INTO watchword_api_key VALUES ('k', 'ž', 'wk_', 'd', '', 1, NULL, 2, 'shell'); "
            "INSERT INTO watchword_audit VALUES (3, 1, 'user', 'id-7', 'user.created', 'id-8', '{}', "
            "'', '', 'link'); "
            "INSERT INTO watchword_audit_checkpoint VALUES (3, 7, 'jws'); "
            "INSERT INTO watchword_idempotency VALUES (3, 'k', 'c', 'r', 1, 2, NULL), "
            "(5, 'l', 'c', 'r', 1, 2, '')");
    const auto first = copy(source.settings(), there.settings());
    BOOST_TEST(first.is_same());
    BOOST_REQUIRE(first.tables.size() == 12u);
    BOOST_TEST(first.tables[0].copied == 1500u);
    BOOST_TEST(first.tables[1].copied == 2u);
    BOOST_TEST(first.tables[2].copied == 2u);
    BOOST_TEST(first.tables[3].copied == 2u);
    BOOST_TEST(first.tables[4].copied == 1u);
    BOOST_TEST(first.tables[5].copied == 2u);
    BOOST_TEST(first.tables[6].copied == 2u);
    for (std::size_t i = 7; i < 10; ++i) BOOST_TEST(first.tables[i].copied == 1u);
    BOOST_TEST(first.tables[10].copied == 2u);
    const auto second = copy(there.settings(), back.settings());
    for (std::size_t i = 0; i < 11; ++i) BOOST_TEST(second.tables[i].sent == first.tables[i].received);
    const auto users = dump_users(source.settings());
    BOOST_TEST(users == dump_users(there.settings()));
    BOOST_TEST(users == dump_users(back.settings()));
    BOOST_TEST(ask(back.settings(), "SELECT email_key FROM watchword_email_key WHERE user_id = 7") == "key of seven");
    BOOST_TEST(ask(back.settings(), "SELECT value FROM watchword_setting WHERE name = 'ž'") == "x\ny");
    // Whoever signs up next gets the next number.
    open_database opened(there.settings());
    BOOST_TEST(opened.add(numbered_user(2000)).value() == 1501);
    BOOST_REQUIRE(opened
                      .execute("INSERT INTO watchword_audit (time, actor_kind, actor_id, action, subject, details, "
                               "address, request_id) VALUES (1, '', '', '', '', '', '', '')")
                      .has_value());
    BOOST_TEST(ask(there.settings(), "SELECT CAST(max(id) AS text) FROM watchword_audit") == "4");
}

BOOST_DATA_TEST_CASE(the_application_s_database_moves_too, kinds, kind)
{
    const temporary_directory directory;
    const auto file = directory.path / "flask.db";
    std::filesystem::copy_file(test::shared_path("flask-db/Database.db"), file);
    const database_settings flask{"sqlite:" + file.string()};
    const auto before = test::read_file(file);
    const empty_database target(kind);
    const auto report = copy(flask, target.settings());
    BOOST_TEST(report.is_same());
    BOOST_TEST(report.tables[0].copied == 65u);
    BOOST_TEST(dump_users(flask) == dump_users(target.settings()));
    BOOST_TEST(test::read_file(file) == before);
    BOOST_TEST(files_beside(flask) == 1);
}

BOOST_DATA_TEST_CASE(pages_of_a_server_s_table_meet_without_a_gap,
                     boost::unit_test::data::make({9'999, 10'000, 10'001}), count)
{
    const migrated_database source("postgresql");
    const empty_database target("sqlite");
    const auto n = std::to_string(count);
    execute(source.settings(), "INSERT INTO \"user\" (id, email) SELECT n * 7 - 100000, 'a''b\\' || n FROM "
                               "generate_series(1, " +
                                   n +
                                   ") AS n; INSERT INTO watchword_setting SELECT "
                                   "'a''b\\' || n, n FROM generate_series(1, " +
                                   n + ") AS n");
    const auto report = copy(source.settings(), target.settings());
    BOOST_TEST(report.is_same());
    for (const auto i : {0u, 2u}) BOOST_TEST(report.tables[i].copied == static_cast<std::uint64_t>(count));
    BOOST_TEST(dump_users(source.settings()) == dump_users(target.settings()));
}

BOOST_AUTO_TEST_CASE(numbers_go_on_after_the_highest_whatever_it_is)
{
    const migrated_database source("sqlite");
    for (const auto& [ids, next] : {std::pair("(-5)", 1), {"(9223372036854770000)", 0}, {"(3), (2147483648)", 0}}) {
        const empty_database target("postgresql");
        execute(source.settings(), "DELETE FROM user; INSERT INTO user (id) VALUES " + std::string(ids));
        BOOST_TEST(copy(source.settings(), target.settings()).is_same());
        const auto highest = std::stoll(ask(source.settings(), "SELECT CAST(max(id) AS text) FROM \"user\""));
        open_database opened(target.settings());
        BOOST_TEST(opened.add(numbered_user(1)).value() == (next != 0 ? next : highest + 1));
    }
}

BOOST_DATA_TEST_CASE(an_older_schema_is_copied_into_the_current_one, kinds, kind)
{
    const migrated_database source("sqlite");
    const empty_database target(kind);
    add_users(source.settings(), 3);
    execute(source.settings(), "DROP TABLE watchword_email_key; DROP TABLE watchword_setting; "
                               "DROP TABLE watchword_session; DROP TABLE watchword_user_state; "
                               "DELETE FROM watchword_migration WHERE version > 1");
    BOOST_TEST(copy(source.settings(), target.settings()).is_same());
    BOOST_TEST(open_database(target.settings()).list()->size() == 3u);
}

BOOST_DATA_TEST_CASE(a_target_with_users_is_refused_and_stays_as_it_is, kinds, kind)
{
    const migrated_database source("sqlite"), target(kind);
    add_users(source.settings(), 3);
    add_users(target.settings(), 2);
    const auto before = dump_users(target.settings());
    BOOST_TEST(contains(refusal_of_copy(source.settings(), target.settings()), "has users already"));
    BOOST_TEST(dump_users(target.settings()) == before);
}

BOOST_DATA_TEST_CASE(a_target_that_once_served_nobody_is_filled, kinds, kind)
{
    const migrated_database source("sqlite"), target(kind);
    add_users(source.settings(), 3);
    execute(target.settings(), "INSERT INTO watchword_setting VALUES ('left', 'over')");
    BOOST_TEST(copy(source.settings(), target.settings()).is_same());
    BOOST_TEST(dump_users(source.settings()) == dump_users(target.settings()));
    BOOST_TEST(ask(target.settings(), "SELECT CAST(count(*) AS text) FROM watchword_setting") == "0");
}

BOOST_DATA_TEST_CASE(a_newer_schema_is_refused_on_either_side, kinds, kind)
{
    const migrated_database newer(kind), other("sqlite");
    execute(newer.settings(), "INSERT INTO watchword_migration (version, name, checksum) VALUES (999, '0999_x', 'y')");
    BOOST_TEST(contains(refusal_of_copy(newer.settings(), other.settings()), "use a newer Watchword"));
    BOOST_TEST(contains(refusal_of_copy(other.settings(), newer.settings()), "use a newer Watchword"));
    BOOST_TEST(ask(newer.settings(), "SELECT name FROM watchword_migration WHERE version = 999") == "0999_x");
}

BOOST_AUTO_TEST_CASE(a_file_with_anything_else_in_it_is_not_replaced)
{
    const migrated_database source("sqlite"), target("sqlite");
    execute(target.settings(), "CREATE TABLE order_of_somebody (id INTEGER)");
    BOOST_TEST(contains(refusal_of_copy(source.settings(), target.settings()), "order_of_somebody"));
    const temporary_directory directory;
    const database_settings text{"sqlite:" + (directory.path / "text").string()};
    test::write_file(directory.path / "text", std::string(5000, 'x'));
    BOOST_TEST(contains(refusal_of_copy(source.settings(), text), "not a SQLite database"));
    BOOST_TEST(std::filesystem::file_size(directory.path / "text") == 5000u);
    BOOST_TEST(files_beside(text) == 1);
}

BOOST_AUTO_TEST_CASE(a_target_that_is_in_use_is_refused)
{
    const migrated_database source("sqlite"), target("sqlite");
    const file_lock running(file_of(target.settings()));
    BOOST_TEST(contains(refusal_of_copy(source.settings(), target.settings()), "already open in this process"));
}

BOOST_AUTO_TEST_CASE(a_server_that_starts_on_the_target_meanwhile_waits_or_is_refused)
{
    const migrated_database source("sqlite");
    add_users(source.settings(), 3000);
    for (const std::string kind : {"sqlite", "postgresql"}) {
        const empty_database target(kind);
        auto impatient = target.settings();
        impatient.timeout = std::chrono::milliseconds(200);
        std::string why;
        copy_witness w;
        w.in_the_middle = [&](const std::string& part, std::uint64_t done) {
            if (part == "copying user" && done == 1024) why = refusal(impatient);
        };
        BOOST_TEST(copy(source.settings(), target.settings(), w).is_same());
        BOOST_TEST(!why.empty(), kind);
    }
}

// Other work on a server is bounded by the timeout.
BOOST_AUTO_TEST_CASE(a_copy_between_servers_takes_the_time_it_needs_and_tells_the_nodes)
{
    const migrated_database source("postgresql"), target("postgresql");
    add_users(source.settings(), 3000);
    auto from = source.settings(), to = target.settings();
    from.timeout = to.timeout = std::chrono::milliseconds(500);
    copy_witness w;
    w.in_the_middle = [&](const std::string& part, std::uint64_t done) {
        if ((part == "copying user" || part == "verifying user") && done == 1024)
            std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    };
    BOOST_TEST(copy(from, to, w).is_same());
    BOOST_TEST(dump_users(source.settings()) == dump_users(target.settings()));
    BOOST_TEST(ask(target.settings(), "SELECT CAST(number AS text) FROM watchword_change") == "1");
}

BOOST_AUTO_TEST_CASE(source_and_target_must_be_two)
{
    const migrated_database d("sqlite");
    BOOST_TEST(contains(refusal_of_copy(d.settings(), d.settings()), "same file"));
}

BOOST_AUTO_TEST_CASE(a_source_that_is_not_there_or_is_not_ours_is_refused_and_no_target_made)
{
    const empty_database absent("sqlite"), target("sqlite");
    BOOST_TEST(contains(refusal_of_copy(absent.settings(), target.settings()), "there is no database"));
    execute(absent.settings(), "CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT)");
    BOOST_TEST(contains(refusal_of_copy(absent.settings(), target.settings()), "is not the tutorial's"));
    BOOST_TEST(files_beside(target.settings()) == 0);
}

BOOST_DATA_TEST_CASE(a_running_server_is_read_in_one_snapshot_and_warned_of, kinds, kind)
{
    const migrated_database source(kind);
    const empty_database target("sqlite");
    add_users(source.settings(), 3000);
    const auto before = dump_users(source.settings());
    open_database running(source.settings());
    copy_witness w;
    w.in_the_middle = [&](const std::string& part, std::uint64_t done) {
        if (part == "copying user" && done == 1024) BOOST_TEST(running.add(numbered_user(5000)).value() == 3001);
    };
    // The numbers of a server's table do not know of those that were given.
    if (std::string(kind) == "postgresql") execute(source.settings(), "SELECT setval('user_id_seq', 3000)");
    BOOST_TEST(copy(source.settings(), target.settings(), w).is_same());
    BOOST_REQUIRE(w.warnings.size() == 1u);
    BOOST_TEST(contains(w.warnings[0], "is running on the source"));
    BOOST_TEST(dump_users(target.settings()) == before);
    BOOST_TEST(running.list(3000)->size() == 1u);
}

BOOST_DATA_TEST_CASE(a_copy_that_is_stopped_leaves_nothing, kinds, kind)
{
    const migrated_database source("sqlite");
    add_users(source.settings(), 12'000);
    for (const std::string where : {"copying user", "verifying user"}) {
        const empty_database target(kind);
        copy_witness w;
        w.in_the_middle = [&](const std::string& part, std::uint64_t done) {
            if (part == where && done >= 11'000) w.stop();
        };
        BOOST_CHECK_THROW(copy(source.settings(), target.settings(), w), stopped);
        BOOST_TEST(is_empty(target.settings()));
        if (std::string(kind) == "sqlite") BOOST_TEST(files_beside(target.settings()) == 0);
        BOOST_TEST(copy(source.settings(), target.settings()).is_same());
    }
}

BOOST_DATA_TEST_CASE(a_copy_that_is_killed_leaves_nothing_that_hinders, kinds, kind)
{
    const migrated_database source("sqlite");
    add_users(source.settings(), 12'000);
    server();
    for (const std::string where : {"copying user", "verifying user", "verifying watchword_setting"}) {
        const empty_database target(kind);
        const ::pid_t child = ::fork();
        if (child == 0) {
            copy_witness w;
            w.in_the_middle = [&](const std::string& part, std::uint64_t done) {
                if (part == where && (done >= 11'000 || part == "verifying watchword_setting"))
                    ::kill(::getpid(), SIGKILL);
            };
            copy(source.settings(), target.settings(), w);
            ::_exit(0);
        }
        int status = 0;
        BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
        BOOST_TEST(WIFSIGNALED(status));
        BOOST_TEST(is_empty(target.settings()));
        BOOST_TEST(open_database(target.settings()).list()->empty());
        BOOST_TEST(copy(source.settings(), target.settings()).is_same());
        BOOST_TEST(open_database(target.settings()).list(11'000)->size() == 1000u);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_cut_in_the_middle_ends_the_copy_without_a_trace)
{
    const migrated_database source("sqlite"), target("postgresql");
    add_users(source.settings(), 12'000);
    copy_witness w;
    w.in_the_middle = [&](const std::string& part, std::uint64_t done) {
        if (part != "copying user" || done != 11 * 1024) return;
        server().query(server().url(), "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                                       "WHERE application_name = 'watchword'");
    };
    BOOST_TEST(contains(refusal_of_copy(source.settings(), target.settings(), w), "the target: "));
    BOOST_TEST(is_empty(target.settings()));
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_does_not_keep_a_copy_from_being_stopped)
{
    const migrated_database source("sqlite"), target("postgresql");
    add_users(source.settings(), 30'000);
    const auto others = "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE application_name = 'watchword'";
    const auto waiting = ::gettid();
    std::thread stopper;
    ::pid_t backend = 0;
    std::promise<void> ended;
    bool in_time = false;
    copy_witness w;
    w.in_the_middle = [&](const std::string& part, std::uint64_t done) {
        if (part != "copying user" || done != 1024) return;
        backend = std::stoi(server().query(server().url(), others));
        ::kill(backend, SIGSTOP);
        stopper = std::thread([&] {
            stop_when_asleep(waiting, w);
            in_time = ended.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready;
            ::kill(backend, SIGCONT);
        });
    };
    BOOST_CHECK_THROW(copy(source.settings(), target.settings(), w), stopped);
    ended.set_value();
    stopper.join();
    BOOST_TEST(in_time);
    BOOST_TEST(is_empty(target.settings()));
}

BOOST_AUTO_TEST_CASE(a_target_that_keeps_something_else_than_it_was_given_is_found_out)
{
    const migrated_database source("sqlite"), target("postgresql");
    add_users(source.settings(), 2000);
    execute(target.settings(),
            "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.id = 1700 THEN NEW.name := ''; END IF; RETURN NEW; END $$; "
            "CREATE TRIGGER change BEFORE INSERT ON \"user\" FOR EACH ROW EXECUTE FUNCTION change()");
    const auto report = copy(source.settings(), target.settings());
    BOOST_TEST(!report.is_same());
    BOOST_TEST(report.tables[0].copied == report.tables[0].found);
    BOOST_TEST(report.tables[0].sent != report.tables[0].received);
    BOOST_TEST(is_empty(target.settings()));
}

BOOST_AUTO_TEST_CASE(a_new_file_is_its_owner_s_alone_and_an_old_one_keeps_its_mode)
{
    const migrated_database source("sqlite"), kept("sqlite");
    const empty_database made("sqlite");
    std::filesystem::permissions(file_of(kept.settings()), std::filesystem::perms(0640));
    for (const auto& [s, mode] : {std::pair(made.settings(), 0600u), {kept.settings(), 0640u}}) {
        copy(source.settings(), s);
        struct ::stat status {};
        BOOST_REQUIRE(::stat(file_of(s).c_str(), &status) == 0);
        BOOST_TEST((status.st_mode & 07777) == mode);
        BOOST_TEST(files_beside(s) == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
