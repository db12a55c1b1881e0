// Restores: beside servers, and killed.
#include "command_fixture.hpp"
#include "support/test_form.hpp"
#include "support/vectors.hpp"

#include <csignal>
#include <sstream>

namespace {

using namespace watchword::test;

// A backup of ten users beside a database of twelve, the last two of which are in its log, as a killed server leaves
// it.
struct to_restore : command_fixture {
    to_restore()
    {
        const auto done = run("backup", {copy});
        BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
        make_old();
    }
    // Again and again the same.
    void make_old() const
    {
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            if (entry.path().filename().string().starts_with("watchword.db")) std::filesystem::remove(entry);
        if (!std::filesystem::exists(directory / "old.db")) make_first();
        for (const std::string end : {"", "-wal"}) std::filesystem::copy_file(directory / ("old.db" + end), file + end);
    }
    void make_first() const
    {
        std::filesystem::copy_file(copy, file);
        server_process server(directory.path(), {"--set", "passwords.memory_kib=8", "--set", "passwords.passes=1"});
        http_client client(server.address());
        for (const std::string email : {"late1@b.test", "late2@b.test"})
            BOOST_TEST(client.form_post("/signup", registration(email)).status == 201);
        server.kill();
        BOOST_REQUIRE(std::filesystem::file_size(file + "-wal") > 0);
        for (const std::string end : {"", "-wal"}) std::filesystem::rename(file + end, directory / ("old.db" + end));
        std::filesystem::remove(file + "-shm");
    }
    // The users of a database that is whole.
    std::string count(const std::string& database) const
    {
        const auto answer =
            query_sqlite(database, "SELECT integrity_check, (SELECT count(*) FROM user) FROM pragma_integrity_check");
        BOOST_TEST(answer.starts_with("ok|"), answer);
        return answer.substr(answer.find('|') + 1);
    }
    // The name of the only database that was kept; empty if there is none.
    std::string kept() const
    {
        std::string found;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            if (entry.path().string().find(".before-restore-") != std::string::npos) {
                BOOST_TEST(found == "");
                found = entry.path().string();
            }
        return found;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(restore, to_restore)

BOOST_AUTO_TEST_CASE(a_server_serves_what_was_restored_and_the_old_database_is_kept)
{
    BOOST_TEST(run("restore", {copy}).exit_code == 1);
    const auto done = run("restore", {copy, "--force"});
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.output, "10 users"));
    BOOST_TEST(contains(done.output, "is kept as " + kept()));
    BOOST_TEST(count(kept()) == "12\n");
    server_process server(directory.path());
    http_client client(server.address());
    BOOST_TEST(client.form_post("/login", credentials("late1@b.test")).status == 401);
    BOOST_TEST(client.form_post("/signup", registration("late1@b.test")).status == 201);
}

BOOST_AUTO_TEST_CASE(it_is_refused_while_a_server_runs)
{
    server_process server(directory.path());
    const auto done = run("restore", {copy, "--force", "--quiet"});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.errors, "is in use by another running Watchword"));
    BOOST_TEST(kept() == "");
    http_client client(server.address());
    token_of(client.form_post("/login", credentials("late1@b.test")));
}

BOOST_AUTO_TEST_CASE(a_server_that_locked_the_file_just_before_it_was_replaced_holds_the_new_one)
{
    // It has opened and locked the file, and looks at nothing yet.
    held_program server({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database", "sqlite:" + file},
                        "flock", 1);
    std::filesystem::rename(file, directory / "aside.db");
    std::filesystem::rename(file + "-wal", directory / "aside.db-wal");
    std::filesystem::copy_file(copy, file);
    server.go_on();
    BOOST_REQUIRE(server.output().await_error_line("ready").has_value());
    const auto refused = run("restore", {copy, "--force", "--quiet"});
    BOOST_TEST(contains(refused.errors, "is in use by another running Watchword"), refused.errors);
    ::kill(server.id(), SIGTERM);
    BOOST_TEST(server.wait() == 0);
}

// At system calls that change or lock files it dies; in the long form at every one. Whatever it has done by then, a
// server finds all of the old database or all of the new one, and the next attempt succeeds.
BOOST_AUTO_TEST_CASE(killed_at_any_moment_it_leaves_the_old_database_or_the_new)
{
    int outcomes[2] = {0, 0};
    std::vector<std::pair<std::string, int>> calls{{"pwrite64", 32}, {"fsync", 1}, {"renameat2", 1}, {"unlink", 6}};
    if (is_long())
        for (const auto* more : {"fdatasync", "ftruncate", "rename", "fchmod", "flock", "fcntl", "openat"})
            calls.emplace_back(more, 1);
    for (const auto& [call, step] : calls)
        for (int number = 1;; number += is_long() ? 1 : step) {
            make_old();
            const auto done = run("restore", {copy, "--force"}, at_system_call(call, "signal=KILL", number));
            const std::string moment = call + " " + std::to_string(number) + ": ";
            const bool survived = done.exit_code == 0; // there are not so many
            if (!survived) BOOST_REQUIRE_MESSAGE(done.exit_code == 128 + SIGKILL, moment << done.errors);
            const auto users = count(file);
            BOOST_TEST((users == "10\n" || (!survived && users == "12\n")), moment << users);
            if (users == "10\n") BOOST_TEST(count(kept()) == "12\n", moment);
            if (survived) break;
            ++outcomes[users == "10\n"];
            if (number == 1 || is_long()) {
                const auto again = run("restore", {copy, "--force"});
                BOOST_TEST(again.exit_code == 0, moment << again.errors);
            }
        }
    BOOST_TEST_MESSAGE(outcomes[0] + outcomes[1] << " kills; " << outcomes[1] << " left the new database");
    BOOST_TEST(outcomes[0] >= 6);
    BOOST_TEST(outcomes[1] >= 1); // at least before the last fsync
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_changes_nothing)
{
    for (const auto& [calls, error] : {std::pair("pwrite64", "error=ENOSPC"),
                                       {"fsync", "error=EIO"},
                                       {"renameat2", "error=EINVAL"},
                                       {"fdatasync", "error=EIO"}}) {
        const auto done = run("restore", {copy, "--force"}, at_system_call(calls, error, 1));
        BOOST_TEST(done.exit_code == 1, calls << done.output);
        BOOST_TEST(contains(done.errors, "nothing was restored: "), done.errors);
        BOOST_TEST(count(file) == "12\n");
        BOOST_TEST(kept() == "");
        BOOST_TEST(!std::filesystem::exists(file + ".unfinished"));
        make_old();
    }
}

BOOST_AUTO_TEST_CASE(check_tells_a_damaged_database_from_a_sound_one)
{
    const auto sound = run("check", {"--json"});
    BOOST_TEST(sound.exit_code == 0);
    BOOST_TEST(contains(sound.output, "\"ok\":true,\"problems\":[],"), sound.output);
    BOOST_TEST(contains(sound.output, "\"users\":12,"), sound.output);
    query_sqlite(file, "DROP INDEX watchword_email_key_by_key");
    const auto damaged = run("check", {"--quiet"});
    BOOST_TEST(damaged.exit_code == 1);
    BOOST_TEST(damaged.output == "problem: schema: the index watchword_email_key_by_key is missing\n");
    BOOST_TEST(run("check", {"now"}).exit_code == 2);
    std::filesystem::remove(file);
    const auto none = run("check", {});
    BOOST_TEST(none.exit_code == 1);
    BOOST_TEST(contains(none.errors, "there is no database"));
    BOOST_TEST(run("check", {"--json"}).output.starts_with("{\"ok\":false,\"problems\":[\"there is no database"));
}

BOOST_AUTO_TEST_SUITE_END()
