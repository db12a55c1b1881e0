// F21: another program works on the database of a running server.
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

using namespace watchword::test;

load_settings with_logins()
{
    load_settings s;
    s.connections = 64;
    s.log_in_every = 10;
    return s;
}

// Another process that executes a statement and keeps its transaction open until it is told to end.
class holder {
public:
    holder(const std::string& database, const std::string& begin, const std::string& query)
        : child_({"python3", "-c",
                  "import os, sqlite3, sys, time\n"
                  "database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)\n"
                  "database.execute(sys.argv[2])\n"
                  "before = database.execute(sys.argv[3]).fetchall()\n"
                  "print('held', file=sys.stderr, flush=True)\n"
                  "while not os.path.exists(sys.argv[4]):\n"
                  "    time.sleep(0.002)\n"
                  "same = database.execute(sys.argv[3]).fetchall() == before\n"
                  "database.execute('ROLLBACK')\n"
                  "sys.exit(0 if same else 3)\n",
                  database, begin, query, directory_ / "release"})
    {
        BOOST_REQUIRE(child_.await_error_line("held"));
    }

    // Whether what it saw was the same to the end.
    bool release()
    {
        write_file(directory_ / "release", "");
        return child_.wait() == 0;
    }

private:
    temporary_directory directory_;
    process child_;
};

// A server under load.
struct busy_server {
    temporary_directory directory, elsewhere;
    std::string database = directory / "watchword.db", book = elsewhere / "ledger";
    server_process server;
    std::string token;
    ledger_load load;

    explicit busy_server(const std::string& timeout)
        : server(directory.path(), cheap_passwords() + set({"database.timeout=" + timeout})),
          token(sign_up_known(server.address())),
          load(server.address(), book, with_logins())
    {
        BOOST_REQUIRE(are_acknowledged(load, 50));
    }

    void check_nobody_noticed(const std::string& what)
    {
        check_nothing_lost(load, book, "a-", database, server.address(), what);
        BOOST_TEST(load.counts().unavailable == 0u);
        BOOST_TEST(load.counts().failed_logins == 0u, load.counts().example);
        BOOST_TEST(count_lines(server.log(), "\"level\":\"error\"") == 0u);
        BOOST_TEST(server.stop() == 0);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(f21_foreign_locks)

BOOST_AUTO_TEST_CASE(a_write_lock_held_shorter_than_the_timeout_reaches_nobody)
{
    busy_server s("20s");
    for (std::size_t i = 0; i < how_many(3, 30); ++i) {
        holder lock(s.database, "BEGIN IMMEDIATE", "SELECT 1");
        std::this_thread::sleep_for(milliseconds(200)); // how long it is held
        BOOST_TEST(lock.release());
        BOOST_TEST(are_acknowledged(s.load, 64));
    }
    s.check_nobody_noticed("F21 write lock held for 200 ms at a time");
}

BOOST_AUTO_TEST_CASE(a_write_lock_held_longer_is_503_after_a_bounded_wait_and_over_at_once)
{
    constexpr milliseconds timeout{300};
    busy_server s("300ms");
    holder lock(s.database, "BEGIN IMMEDIATE", "SELECT 1");
    BOOST_TEST(are_refused(s.load, 128));
    check_reads(s.server.address(), s.token, "F21 while another process holds the write lock", how_many(20, 20));
    const auto released = steady_clock::now();
    BOOST_TEST(lock.release());
    const auto took = next_acknowledged(s.load, released, at_most(milliseconds(2000)));
    BOOST_TEST((took < at_most(milliseconds(2000))));
    report("F21 sign-ups work again " + std::to_string(took.count()) + " ms after another process let go of the lock");
    BOOST_TEST(are_acknowledged(s.load, 50));
    check_nothing_lost(s.load, s.book, "a-", s.database, s.server.address(), "F21 write lock held for long");
    // Behind a batch that waits for the lock, a job waits for its turn.
    BOOST_TEST((s.load.counts().longest < at_most(2 * timeout + milliseconds(1000))));
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_backup_by_another_program_is_consistent_and_reaches_nobody)
{
    busy_server s("20s");
    for (std::size_t i = 0; i < how_many(2, 20); ++i) {
        const auto copy = s.elsewhere / ("backup-" + std::to_string(i));
        const auto before = read_ledger(s.book);
        const auto done = run_program({"sqlite3", "-cmd", ".timeout 30000", s.database, ".backup " + copy});
        BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
        BOOST_TEST(sqlite_integrity(copy) == "ok");
        // Everybody who was told so before it began is in it.
        const auto v = compare(before, sqlite_accounts(copy)("a-"));
        BOOST_TEST(v.acknowledged > 0u);
        BOOST_TEST(v.lost + v.half + v.twice + v.revived == 0u, v.example);
    }
    s.check_nobody_noticed("F21 backups by sqlite3 meanwhile");
}

BOOST_AUTO_TEST_CASE(a_reader_that_stays_for_long_sees_its_snapshot_and_reaches_nobody)
{
    busy_server s("20s");
    holder reader(s.database, "BEGIN", "SELECT count(*), max(id) FROM user");
    BOOST_TEST(are_acknowledged(s.load, how_many(1500, 50'000), std::chrono::seconds(120)));
    const auto log_size = std::filesystem::file_size(s.database + "-wal");
    BOOST_TEST(reader.release());
    report("F21 the write-ahead log behind a long reader: " + std::to_string(log_size >> 10) + " KiB");
    BOOST_TEST(are_acknowledged(s.load, 50));
    s.check_nobody_noticed("F21 long reader meanwhile");
}

// They write beside the server; SQLite's WAL-reset bug would lose what was acknowledged, if one wrote while the other
// checkpoints.
BOOST_AUTO_TEST_CASE(commands_beside_a_server_under_load_lose_nothing_and_reach_nobody)
{
    busy_server s("20s");
    write_file(s.elsewhere / "password", "tulip-anchor-quartz-41\n");
    const auto user = [&](const std::string& step, const std::vector<std::string>& more) {
        std::vector<std::string> all{watchword_binary(), "user", step, "--database", "sqlite:" + s.database};
        const auto cheap = cheap_passwords();
        all.insert(all.end(), cheap.begin(), cheap.end());
        all.insert(all.end(), more.begin(), more.end());
        const auto done = run_program(all);
        BOOST_REQUIRE_MESSAGE(done.exit_code == 0, step + ": " + done.errors);
    };
    const auto rounds = how_many(10, 200);
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto email = "command-" + std::to_string(i) + "@b.test";
        user("create", {"--password-file", s.elsewhere / "password", email});
        user("roles", {email, "admin"});
        if (i % 2 == 0) user("delete", {"--yes", email});
        BOOST_TEST(are_acknowledged(s.load, 64));
    }
    s.check_nobody_noticed("F21 commands beside a server, " + std::to_string(rounds) + " rounds of them");
    BOOST_TEST(query_sqlite(s.database, "SELECT count(*) FROM user WHERE email LIKE 'command-%'") ==
               std::to_string(rounds / 2) + "\n");
    BOOST_TEST(sqlite_integrity(s.database) == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
