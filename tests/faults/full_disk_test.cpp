// F3: the disk is full.
#include "disks.hpp"
#include "store_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>

namespace {

using namespace watchword::test;

constexpr milliseconds recovers_within{5000};

load_settings with_logins()
{
    load_settings s;
    s.connections = 64;
    s.log_in_every = 10;
    s.reconnect = true;
    return s;
}

boost::test_tools::assertion_result disks_can_be_mounted(boost::unit_test::test_unit_id)
{
    return unless(why_no_disks());
}

// A server that writes its log, with a line for each request, into a file.
struct logging_server {
    process child;
    std::string address;

    logging_server(const std::string& database, const std::string& log)
        : child(std::vector<std::string>{"sh", "-c", "exec \"$@\" 2>>" + log, "sh", watchword_binary(), "serve",
                                         "--no-limits", "--access-log", "--log-format", "json", "--listen",
                                         "127.0.0.1:0", "--database", "sqlite:" + database} +
                cheap_passwords())
    {
        BOOST_REQUIRE(comes_true([&] { return find_address(log); }));
    }

    bool find_address(const std::string& log)
    {
        if (!std::filesystem::exists(log)) return false;
        const auto text = read_file(log);
        const auto at = text.find("\"message\":\"ready\"");
        if (at == text.npos || text.find('\n', at) == text.npos) return false;
        const auto begin = text.rfind('\n', at) + 1;
        const auto line = boost::json::parse(text.substr(begin, text.find('\n', at) - begin));
        address = line.at("listen").as_string();
        return true;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(f03_full_disk, *boost::unit_test::precondition(disks_can_be_mounted))

BOOST_AUTO_TEST_CASE(with_database_and_log_on_a_full_disk_reads_go_on_and_writes_return_with_the_space)
{
    small_disk disk(48);
    const auto database = disk / "watchword.db", log = disk / "log";
    const temporary_directory elsewhere;
    logging_server server(database, log);
    const auto token = sign_up_known(server.address);
    ledger_load load(server.address, elsewhere / "ledger", with_logins());
    BOOST_REQUIRE(are_acknowledged(load, how_many(500, 500)));
    disk.fill();
    BOOST_REQUIRE(are_refused(load, how_many(500, 5000)));
    const auto log_size = std::filesystem::file_size(log);
    check_reads(server.address, token, "F3 on a full disk");

    const auto freed = steady_clock::now();
    disk.make_room();
    const auto took = next_acknowledged(load, freed, at_most(recovers_within));
    BOOST_TEST((took < at_most(recovers_within)));
    report("F3 sign-ups work again " + std::to_string(took.count()) + " ms after there is space");
    BOOST_TEST(are_acknowledged(load, 100));
    check_nothing_lost(load, elsewhere / "ledger", "a-", database, server.address, "F3 disk full");
    BOOST_TEST(load.counts().failed_logins == 0u, load.counts().example);
    BOOST_TEST(comes_true([&] { return std::filesystem::file_size(log) > log_size; })); // the log goes on, too
    server.child.signal(SIGTERM);
    BOOST_TEST(server.child.wait() == 0);
    BOOST_TEST(sqlite_integrity(database) == "ok");
}

// The file has room, but what is committed goes to the log first.
BOOST_AUTO_TEST_CASE(a_write_ahead_log_that_cannot_grow_refuses_writes_until_it_can)
{
    small_disk disk(1), other(64);
    const auto database = other / "watchword.db";
    write_file(disk / "wal", "");
    write_file(database + "-wal", "");
    const bound_file there(disk / "wal", database + "-wal");
    const temporary_directory elsewhere;
    server_process server(other.path(), cheap_passwords());
    const auto token = sign_up_known(server.address());
    ledger_load load(server.address(), elsewhere / "ledger", with_logins());
    // The log grows to 4 MiB before a checkpoint would let it begin anew.
    BOOST_REQUIRE(are_refused(load, how_many(500, 5000)));
    check_reads(server.address(), token, "F3 with a log that cannot grow");
    const auto stuck = load.counts().acknowledged;
    load.stop();
    BOOST_TEST(load.counts().acknowledged == stuck);
    check_nothing_lost(load, elsewhere / "ledger", "a-", database, server.address(), "F3 log cannot grow");

    const auto freed = steady_clock::now();
    const auto larger = run_program({"mount", "-o", "remount,size=32m", disk.path().string()});
    BOOST_REQUIRE_MESSAGE(larger.exit_code == 0, larger.errors);
    auto again = with_logins();
    again.prefix = "b-";
    ledger_load after(server.address(), elsewhere / "ledger-b", again);
    const auto took = next_acknowledged(after, freed, at_most(recovers_within));
    BOOST_TEST((took < at_most(recovers_within)));
    BOOST_TEST(are_acknowledged(after, how_many(600, 20'000)));
    check_nothing_lost(after, elsewhere / "ledger-b", "b-", database, server.address(), "F3 log can grow again");
    BOOST_TEST(server.stop() == 0);
}

// What is committed is safe in the log, but cannot be taken over into the file.
BOOST_AUTO_TEST_CASE(a_disk_that_fills_up_during_a_checkpoint_loses_nothing_not_even_with_a_kill)
{
    small_disk disk(2), other(256);
    const auto database = other / "watchword.db";
    write_file(disk / "db", "");
    write_file(database, "");
    const bound_file there(disk / "db", database);
    const temporary_directory elsewhere;
    const auto checkpoint_bytes = 4u << 20;
    const auto log_is_long = [&] { return std::filesystem::file_size(database + "-wal") > checkpoint_bytes * 5 / 4; };
    {
        server_process server(other.path(), cheap_passwords());
        sign_up_known(server.address());
        disk.fill();
        ledger_load load(server.address(), elsewhere / "ledger", with_logins());
        BOOST_REQUIRE(comes_true(log_is_long));
        server.kill();
        load.stop();
        BOOST_TEST(load.counts().unavailable == 0u);
    }
    server_process server(other.path(), cheap_passwords()); // the disk is still full
    auto again = with_logins();
    again.prefix = "b-";
    ledger_load load(server.address(), elsewhere / "ledger-b", again);
    BOOST_TEST(are_acknowledged(load, 200));
    const auto full_size = std::filesystem::file_size(disk / "db");
    disk.make_room();
    const auto larger = run_program({"mount", "-o", "remount,size=64m", disk.path().string()});
    BOOST_REQUIRE_MESSAGE(larger.exit_code == 0, larger.errors);
    BOOST_TEST(are_acknowledged(load, 200));
    check_nothing_lost(load, elsewhere / "ledger-b", "b-", database, server.address(),
                       "F3 checkpoints fail, after a kill");
    const auto v = check_ledger(elsewhere / "ledger", "a-", sqlite_accounts(database), server.address());
    BOOST_TEST(v.wrong() == 0u, v.example);
    report("F3 checkpoints fail, then a kill: acknowledged " + std::to_string(v.acknowledged) + ", lost " +
           std::to_string(v.lost));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(std::filesystem::file_size(disk / "db") > full_size); // now it is in the file
}

BOOST_AUTO_TEST_SUITE_END()
