// F4, F21: the database's files are moved, replaced or deleted under a running server.
#include "store_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

namespace {

using namespace watchword::test;
namespace fs = std::filesystem;

load_settings with_prefix(const std::string& prefix)
{
    load_settings s;
    s.prefix = prefix;
    s.connections = 32;
    s.reconnect = true;
    return s;
}

// A server under load whose files something happens to.
struct struck_server {
    temporary_directory directory, elsewhere;
    fs::path place = directory.path() / "place";
    std::string database = (place / "watchword.db").string();
    std::unique_ptr<server_process> server;
    std::string token;
    std::unique_ptr<ledger_load> load;

    struck_server()
    {
        fs::create_directory(place);
        server = std::make_unique<server_process>(place, cheap_passwords());
        token = sign_up_known(server->address());
        load = std::make_unique<ledger_load>(server->address(), elsewhere / "ledger", with_prefix("a-"));
        BOOST_REQUIRE(are_acknowledged(*load, how_many(100, 2000)));
    }

    // Nothing is acknowledged that would be lost, and the log says why.
    void check_refuses(const std::string& file)
    {
        BOOST_REQUIRE(are_refused(*load, how_many(100, 2000)));
        const auto stuck = load->counts().acknowledged;
        check_reads(server->address(), token, "F4 while its files are away", how_many(20, 20));
        BOOST_TEST(load->counts().acknowledged == stuck);
        BOOST_TEST(count_lines(server->log(), file + " was moved, replaced or deleted while it was in use") > 0u);
    }

    // The server runs on; sign-ups work again.
    void check_recovers(steady_clock::time_point since, const std::string& what)
    {
        const auto took = next_acknowledged(*load, since, at_most(milliseconds(5000)));
        BOOST_TEST((took < at_most(milliseconds(5000))));
        report(what + ": sign-ups work again after " + std::to_string(took.count()) + " ms");
        BOOST_TEST(are_acknowledged(*load, 100));
        check_nothing_lost(*load, elsewhere / "ledger", "a-", database, server->address(), what);
    }

    // What was acknowledged is in the database that is left.
    void check_after_restart(const std::string& what)
    {
        server_process next(place, cheap_passwords());
        check_nothing_lost(*load, elsewhere / "ledger", "a-", database, next.address(), what);
        BOOST_TEST(http_client(next.address()).form_post("/signup", registration("after@b.test")).status == 201);
        BOOST_TEST(next.stop() == 0);
    }
};

// A command that runs another as somebody without privileges: for root nothing is unwritable.
std::vector<std::string> as_nobody()
{
    if (::geteuid() != 0) return {};
    return {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"};
}

boost::test_tools::assertion_result nobody_can_run_it(boost::unit_test::test_unit_id)
{
    const auto done = run_program(as_nobody() + std::vector<std::string>{watchword_binary(), "version"});
    return unless(done.exit_code == 0 ? "" : "the server cannot be run without privileges: " + done.errors);
}

} // namespace

BOOST_AUTO_TEST_SUITE(f21_moved_files)

BOOST_AUTO_TEST_CASE(a_directory_that_is_renamed_stops_writes_until_it_is_back)
{
    struck_server s;
    const auto away = s.directory.path() / "away";
    fs::rename(s.place, away);
    s.check_refuses(s.database);
    const auto back = steady_clock::now();
    fs::rename(away, s.place);
    s.check_recovers(back, "F4 directory renamed");
    BOOST_TEST(s.server->stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_database_that_another_takes_the_place_of_is_not_written_to_and_neither_is_the_other)
{
    struck_server s;
    const auto other = s.elsewhere / "other.db";
    query_sqlite(other, "CREATE TABLE t (i)");
    const auto bytes = read_file(other);
    fs::rename(s.database, s.elsewhere / "first.db");
    fs::rename(other, s.database);
    s.check_refuses(s.database);
    BOOST_TEST(bool(read_file(s.database) == bytes));
    const auto back = steady_clock::now();
    fs::rename(s.elsewhere / "first.db", s.database);
    s.check_recovers(back, "F21 database replaced");
    BOOST_TEST(s.server->stop() == 0);
}

BOOST_AUTO_TEST_CASE(into_a_database_that_was_deleted_nothing_is_acknowledged)
{
    struck_server s;
    fs::create_hard_link(s.database, s.elsewhere / "kept.db");
    fs::create_hard_link(s.database + "-wal", s.elsewhere / "kept.db-wal");
    fs::remove(s.database);
    s.check_refuses(s.database);
    BOOST_TEST(!fs::exists(s.database)); // no empty one is made in its place
    s.load->stop();
    s.server->kill();
    // What had been acknowledged was in the files.
    fs::rename(s.elsewhere / "kept.db", s.database);
    s.check_after_restart("F21 database deleted");
}

BOOST_AUTO_TEST_CASE(what_a_deleted_write_ahead_log_held_is_saved_into_the_database_at_once)
{
    struck_server s;
    fs::remove(s.database + "-wal");
    s.check_refuses(s.database + "-wal");
    s.load->stop();
    s.server->kill(); // without a chance to do it now
    s.check_after_restart("F21 write-ahead log deleted");
}

BOOST_AUTO_TEST_CASE(a_deleted_log_is_noticed_without_a_write)
{
    struck_server s;
    s.load->stop();
    fs::remove(s.database + "-wal");
    BOOST_TEST(comes_true([&] { return count_lines(s.server->log(), "-wal was moved") > 0; }));
    s.server->kill();
    s.check_after_restart("F21 write-ahead log deleted while idle");
}

BOOST_AUTO_TEST_CASE(without_the_index_that_others_share_nothing_is_written)
{
    struck_server s;
    fs::remove(s.database + "-shm");
    s.check_refuses(s.database + "-shm");
    s.load->stop();
    s.server->kill();
    s.check_after_restart("F21 index of the log deleted");
}

BOOST_AUTO_TEST_CASE(a_directory_that_becomes_unwritable_does_not_matter_to_files_that_are_open,
                     *boost::unit_test::precondition(nobody_can_run_it))
{
    const temporary_directory directory, elsewhere;
    const auto database = directory / "watchword.db";
    if (::geteuid() == 0) BOOST_REQUIRE(::chown(directory.path().c_str(), 65534, 65534) == 0);
    {
        server_process server(directory.path(), cheap_passwords(), {}, as_nobody());
        ledger_load load(server.address(), elsewhere / "ledger", with_prefix("a-"));
        BOOST_REQUIRE(are_acknowledged(load, 50));
        fs::permissions(directory.path(), fs::perms::owner_read | fs::perms::owner_exec);
        BOOST_TEST(are_acknowledged(load, 100));
        load.stop();
        BOOST_TEST(load.counts().unavailable == 0u);
        server.kill();
    }
    fs::permissions(directory.path(), fs::perms::owner_all);
    server_process server(directory.path(), cheap_passwords(), {}, as_nobody());
    const auto v = check_ledger(elsewhere / "ledger", "a-", sqlite_accounts(database), server.address());
    BOOST_TEST(v.wrong() == 0u, v.example);
    report("F4 directory unwritable: acknowledged " + std::to_string(v.acknowledged) + ", lost " +
           std::to_string(v.lost));
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
