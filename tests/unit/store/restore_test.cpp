#include "backup_fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace watchword::store {
namespace {

// A backup of two users beside a database of three.
struct to_restore : closed_database {
    to_restore()
    {
        other_program shorter(file);
        shorter.query("DELETE FROM user WHERE id = 3");
        back_up(nobody);
        shorter.query(adding(1));
    }

    // What must hold after everything that was refused.
    void check_untouched()
    {
        BOOST_TEST(count(file) == "3\n");
        BOOST_TEST(names() == "copy.db live.db ");
    }
    std::string refusal(bool replace = true)
    {
        return refusal_of([&] { restore(nobody, replace); });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(restore_test, to_restore)

BOOST_AUTO_TEST_CASE(it_takes_the_place_of_the_database_which_is_kept)
{
    const auto done = restore(nobody);
    BOOST_TEST(done.users == 2u);
    BOOST_TEST(done.kept.value() == kept());
    BOOST_TEST(names() == "copy.db live.db live.db.before-restore-mark ");
    BOOST_TEST(count(kept()) == "3\n");
    open_database server({"sqlite:" + file.string()});
    BOOST_TEST(server.list()->size() == 2u);
    BOOST_TEST(server.add(numbered_user(1)).has_value());
    BOOST_TEST(count(copy) == "2\n");
}

BOOST_AUTO_TEST_CASE(it_may_be_where_no_database_was)
{
    std::filesystem::remove(file);
    const auto done = restore(nobody, false);
    BOOST_TEST(!done.kept.has_value());
    BOOST_TEST(names() == "copy.db live.db ");
    BOOST_TEST(count(file) == "2\n");
    struct stat status {};
    BOOST_TEST(::stat(file.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_database_that_is_there_is_replaced_only_if_that_is_wanted)
{
    BOOST_TEST(contains(refusal(false), "--force replaces it"));
    check_untouched();
}

BOOST_AUTO_TEST_CASE(what_a_killed_server_left_in_the_log_is_kept_with_the_old_database_and_does_not_reach_the_new)
{
    leave_user_in_log();
    BOOST_TEST(restore(nobody).users == 2u);
    BOOST_TEST(names() == "copy.db live.db live.db.before-restore-mark ");
    BOOST_TEST(count(file) == "2\n");
    BOOST_TEST(count(kept()) == "4\n");
}

BOOST_AUTO_TEST_CASE(the_log_beside_a_backup_is_restored_too_and_stays)
{
    std::filesystem::rename(file, copy);
    file.swap(copy);
    leave_user_in_log();
    file.swap(copy);
    const auto log = test::read_file(beside(copy, "-wal"));
    BOOST_TEST(restore(nobody).users == 4u);
    BOOST_TEST((test::read_file(beside(copy, "-wal")) == log));
}

BOOST_AUTO_TEST_CASE(nobody_may_use_the_database_meanwhile)
{
    {
        open_database server({"sqlite:" + file.string()});
        BOOST_TEST(contains(refusal(), "already open"));
    }
    {
        other_program reader(file);
        reader.query("BEGIN; SELECT count(*) FROM user");
        BOOST_TEST(contains(refusal_of([&] {
                                store::restore({copy, file, true, "mark", std::chrono::milliseconds(10)}, nobody);
                            }),
                            "another program is using"));
        BOOST_TEST(reader.query("SELECT count(*) FROM user") == "3\n");
    }
    acting_watcher starting("copying", [&](watcher&) {
        BOOST_TEST(contains(store::refusal({"sqlite:" + file.string()}), "already open"));
    });
    BOOST_TEST(restore(starting).users == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_no_sound_database_of_watchword_is_refused)
{
    const auto bytes = test::read_file(copy);
    write_file(copy, std::string(5000, 'x'));
    BOOST_TEST(contains(refusal(), "is not a SQLite database"));
    write_file(copy, "");
    BOOST_TEST(contains(refusal(), "is empty"));
    write_file(copy, bytes.substr(0, bytes.size() - 4096));
    BOOST_TEST(contains(refusal(), "damaged"));
    auto damaged = bytes;
    damaged.replace(2 * 4096, 4096, 4096, '\x55');
    write_file(copy, damaged);
    BOOST_TEST(contains(refusal(), "is not fit to be restored"));
    std::filesystem::remove(copy);
    other_program(copy).query("CREATE TABLE something (x)");
    BOOST_TEST(contains(refusal(), "user table"));
    write_file(copy, bytes);
    other_program(copy).query("INSERT INTO watchword_migration (version, name, checksum) VALUES (99, 'x', 'x')");
    BOOST_TEST(contains(refusal(), "use a newer Watchword"));
    check_untouched();
    std::filesystem::remove(copy);
    BOOST_TEST(contains(refusal(), "there is no file"));
    copy = file;
    BOOST_TEST(contains(refusal(), "is the database itself"));
    copy = directory.path;
    BOOST_TEST(contains(refusal(), "is not a file"));
}

BOOST_AUTO_TEST_CASE(a_refusal_where_no_database_was_leaves_none)
{
    std::filesystem::remove(file);
    write_file(copy, std::string(5000, 'x'));
    BOOST_TEST(contains(refusal(), "is not a SQLite database"));
    BOOST_TEST(names() == "copy.db ");
}

BOOST_AUTO_TEST_CASE(a_log_that_is_left_of_a_lost_database_is_not_mixed_with_the_new_one)
{
    leave_user_in_log();
    std::filesystem::remove(file);
    BOOST_TEST(contains(refusal(), "is left over from another database"));
    BOOST_TEST(!std::filesystem::exists(file));
    BOOST_TEST(std::filesystem::file_size(beside(file, "-wal")) > 0u);
}

BOOST_AUTO_TEST_CASE(a_database_that_cannot_be_opened_any_more_is_kept_with_its_log)
{
    leave_user_in_log();
    const auto log = test::read_file(beside(file, "-wal"));
    const std::string garbage(test::read_file(file).size(), 'x');
    write_file(file, garbage);
    BOOST_TEST(restore(nobody).users == 2u);
    BOOST_TEST(names() == "copy.db live.db live.db.before-restore-mark live.db.before-restore-mark-wal ");
    BOOST_TEST(count(file) == "2\n");
    BOOST_TEST((test::read_file(kept()) == garbage));
    BOOST_TEST((test::read_file(beside(kept(), "-wal")) == log));
}

BOOST_AUTO_TEST_CASE(a_flask_database_can_be_restored)
{
    std::filesystem::remove(copy);
    std::filesystem::copy_file(test::shared_path("flask-db/Database.db"), copy);
    BOOST_TEST(restore(nobody).users == 65u);
    open_database server({"sqlite:" + file.string()});
    BOOST_TEST(server.find("ann@example.test").has_value());
}

BOOST_AUTO_TEST_CASE(rows_and_indexes_that_a_server_can_live_without_do_not_hinder_it)
{
    other_program damaged(copy);
    damaged.query("DROP INDEX watchword_email_key_by_key; INSERT INTO watchword_email_key VALUES (99, 'x')");
    BOOST_TEST(restore(nobody).users == 2u);
}

BOOST_AUTO_TEST_CASE(a_backup_that_is_written_meanwhile_is_not_trusted)
{
    acting_watcher writing("copying", [&](watcher&) { other_program(copy).query(adding(1)); });
    BOOST_TEST(contains(refusal_of([&] { restore(writing); }), "was changed while it was read"));
    check_untouched();
}

BOOST_AUTO_TEST_CASE(stopped_it_changes_nothing)
{
    for (const std::string part : {"copying", "checking the structure", "syncing"}) {
        acting_watcher stopping(part, [](watcher& w) { w.stop(); });
        BOOST_CHECK_THROW(restore(stopping), stopped);
        check_untouched();
    }
}

BOOST_AUTO_TEST_CASE(the_file_behind_a_link_is_replaced_and_not_the_link)
{
    const auto link = directory.path / "link.db";
    std::filesystem::create_symlink(file.filename(), link);
    BOOST_TEST(store::restore({copy, link, true, "mark"}, nobody).kept.value() == kept());
    BOOST_TEST(std::filesystem::is_symlink(link));
    BOOST_TEST(count(file) == "2\n");
}

BOOST_AUTO_TEST_CASE(owner_and_mode_stay)
{
    BOOST_TEST(::chmod(file.c_str(), 0640) == 0);
    const bool root = ::geteuid() == 0;
    const ::uid_t owner = root ? 65534 : ::geteuid();
    if (root) BOOST_TEST(::chown(file.c_str(), owner, 65534) == 0);
    restore(nobody);
    struct stat status {};
    BOOST_TEST(::stat(file.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777) == 0640u);
    BOOST_TEST(status.st_uid == owner);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
