#include "other_program.hpp"
#include "store/session.hpp"
#include "store/sqlite.hpp"
#include "store_fixture.hpp"
#include "support/test_form.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace watchword::store {
namespace {

using std::filesystem::path;

struct sqlite_file {
    temporary_directory directory;
    path file = directory.path / "test.db";
    database_settings settings{"sqlite:" + file.string()};
};

struct flask_file : sqlite_file {
    flask_file()
    {
        std::filesystem::copy_file(test::shared_path("flask-db/Database.db"), file);
        std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
};

void write_file(const path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary) << text;
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}

// Makes root an ordinary user for file permissions, on this thread, for a while.
struct without_privileges {
    const uid_t before = static_cast<uid_t>(::setfsuid(::geteuid() == 0 ? 65534 : ::geteuid()));
    ~without_privileges() { ::setfsuid(before); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(sqlite_test)

BOOST_AUTO_TEST_CASE(a_flask_database_is_adopted_in_place)
{
    const flask_file f;
    open_database d(f.settings);
    const auto users = d.list().value();
    BOOST_TEST(users.size() == 65u);
    BOOST_TEST(users.front().id == 1);
    BOOST_TEST(*users[3].name == "Žofie Kühn");
    BOOST_TEST(!users[9].name.has_value());
    BOOST_TEST(users[62].id == 800);
    BOOST_TEST(users[63].id == 801);
    BOOST_TEST(!users[63].email.has_value());
    BOOST_TEST(users[64].id == 900);

    BOOST_TEST(d.find("ann@example.test")->password_hash->starts_with("pbkdf2:sha256:260000$"));
    BOOST_TEST(*d.find("case@example.test")->name == "Case Lower");
    BOOST_TEST(*d.find("Case@Example.TEST")->name == "Case Upper");
    BOOST_TEST(d.find("žofie@příklad.test").has_value());
    BOOST_TEST(!d.find("hand49@example.test")->password_hash.has_value());

    BOOST_TEST(d.add(numbered_user(1)).value() == 901);
    BOOST_TEST(d.list(64, 1)->front().id == 800);
}

BOOST_AUTO_TEST_CASE(an_adopted_file_keeps_flask_s_schema_and_can_be_read_while_we_run)
{
    const flask_file f;
    const std::string schema = "SELECT sql FROM sqlite_master WHERE name = 'user'";
    const auto before = other_program(f.file).query(schema);
    open_database d(f.settings);
    other_program flask(f.file);
    BOOST_TEST(flask.query(schema) == before);
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    BOOST_TEST(flask.query("SELECT id, name, email FROM user ORDER BY id DESC LIMIT 1") ==
               "901|Name 1|user1@example.test\n");
    BOOST_TEST(flask.query("PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(a_new_file_has_flask_s_columns_and_belongs_to_its_owner_alone)
{
    const sqlite_file f;
    const flask_file flask;
    const std::string columns = "SELECT cid, name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('user')";
    const std::string keys = "SELECT l.name, l.\"unique\", i.name FROM pragma_index_list('user') AS l, "
                             "pragma_index_info(l.name) AS i ORDER BY 1";
    const open_database d(f.settings);
    BOOST_TEST(other_program(f.file).query(columns) == other_program(flask.file).query(columns));
    BOOST_TEST(other_program(f.file).query(keys) == other_program(flask.file).query(keys));
    struct stat state {};
    BOOST_TEST(::stat(f.file.c_str(), &state) == 0);
    BOOST_TEST((state.st_mode & 0777) == 0600u);
    BOOST_TEST(::stat((f.file.string() + "-wal").c_str(), &state) == 0);
    BOOST_TEST((state.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(odd_values_of_an_adopted_file_are_read_as_text)
{
    const flask_file f;
    other_program(f.file).query("INSERT INTO user VALUES (1000, 17, 3.5, x'00ff41', x'');"
                                "INSERT INTO user VALUES (-5, x'', char(1, 0, 2), 'invalid@' || x'c328', 9e99);"
                                "INSERT INTO user VALUES (9223372036854775807, '', '', '', zeroblob(100000))");
    open_database d(f.settings);
    const auto users = d.list().value();
    BOOST_TEST(users.size() == 68u);
    BOOST_TEST(users[0].id == -5);
    BOOST_TEST(*users[0].name == std::string("\1\0\2", 3));
    BOOST_TEST(users[66].id == 1000);
    BOOST_TEST(*users[66].public_id == "17");
    BOOST_TEST(*users[66].email == std::string("\0\xff\x41", 3));
    BOOST_TEST(users[67].id == 9223372036854775807);
    BOOST_TEST(d.find("invalid@\xc3\x28").has_value());
    BOOST_TEST(d.find("")->password_hash->size() == 100000u);
    BOOST_TEST(d.add(numbered_user(1)).has_value()); // the largest id is taken: SQLite finds another
}

BOOST_AUTO_TEST_CASE(a_change_by_another_program_is_noticed_and_our_own_are_not_foreign)
{
    const flask_file f;
    open_database d(f.settings);
    const auto& changes = d.db.changes();
    const auto settled = [&] { // the first look, when the thread starts, counts as a change
        while (changes.foreign == 0) std::this_thread::yield();
        return changes.foreign.load();
    };
    const auto foreign = settled();
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(d.add(numbered_user(i)).has_value());
        std::this_thread::sleep_for(foreign_poll);
    }
    BOOST_TEST(changes.foreign == foreign);
    const auto users = changes.users.load();

    other_program(f.file).query("DELETE FROM user WHERE id = 1");
    const auto bound = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (changes.foreign == foreign && std::chrono::steady_clock::now() < bound) std::this_thread::yield();
    BOOST_TEST(changes.foreign == foreign + 1);
    while (changes.users == users && std::chrono::steady_clock::now() < bound) std::this_thread::yield();
    BOOST_TEST(changes.users == users + 1);
    BOOST_TEST((d.find("ann@example.test").error() == core::errc::not_found));
}

BOOST_AUTO_TEST_CASE(another_program_s_lock_is_waited_for_and_then_unavailable)
{
    const flask_file f;
    auto settings = f.settings;
    settings.timeout = std::chrono::milliseconds(200);
    open_database d(settings);
    other_program flask(f.file);
    flask.query("BEGIN IMMEDIATE");
    BOOST_TEST((d.add(numbered_user(1)).error() == core::errc::unavailable));
    BOOST_TEST(d.find("ann@example.test").has_value()); // readers do not care
    flask.query("ROLLBACK");
    BOOST_TEST(d.add(numbered_user(1)).has_value());
}

BOOST_AUTO_TEST_CASE(a_second_instance_is_refused_in_this_process)
{
    const sqlite_file f;
    open_database d(f.settings);
    BOOST_TEST(contains(refusal(f.settings), "already open in this process"));
    std::filesystem::create_symlink(f.file, f.directory.path / "link.db");
    BOOST_TEST(contains(refusal({"sqlite:" + (f.directory.path / "link.db").string()}), "already open"));
    BOOST_TEST(d.add(numbered_user(1)).has_value());
}

BOOST_AUTO_TEST_CASE(a_second_instance_is_refused_while_another_process_runs_and_not_after_it_was_killed)
{
    const sqlite_file f;
    int ready[2];
    BOOST_REQUIRE(::pipe(ready) == 0);
    const ::pid_t child = ::fork();
    if (child == 0) {
        const database held(f.settings);
        const bool told = ::write(ready[1], "x", 1) == 1;
        while (told) ::pause();
        ::_exit(1);
    }
    char byte = 0;
    BOOST_TEST(::read(ready[0], &byte, 1) == 1);
    BOOST_TEST(contains(refusal(f.settings), "in use by another running Watchword"));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    BOOST_TEST(refusal(f.settings) == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_database_is_refused_with_a_reason)
{
    const sqlite_file f;
    write_file(f.file, "This is a letter to my aunt, and it is long enough to be taken for a database header, "
                       "of which one hundred bytes are read before anything is said.");
    BOOST_TEST(contains(refusal(f.settings), "is not a SQLite database"));
    BOOST_TEST(contains(refusal({"sqlite:" + f.directory.path.string()}), "is not a file"));
    BOOST_TEST(contains(refusal({"sqlite:" + (f.directory.path / "no/such/x.db").string()}), "there is no directory"));
}

BOOST_AUTO_TEST_CASE(a_user_table_that_is_not_the_tutorial_s_is_refused)
{
    for (const auto* table : {"(id INTEGER PRIMARY KEY, email TEXT)",
                              "(id INTEGER PRIMARY KEY, public_id TEXT UNIQUE, name TEXT, email TEXT, password TEXT)",
                              "(id INTEGER, public_id TEXT UNIQUE, name TEXT, email TEXT UNIQUE, password TEXT)"}) {
        const sqlite_file f;
        other_program(f.file).query(std::string("CREATE TABLE user ") + table);
        BOOST_TEST(contains(refusal(f.settings), "is not the tutorial's"), table);
    }
}

BOOST_AUTO_TEST_CASE(a_read_only_file_or_directory_is_refused)
{
    const flask_file f;
    using std::filesystem::perms;
    std::filesystem::permissions(f.directory.path, perms(0755));
    std::filesystem::permissions(f.file, perms(0444));
    {
        const without_privileges now;
        BOOST_TEST(contains(refusal(f.settings), "cannot be opened for writing"));
    }
    std::filesystem::permissions(f.file, perms(0666));
    std::filesystem::permissions(f.directory.path, perms(0555));
    {
        const without_privileges now;
        const auto text = refusal(f.settings);
        BOOST_TEST(contains(text, "the directory must be writable"), text);
    }
    std::filesystem::permissions(f.directory.path, perms(0755));
}

BOOST_AUTO_TEST_CASE(names_with_spaces_and_signs_are_taken_as_they_are)
{
    for (const std::string name :
         {"a b.db", "a  b = c.db", " x", "x ", "timeout=1.db", "o'brien;.db", "?mode=memory"}) {
        const sqlite_file f;
        const auto file = f.directory.path / name;
        {
            open_database d({"sqlite:" + file.string()});
            BOOST_TEST(d.add(numbered_user(1)).has_value());
            BOOST_TEST(d.list()->size() == 1u);
        }
        BOOST_TEST(std::filesystem::exists(file), name);
        const std::filesystem::directory_iterator files(f.directory.path);
        BOOST_TEST(std::distance(begin(files), end(files)) == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_relative_name_is_relative_to_the_working_directory)
{
    const sqlite_file f;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(f.directory.path);
    {
        open_database d({"sqlite:here.db"});
        std::filesystem::current_path(before);
        BOOST_TEST(d.add(numbered_user(1)).has_value());
    }
    BOOST_TEST(std::filesystem::exists(f.directory.path / "here.db"));
}

BOOST_AUTO_TEST_CASE(closing_leaves_one_whole_file)
{
    const sqlite_file f;
    {
        open_database d(f.settings);
        for (int i = 0; i < 10; ++i) BOOST_TEST(d.add(numbered_user(i)).has_value());
        BOOST_TEST(d.list()->size() == 10u);
        BOOST_TEST(std::filesystem::exists(f.file.string() + "-wal"));
    }
    BOOST_TEST(!std::filesystem::exists(f.file.string() + "-wal"));
    BOOST_TEST(other_program(f.file).query("SELECT count(*) FROM user") == "10\n");
}

BOOST_AUTO_TEST_CASE(the_writer_syncs_every_commit_and_readers_neither_write_nor_checkpoint)
{
    const sqlite_file f;
    const auto opened = open_sqlite(f.file, std::chrono::milliseconds(1000));
    const auto pragma = [](session& s, const std::string& name) {
        std::string value;
        s.sql() << "PRAGMA " + name, soci::into(value);
        return value;
    };
    const auto writer = opened->connect(access::write);
    BOOST_TEST(pragma(*writer, "journal_mode") == "wal");
    BOOST_TEST(pragma(*writer, "synchronous") == "2");
    BOOST_TEST(pragma(*writer, "foreign_keys") == "1");
    const auto reader = opened->connect(access::read);
    BOOST_TEST(pragma(*reader, "wal_autocheckpoint") == "0");
    BOOST_TEST(pragma(*reader, "query_only") == "1");
    reader->execute("PRAGMA query_only = 0");
    BOOST_CHECK_THROW(reader->execute("CREATE TABLE t (a)"), soci::soci_error); // nor does the descriptor allow it
}

BOOST_AUTO_TEST_CASE(a_writer_that_was_dropped_comes_back_although_its_log_went_with_it)
{
    const sqlite_file f;
    const auto b = open_sqlite(f.file, std::chrono::seconds(1));
    for (int i = 0; i < 2; ++i) {
        const auto writer = b->connect(access::write);
        writer->begin();
        writer->execute("CREATE TABLE a" + std::to_string(i) + " (x)");
        writer->commit();
    }
}

BOOST_AUTO_TEST_CASE(there_is_one_connection_that_writes)
{
    const sqlite_file f;
    const auto b = open_sqlite(f.file, std::chrono::seconds(1));
    auto writer = b->connect(access::write);
    const auto reader = b->connect(access::read);
    BOOST_CHECK_THROW(b->connect(access::write), std::logic_error);
    writer->execute("CREATE TABLE a (x)");
    BOOST_CHECK_THROW(reader->execute("INSERT INTO a VALUES (1)"), soci::soci_error);
    BOOST_CHECK_THROW(reader->execute("PRAGMA wal_checkpoint"), soci::soci_error);
    writer.reset();
    BOOST_CHECK_NO_THROW(b->connect(access::write));
}

BOOST_AUTO_TEST_CASE(readers_that_never_pause_do_not_let_the_log_grow_for_ever)
{
    constexpr int commits = 1500;
    const auto log_size = [](const checkpoint_settings& limits) {
        const sqlite_file f;
        const auto b = open_sqlite(f.file, std::chrono::seconds(5), limits);
        const auto writer = b->connect(access::write);
        writer->execute("CREATE TABLE a (x)");
        std::atomic<bool> stopping{false};
        std::atomic<std::uint64_t> reads{0};
        const auto read = [&] {
            const auto mine = b->connect(access::read);
            while (!stopping) {
                mine->begin();
                mine->execute("SELECT count(*) FROM a");
                for (const auto seen = reads.load(); reads == seen && !stopping;) std::this_thread::yield();
                mine->rollback();
            }
        };
        // Each ends only after another has begun.
        const auto advance = [&] {
            while (!stopping) {
                ++reads;
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        };
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) threads.emplace_back(read);
        threads.emplace_back(advance);
        for (int i = 0; i < commits; ++i) {
            writer->execute("BEGIN IMMEDIATE; INSERT INTO a VALUES (randomblob(3000)); COMMIT");
            writer->checkpoint();
        }
        stopping = true;
        for (auto& t : threads) t.join();
        return std::filesystem::file_size(f.file.string() + "-wal");
    };
    const auto bounded = log_size({50, 100}), unbounded = log_size({50, 1'000'000});
    BOOST_TEST_MESSAGE("log after " << commits << " commits: " << bounded << " bytes; never begun anew: " << unbounded);
    // With sanitizers, readers may take longer than the log waits for them.
    BOOST_TEST(bounded < (test::is_sanitized ? unbounded : unbounded / 2));
}

BOOST_AUTO_TEST_CASE(checkpoints_happen_when_enough_has_gathered_and_are_counted)
{
    const sqlite_file f;
    open_database d(f.settings);
    const auto before = d.db.statistics().commits.checkpoints;
    for (int i = 0; i < 150; ++i) {
        auto u = numbered_user(i);
        u.name = std::string(40'000, 'n');
        BOOST_REQUIRE(d.add(u).has_value());
    }
    const auto bound = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (d.db.statistics().commits.checkpoints == before && std::chrono::steady_clock::now() < bound)
        std::this_thread::yield();
    BOOST_TEST(d.db.statistics().commits.checkpoints > before);
    BOOST_TEST(d.db.statistics().commits.checkpointing.count() > 0);
    BOOST_TEST(std::filesystem::file_size(f.file) > 4'000'000u);
}

BOOST_AUTO_TEST_CASE(the_query_planner_learns_at_the_end_what_the_tables_hold)
{
    const sqlite_file f;
    {
        open_database d(f.settings);
        for (int i = 0; i < 50; ++i) {
            auto u = numbered_user(i);
            u.email = "UPPER" + std::to_string(i) + "@b.test";
            const auto add = [&](session& s) { return add_user_if_dissimilar(s, u); };
            BOOST_REQUIRE(d.loop.run(d.db.write(add)).has_value());
        }
    }
    const auto statistics = other_program(f.file).query("SELECT tbl, stat FROM sqlite_stat1");
    BOOST_TEST(contains(statistics, "watchword_email_key|50 1"), statistics);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
