// F4: the disk becomes read-only, or the directory is not where it was.
#include "disks.hpp"
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

boost::test_tools::assertion_result disks_can_be_mounted(boost::unit_test::test_unit_id)
{
    return unless(why_no_disks());
}

load_settings with_prefix(const std::string& prefix)
{
    load_settings s;
    s.prefix = prefix;
    s.connections = 64;
    s.reconnect = true;
    return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(f04_lost_disk, *boost::unit_test::precondition(disks_can_be_mounted))

BOOST_AUTO_TEST_CASE(on_a_disk_that_becomes_read_only_writes_are_refused_and_reads_go_on)
{
    small_disk disk(64, small_disk::kind::ext4);
    const auto database = disk / "watchword.db";
    const temporary_directory elsewhere;
    {
        server_process server(disk.path(), cheap_passwords());
        const auto token = sign_up_known(server.address());
        ledger_load before(server.address(), elsewhere / "ledger-a", with_prefix("a-"));
        BOOST_REQUIRE(are_acknowledged(before, how_many(300, 2000)));
        // Not amid a sync: Linux may answer one that runs while the disk is taken away with success, and lose it.
        before.stop();
        disk.flush();
        disk.force_read_only();
        ledger_load load(server.address(), elsewhere / "ledger-b", with_prefix("b-"));
        BOOST_REQUIRE(are_refused(load, how_many(300, 5000)));
        check_reads(server.address(), token, "F4 on a read-only disk");
        load.stop();
        BOOST_TEST(load.counts().acknowledged == 0u);
        BOOST_TEST(load.counts().strange == 0u, load.counts().example);
        BOOST_TEST(load.counts().unanswered == 0u);
        BOOST_TEST(server.stop() == 0);
        BOOST_TEST(count_lines(server.log(), "the database failed") > 0u);
    }
    BOOST_CHECK_THROW(server_process(disk.path(), cheap_passwords()), std::runtime_error); // it does not pretend
    disk.mount_again();
    server_process server(disk.path(), cheap_passwords());
    auto v = check_ledger(elsewhere / "ledger-a", "a-", sqlite_accounts(database), server.address());
    v.add(check_ledger(elsewhere / "ledger-b", "b-", sqlite_accounts(database), server.address()));
    BOOST_TEST(v.wrong() == 0u, v.example);
    BOOST_TEST(sqlite_integrity(database) == "ok");
    report("F4 read-only disk: acknowledged " + std::to_string(v.acknowledged) + ", lost " + std::to_string(v.lost) +
           "; unknown " + std::to_string(v.unknown) + ", of these there " + std::to_string(v.unknown_kept));
    BOOST_TEST(http_client(server.address()).form_post("/signup", registration("after@b.test")).status == 201);
}

BOOST_AUTO_TEST_SUITE_END()
