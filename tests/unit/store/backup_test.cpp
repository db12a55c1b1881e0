#include "backup_fixture.hpp"
#include "core/descriptor.hpp"
#include "store/backup.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace watchword::store {

BOOST_AUTO_TEST_SUITE(backup_test)

BOOST_AUTO_TEST_CASE(it_is_one_file_that_only_its_owner_can_read_and_any_program_can_open)
{
    closed_database d;
    const auto done = d.back_up(d.nobody);
    BOOST_TEST(done.users == 3u);
    BOOST_TEST(done.bytes == std::filesystem::file_size(d.copy));
    BOOST_TEST(d.names() == "copy.db live.db live.db-shm live.db-wal ");
    struct stat status {};
    BOOST_TEST(::stat(d.copy.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777) == 0600u);
    BOOST_TEST(test::read_file(d.copy).substr(18, 2) == "\x01\x01"); // no write-ahead log
    BOOST_TEST(other_program(d.copy).query("PRAGMA integrity_check") == "ok\n");
    const auto all = "SELECT * FROM user";
    BOOST_TEST(other_program(d.copy).query(all) == other_program(d.file).query(all));
}

BOOST_AUTO_TEST_CASE(what_a_killed_server_left_in_the_log_is_in_it_and_stays_there)
{
    closed_database d;
    d.leave_user_in_log();
    const auto file = test::read_file(d.file), log = test::read_file(d.beside(d.file, "-wal"));
    BOOST_REQUIRE(!log.empty());
    BOOST_TEST(d.back_up(d.nobody).users == 4u);
    BOOST_TEST((test::read_file(d.file) == file));
    BOOST_TEST((test::read_file(d.beside(d.file, "-wal")) == log));
    BOOST_TEST(d.count(d.copy) == "4\n");
}

BOOST_AUTO_TEST_CASE(a_flask_database_can_be_backed_up_and_stays_as_it_is)
{
    closed_database d;
    d.file = d.directory.path / "Database.db";
    std::filesystem::copy_file(test::shared_path("flask-db/Database.db"), d.file);
    const auto before = test::read_file(d.file);
    BOOST_TEST(d.back_up(d.nobody).users == 65u);
    BOOST_TEST((test::read_file(d.file) == before));
    BOOST_TEST(d.names() == "Database.db copy.db live.db ");
}

BOOST_AUTO_TEST_CASE(writers_neither_wait_for_it_nor_make_it_begin_again)
{
    closed_database d(20000);
    open_database server({"sqlite:" + d.file.string()});
    int written = 0;
    struct writing_watcher : watcher {
        std::function<void()> write;
        int steps = 0;
        void advance(std::uint64_t) override
        {
            BOOST_REQUIRE(++steps < 1000); // else it begins again and again
            write();
        }
    } writing;
    writing.write = [&] { BOOST_REQUIRE(server.add(numbered_user(written++)).has_value()); };
    BOOST_TEST(d.back_up(writing).users == 20000u);
    BOOST_TEST(writing.steps > 5);
    const auto pages = std::filesystem::file_size(d.copy) / 4096;
    BOOST_TEST(static_cast<std::size_t>(writing.steps) <= pages / 256 + 1);
    BOOST_TEST(d.count(d.copy) == "20000\n");
    BOOST_TEST(server.find("user0@example.test").has_value());
}

BOOST_AUTO_TEST_CASE(the_server_may_start_and_stop_meanwhile)
{
    closed_database d(20000);
    acting_watcher starting("copying", [&](watcher&) {
        open_database server({"sqlite:" + d.file.string()});
        BOOST_TEST(server.add(numbered_user(1)).has_value());
    });
    BOOST_TEST(d.back_up(starting).users == 20000u);
    BOOST_TEST(d.count(d.file) == "20001\n");
    BOOST_TEST(other_program(d.file).query("PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(it_says_how_far_it_is)
{
    closed_database d(20000);
    acting_watcher looking("copying", [](watcher&) {});
    const auto done = d.back_up(looking);
    BOOST_TEST(looking.total() == done.bytes);
    BOOST_TEST(looking.last() == done.bytes);
    BOOST_TEST(looking.steps() > 5);
}

BOOST_AUTO_TEST_CASE(stopped_it_leaves_nothing)
{
    closed_database d(20000);
    for (const std::string part : {"copying", "checking the structure"}) {
        acting_watcher stopping(part, [](watcher& w) { w.stop(); });
        BOOST_CHECK_THROW(d.back_up(stopping), stopped);
        BOOST_TEST(d.names() == "live.db live.db-shm live.db-wal ");
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_is_replaced_only_if_that_is_wanted)
{
    closed_database d;
    write_file(d.copy, "precious");
    BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody); }), "is there already"));
    BOOST_TEST(test::read_file(d.copy) == "precious");
    acting_watcher late("checking the structure", [&](watcher&) { write_file(d.copy, "precious"); });
    std::filesystem::remove(d.copy);
    BOOST_TEST(contains(refusal_of([&] { d.back_up(late); }), "File exists"));
    BOOST_TEST(test::read_file(d.copy) == "precious");
    BOOST_TEST(d.back_up(d.nobody, true).users == 3u);
    BOOST_TEST(d.count(d.copy) == "3\n");
}

BOOST_AUTO_TEST_CASE(the_database_itself_is_refused_by_any_name)
{
    closed_database d;
    const auto& directory = d.directory.path;
    std::filesystem::create_symlink(d.file, directory / "symbolic.db");
    std::filesystem::create_hard_link(d.file, directory / "hard.db");
    std::filesystem::create_directory_symlink(directory, directory / "again");
    const auto before = test::read_file(d.file);
    for (const auto* name : {"live.db", "live.db-wal", "live.db-shm", "live.db-journal", "symbolic.db", "hard.db",
                             "again/live.db", "./live.db-wal", "again/live.db-wal"}) {
        d.copy = directory / name;
        BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody, true); }), "the database itself"), name);
    }
    d.copy = directory / "symbolic.db-wal"; // of the link's own
    BOOST_TEST(d.back_up(d.nobody).users == 3u);
    std::filesystem::remove(d.copy);
    d.file = directory / "symbolic.db";
    d.copy = directory / "live.db-wal";
    BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody, true); }), "the database itself"));
    BOOST_TEST((test::read_file(d.file) == before));
}

BOOST_AUTO_TEST_CASE(what_is_not_a_file_is_not_written_to)
{
    closed_database d;
    for (const auto* name : {"/dev/null", "/"}) {
        d.copy = name;
        BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody, true); }), "not "), name);
    }
    d.copy = d.directory.path / "link";
    std::filesystem::create_symlink("elsewhere", d.copy);
    BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody, true); }), "is not a file"));
    d.copy = d.directory.path / "no" / "such" / "copy.db";
    BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody); }), "No such file or directory"));
}

BOOST_AUTO_TEST_CASE(what_a_killed_backup_left_is_written_anew_unless_it_is_still_written)
{
    closed_database d;
    const auto unfinished = d.beside(d.copy, ".unfinished");
    write_file(unfinished, std::string(100'000, 'x'));
    write_file(d.beside(unfinished, "-journal"), std::string(1000, 'x'));
    {
        const core::descriptor other(::open(unfinished.c_str(), O_RDWR | O_CLOEXEC));
        BOOST_TEST(::flock(other.get(), LOCK_EX) == 0);
        BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody); }), "another program is writing"));
    }
    BOOST_TEST(d.back_up(d.nobody).users == 3u);
    BOOST_TEST(d.names() == "copy.db live.db live.db-shm live.db-wal ");
}

BOOST_AUTO_TEST_CASE(what_somebody_else_left_under_the_unfinished_name_does_not_stay_his)
{
    if (::geteuid() != 0) return; // nobody else can give files away
    closed_database d;
    const auto unfinished = d.beside(d.copy, ".unfinished");
    write_file(unfinished, "x");
    BOOST_REQUIRE(::chown(unfinished.c_str(), 65534, 65534) == 0);
    const core::descriptor his(::open(unfinished.c_str(), O_RDONLY | O_CLOEXEC));
    BOOST_TEST(d.back_up(d.nobody).users == 3u);
    struct stat copy {
    }, his_status{};
    BOOST_REQUIRE(::stat(d.copy.c_str(), &copy) == 0);
    BOOST_REQUIRE(::fstat(his.get(), &his_status) == 0);
    BOOST_TEST(copy.st_uid == 0u);
    BOOST_TEST(his_status.st_size == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_sound_database_of_watchword_is_not_backed_up)
{
    closed_database d(20000);
    auto bytes = test::read_file(d.file);
    const auto refused = [&](const std::string& content) {
        write_file(d.file, content);
        const auto why = refusal_of([&] { d.back_up(d.nobody); });
        BOOST_TEST(!std::filesystem::exists(d.copy));
        BOOST_TEST(!std::filesystem::exists(d.beside(d.copy, ".unfinished")));
        return why;
    };
    auto damaged = bytes;
    damaged.replace(damaged.size() / 2 / 4096 * 4096, 4096, 4096, '\x55');
    BOOST_TEST(contains(refused(damaged), "is not fit to be backed up: structure: "));
    BOOST_TEST(contains(refused(bytes.substr(0, bytes.size() / 2)), "damaged"));
    BOOST_TEST(contains(refused(std::string(10'000, 'x')), "is not a SQLite database"));
    BOOST_TEST(contains(refused(""), "user table"));
    std::filesystem::remove(d.file);
    BOOST_TEST(contains(refusal_of([&] { d.back_up(d.nobody); }), "there is no database"));
    BOOST_TEST(!std::filesystem::exists(d.file));
}

BOOST_AUTO_TEST_CASE(a_database_that_was_replaced_while_it_was_opened_is_not_mixed_with_the_new_one)
{
    closed_database d(20000);
    acting_watcher replacing("copying", [&](watcher&) {
        std::filesystem::copy_file(d.file, d.beside(d.file, "2"));
        std::filesystem::rename(d.beside(d.file, "2"), d.file);
    });
    BOOST_TEST(contains(refusal_of([&] { d.back_up(replacing); }), "was just replaced"));
    BOOST_TEST(!std::filesystem::exists(d.copy));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
