// Backups while the server works, and what is left of those that do not come to their end.
#include "command_fixture.hpp"
#include "support/vectors.hpp"

#include <csignal>
#include <mutex>
#include <thread>

namespace {

using namespace watchword::test;

// Clients that sign up as fast as they can; whoever was answered 201 is in the ledger.
class sign_ups {
public:
    sign_ups(const std::string& address, int clients)
    {
        for (int i = 0; i < clients; ++i) threads_.emplace_back([this, address, i] { run(address, i); });
    }
    ~sign_ups() { stop(); }

    std::vector<std::string> acknowledged() const
    {
        const std::lock_guard lock(mutex_);
        return acknowledged_;
    }
    void stop()
    {
        stopping_ = true;
        for (auto& t : threads_) t.join();
        threads_.clear();
    }

private:
    void run(const std::string& address, int client_number)
    {
        http_client client(address);
        for (int n = 0; !stopping_; ++n) {
            const auto email = std::to_string(client_number) + "-" + std::to_string(n) + "@b.test";
            if (client.form_post("/signup", registration(email)).status != 201) return;
            const std::lock_guard lock(mutex_);
            acknowledged_.push_back(email);
        }
    }

    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::vector<std::string> acknowledged_; // guarded by mutex_
    std::vector<std::thread> threads_;
};

int missing(const std::string& database, const std::vector<std::string>& emails)
{
    const auto listed = query_sqlite(database, "SELECT email FROM user");
    std::set<std::string> all;
    std::size_t at = 0;
    for (std::size_t end; (end = listed.find('\n', at)) != listed.npos; at = end + 1)
        all.insert(listed.substr(at, end - at));
    int number = 0;
    for (const auto& email : emails) number += !all.contains(email);
    return number;
}

const std::vector<std::string> cheap{"--set", "passwords.memory_kib=8", "--set", "passwords.passes=1"};

} // namespace

BOOST_AUTO_TEST_SUITE(backup)

BOOST_AUTO_TEST_CASE(it_holds_what_was_acknowledged_before_it_began_and_the_server_loses_nothing)
{
    const command_fixture d(10000);
    server_process server(d.directory.path(), cheap);
    sign_ups clients(server.address(), 4);
    for (int round = 0; round < 3; ++round) {
        const auto so_many = clients.acknowledged().size();
        BOOST_REQUIRE(comes_true([&] { return clients.acknowledged().size() >= so_many + 10; }));
        const auto before = clients.acknowledged();
        const auto done = d.run("backup", {d.copy, "--force"});
        BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
        BOOST_TEST(contains(done.output, "wrote " + d.copy + ": "));
        BOOST_TEST(missing(d.copy, before) == 0);
        BOOST_TEST(query_sqlite(d.copy, "PRAGMA integrity_check") == "ok\n");
    }
    const auto checked = d.run("check", {});
    BOOST_TEST(checked.exit_code == 0, checked.output);
    clients.stop();
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(d.names("watchword.db") == " .secret ");
    BOOST_TEST(missing(d.file, clients.acknowledged()) == 0);
    BOOST_TEST(query_sqlite(d.file, "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(a_server_can_start_stop_and_start_again_while_it_is_made)
{
    const command_fixture d(20000);
    // In the middle of the copy, with its snapshot open.
    held_program backup({watchword_binary(), "backup", "--database", "sqlite:" + d.file, d.copy}, "pwrite64", 100);
    for (const std::string email : {"a@b.test", "b@b.test"}) {
        server_process server(d.directory.path(), cheap);
        http_client client(server.address());
        BOOST_TEST(client.form_post("/signup", registration(email)).status == 201);
        BOOST_TEST(server.stop() == 0);
    }
    backup.go_on();
    BOOST_TEST(backup.wait() == 0);
    BOOST_TEST(query_sqlite(d.copy, "SELECT count(*) FROM user") == "20000\n");
    BOOST_TEST(query_sqlite(d.file, "SELECT count(*) FROM user") == "20002\n");
    BOOST_TEST(query_sqlite(d.file, "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(interrupted_it_says_so_and_leaves_nothing)
{
    const command_fixture d(20000);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        held_program backup({watchword_binary(), "backup", "--database", "sqlite:" + d.file, "--quiet", d.copy},
                            "pwrite64", 100);
        ::kill(backup.id(), signal);
        backup.go_on();
        BOOST_TEST(backup.wait() == 1);
        BOOST_TEST(contains(backup.output().errors(), "watchword: no backup was made: stopped before it was done\n"));
        BOOST_TEST(d.names("copy") == "");
    }
}

BOOST_AUTO_TEST_CASE(killed_it_leaves_what_the_next_one_writes_anew)
{
    const command_fixture d(20000);
    for (const auto& [calls, number] : {std::pair("pwrite64", 1), {"pwrite64", 100}, {"fsync", 1}, {"renameat2", 1}}) {
        const auto killed = d.run("backup", {d.copy}, at_system_call(calls, "signal=KILL", number));
        BOOST_TEST(killed.exit_code == 128 + SIGKILL);
        BOOST_TEST(d.names("copy") == ".db.unfinished ");
        const auto done = d.run("backup", {"--quiet", d.copy});
        BOOST_TEST(done.exit_code == 0, done.errors);
        BOOST_TEST(done.output + done.errors == "");
        BOOST_TEST(d.names("copy") == ".db ");
        BOOST_TEST(query_sqlite(d.copy, "SELECT count(*) FROM user") == "20000\n");
        std::filesystem::remove(d.copy);
    }
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_fails_the_backup)
{
    const command_fixture d(2000);
    for (const auto& [calls, error, says] : {std::tuple("pwrite64", "error=ENOSPC", "there is no space left"),
                                             {"pwrite64", "error=EIO", "Input/output error"},
                                             {"pwrite64", "error=EDQUOT", "Disk quota exceeded"},
                                             {"fsync", "error=EIO", "Input/output error"},
                                             {"renameat2", "error=EACCES", "Permission denied"}}) {
        const auto done = d.run("backup", {"--quiet", d.copy},
                                at_system_call(calls, error, calls == std::string("pwrite64") ? 50 : 1));
        BOOST_TEST(done.exit_code == 1);
        BOOST_TEST(contains(done.errors, says), done.errors);
        BOOST_TEST(d.names("copy") == "");
    }
}

BOOST_AUTO_TEST_CASE(on_a_terminal_it_tells_how_far_it_is_and_takes_that_back)
{
    const command_fixture d(20000);
    // Every write takes so long that there is something to tell.
    const std::string slowed = "strace -f -qq -E " + no_leak_check +
                               " -o /dev/null -e trace=pwrite64 -e inject=pwrite64:delay_enter=1000 " +
                               watchword_binary() + " backup --database sqlite:" + d.file + " " + d.copy;
    const auto done = run_program({"script", "-qec", slowed, "/dev/null"});
    BOOST_TEST(done.exit_code == 0);
    const auto percent = done.output.find(" %, ");
    BOOST_REQUIRE_MESSAGE(percent != std::string::npos, done.output);
    const auto line = done.output.substr(done.output.rfind('\r', percent) + 1);
    BOOST_TEST(line.starts_with("copying: "), line);
    BOOST_TEST(contains(line.substr(0, line.find('\r')), "MiB/s"), line);
    BOOST_TEST(contains(done.output, " \rwrote "));

    const auto plain = d.run("backup", {"--force", d.copy});
    BOOST_TEST(plain.errors.starts_with("watchword: copying ...\n"), plain.errors);
    BOOST_TEST(!contains(plain.errors, "\r"));
}

BOOST_AUTO_TEST_CASE(it_needs_one_file_and_sqlite)
{
    const command_fixture d;
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{}, {d.copy, d.copy}, {d.copy, "--forc"}, {d.copy, "--force=yes"}}) {
        const auto done = d.run("backup", arguments);
        BOOST_TEST(done.exit_code == 2);
        BOOST_TEST(contains(done.errors, "see watchword backup --help"));
    }
    const auto done = run_program({watchword_binary(), "backup", "--database", "postgresql://u:geheim@h/n", d.copy});
    BOOST_TEST(done.exit_code == 2);
    BOOST_TEST(contains(done.errors, "pg_dump --format=custom"));
    BOOST_TEST(!contains(done.errors, "geheim"));
    BOOST_TEST(d.names("copy") == "");
}

BOOST_AUTO_TEST_CASE(the_database_may_be_named_by_the_environment_or_a_file)
{
    const command_fixture d;
    const auto from_environment =
        run_program({watchword_binary(), "backup", d.copy}, {{"WATCHWORD_DATABASE", "sqlite:" + d.file}});
    BOOST_TEST(from_environment.exit_code == 0, from_environment.errors);
    write_file(d.directory / "settings.json", "{\"database\": {\"url\": \"sqlite:" + d.file + "\"}}");
    const auto from_file =
        run_program({watchword_binary(), "backup", "--config", d.directory / "settings.json", d.copy, "--force"});
    BOOST_TEST(from_file.exit_code == 0, from_file.errors);
}

BOOST_AUTO_TEST_SUITE_END()
