// F2: the power goes, and with it everything that was not synced.
#include "faults_fixture.hpp"
#include "mounted_disk.hpp"
#include "support/ledger_load.hpp"
#include "support/paths.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <optional>
#include <set>
#include <unistd.h>

namespace {

using namespace watchword::test;

boost::test_tools::assertion_result has_disks(boost::unit_test::test_unit_id)
{
    return unless(mounted_disk::why_not());
}

boost::test_tools::assertion_result has_disks_and_preloading(boost::unit_test::test_unit_id id)
{
    if (is_sanitized) return unless("a sanitizer must be loaded before any other library");
    return has_disks(id);
}

// A machine whose disk outlives it.
class machine {
public:
    void plug_in(const std::vector<std::string>& disk_options = {"--sync-takes", "1500"})
    {
        disk_.emplace(image_.path(), mountpoint_.path(), disk_options);
    }
    server_process& start_server(const environment& more = {})
    {
        return server_.emplace(mountpoint_.path(), cheap_passwords(), more);
    }
    mounted_disk& disk() { return *disk_; }

    // What is written after the power went reaches no disk; whoever is told of success after it has been lied to.
    // How many changes were unsynced.
    std::size_t cut_power()
    {
        const auto unsynced = disk_->cut();
        turn_off();
        return unsynced;
    }
    void turn_off()
    {
        if (server_) server_->kill();
        server_.reset();
        disk_.reset();
    }

    std::string disk_directory() const { return image_.path(); }
    std::string mountpoint() const { return mountpoint_.path(); }

private:
    temporary_directory image_, mountpoint_;
    std::optional<mounted_disk> disk_;
    std::optional<server_process> server_;
};

// Everything that was acknowledged on a machine, in as many ledgers as it had lives.
struct account {
    temporary_directory ledgers{};
    std::size_t cuts = 0, unsynced = 0, syncs_failed = 0;
    std::uint64_t refused = 0;
    ledger_verdict found{};

    std::string ledger(std::size_t round) const { return ledgers / std::to_string(round); }
    static std::string prefix(std::size_t round) { return "life" + std::to_string(round) + "-"; }

    std::string text() const
    {
        return std::to_string(cuts) + " cuts, " + std::to_string(unsynced) + " unsynced changes gone, " +
               std::to_string(found.acknowledged) + " sign-ups acknowledged, " + std::to_string(found.lost) +
               " lost; of " + std::to_string(found.unknown) + " others " + std::to_string(found.unknown_kept) +
               " kept, half " + std::to_string(found.half);
    }
};

std::vector<std::string> any_disk(std::size_t round)
{
    std::vector<std::string> options{"--sync-takes", "1500"};
    if (round % 2 == 1) options.insert(options.end(), {"--keep-some", std::to_string(round)});
    return options;
}

// One life of the machine: it starts from what the last cut left, people sign up, the power goes at some moment.
void live_and_lose_power(machine& m, account& all, bool syncs_fail, const environment& more = {})
{
    const auto round = all.cuts++;
    m.plug_in(any_disk(round));
    auto& server = m.start_server(more);
    load_settings s;
    s.prefix = account::prefix(round);
    s.connections = is_sanitized ? 4 : 16;
    ledger_load load(server.address(), all.ledger(round), s);
    const auto reaches = [&](std::size_t acknowledged) {
        return comes_true([&] { return load.counts().acknowledged >= acknowledged; });
    };
    const std::size_t wanted = 20 + round * 61 % (is_long() ? 700 : 200); // coprime: checkpoints are among the moments
    for (std::size_t seen = 0; syncs_fail && seen + 40 < wanted; seen += 40, ++all.syncs_failed) {
        BOOST_REQUIRE(reaches(seen + 20));
        m.disk().fail_next_sync();
    }
    BOOST_REQUIRE_MESSAGE(reaches(wanted), server.log());
    std::this_thread::sleep_for(std::chrono::microseconds(round * 617 % 3000)); // any moment between two syncs
    all.unsynced += m.disk().cut();
    std::this_thread::sleep_for(milliseconds(5)); // the server sees that its disk has gone; it must not say 201
    m.turn_off();
    load.stop();
    BOOST_TEST(load.counts().strange == 0u, load.counts().example);
    all.refused += load.counts().unavailable;
}

// What the last life has left, once a server has recovered it.
void look_for_everything(machine& m, account& all)
{
    m.plug_in({});
    auto& server = m.start_server();
    const auto database = m.mountpoint() + "/watchword.db";
    const auto read = sqlite_accounts(database);
    for (std::size_t round = 0; round < all.cuts; ++round) {
        const auto v = check_ledger(all.ledger(round), account::prefix(round), read, server.address(), 20);
        if (all.found.wrong() == 0) all.found.example = v.example;
        all.found.add(v);
    }
    BOOST_TEST(sqlite_integrity(database) == "ok");
    BOOST_TEST(http_client(server.address()).form_post("/signup", registration("after@b.test")).status == 201);
    m.turn_off();
}

// Files of a disk, as a program that syncs nothing but what it is told to makes them.
void write_at(const std::string& path, const std::string& content, bool sync)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    BOOST_REQUIRE(file >= 0);
    BOOST_REQUIRE(::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    if (sync) BOOST_REQUIRE(::fdatasync(file) == 0);
    ::close(file);
}

void sync_directory(const std::string& path)
{
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BOOST_REQUIRE(directory >= 0);
    BOOST_REQUIRE(::fsync(directory) == 0);
    ::close(directory);
}

std::set<std::string> names_in(const std::string& directory)
{
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) names.insert(entry.path().filename());
    return names;
}

} // namespace

BOOST_AUTO_TEST_SUITE(f2_power, *boost::unit_test::precondition(has_disks))

BOOST_AUTO_TEST_CASE(the_disk_keeps_what_was_synced_and_nothing_else)
{
    machine m;
    m.plug_in({});
    const auto in = [&](const std::string& name) { return m.mountpoint() + "/" + name; };
    write_at(in("kept"), "first", true);
    write_at(in("moved"), "moved", true);
    sync_directory(m.mountpoint());
    write_at(in("kept"), "later, and longer", false);
    write_at(in("nameless"), "synced, but not its directory", true);
    std::filesystem::rename(in("moved"), in("elsewhere"));
    std::filesystem::remove(in("kept"));
    BOOST_TEST(read_file(in("elsewhere")) == "moved");
    BOOST_TEST(names_in(m.mountpoint()) == (std::set<std::string>{"nameless", "elsewhere"}));

    BOOST_TEST(m.cut_power() == 4u); // one write, three changes of names
    BOOST_TEST(names_in(m.disk_directory()) == (std::set<std::string>{"kept", "moved"}));
    BOOST_TEST(read_file(m.disk_directory() + "/kept") == "first");

    m.plug_in({});
    BOOST_TEST(read_file(in("kept")) == "first");
    m.disk().fail_next_sync();
    const int file = ::open(in("kept").c_str(), O_WRONLY | O_CLOEXEC);
    BOOST_REQUIRE(::pwrite(file, "F", 1, 0) == 1);
    BOOST_TEST(comes_true([&] { return ::fdatasync(file) != 0; }, std::chrono::seconds(5))); // once the signal is there
    BOOST_TEST(::fdatasync(file) == 0); // and the kernel believes that all is well
    BOOST_TEST(read_file(in("kept")) == "First");
    ::close(file);
    m.cut_power();
    BOOST_TEST(read_file(m.disk_directory() + "/kept") != "later, and longer");
}

BOOST_AUTO_TEST_CASE(no_acknowledged_sign_up_is_lost_when_the_power_goes)
{
    machine m;
    account all;
    while (all.cuts < how_many(10, 200)) live_and_lose_power(m, all, false);
    look_for_everything(m, all);
    report("F2 " + all.text());
    BOOST_TEST(all.found.wrong() == 0u, all.found.example);
    BOOST_TEST(all.unsynced > 0u); // or it was never in the middle of anything
}

BOOST_AUTO_TEST_CASE(no_sign_up_is_acknowledged_by_a_sync_that_failed)
{
    machine m;
    account all;
    while (all.cuts < how_many(5, 50)) live_and_lose_power(m, all, true);
    look_for_everything(m, all);
    report("F2 with " + std::to_string(all.syncs_failed) + " failed syncs, " + std::to_string(all.refused) +
           " answered 503: " + all.text());
    BOOST_TEST(all.found.wrong() == 0u, all.found.example);
    BOOST_TEST(all.refused >= all.syncs_failed / 2);
}

BOOST_AUTO_TEST_CASE(without_a_sync_for_each_commit_sign_ups_would_be_lost,
                     *boost::unit_test::precondition(has_disks_and_preloading))
{
    machine m;
    account all;
    live_and_lose_power(m, all, false, {{"LD_PRELOAD", built_file("tests/libsynchronous_normal.so")}});
    look_for_everything(m, all);
    report("F2 control, synchronous=NORMAL: " + all.text());
    BOOST_TEST(all.found.lost > 0u);
}

// From an empty disk to a first user, cut before each of the changes that takes in turn.
BOOST_AUTO_TEST_CASE(a_first_start_that_loses_power_anywhere_is_completed_by_the_next)
{
    const std::size_t step = is_long() ? 1 : is_sanitized ? 23 : 7;
    std::size_t last = 0, cuts = 0, kept = 0, acknowledged = 0;
    bool was_cut = true;
    for (std::size_t cut_at = 1; was_cut; cut_at += step) {
        machine m;
        m.plug_in({"--cut-at-change", std::to_string(cut_at), "--keep-some", std::to_string(cut_at)});
        bool signed_up = false;
        try {
            auto& server = m.start_server();
            http_client client(server.address(), std::chrono::seconds(5));
            signed_up = client.form_post("/signup", registration(known_email)).status == 201;
        } catch (const std::runtime_error&) { // the disk went before it was ready
        }
        was_cut = m.disk().is_cut(std::chrono::seconds(signed_up ? 0 : 5));
        if (!was_cut) m.disk().cut();
        m.turn_off();
        if (was_cut) {
            last = cut_at;
            ++cuts;
        }

        m.plug_in({});
        auto& server = m.start_server();
        http_client client(server.address());
        const auto again = client.form_post("/signup", registration(known_email)).status;
        BOOST_TEST((again == 202 || (again == 201 && !signed_up)), "cut at change " << cut_at);
        BOOST_TEST(client.form_post("/login", credentials(known_email)).status == 201);
        acknowledged += signed_up ? 1 : 0;
        kept += again == 202 ? 1 : 0;
        m.turn_off();
    }
    report("F2 first start: " + std::to_string(cuts) + " cuts at changes 1 to " + std::to_string(last) +
           ", all completed by the next start; acknowledged " + std::to_string(acknowledged) + ", found " +
           std::to_string(kept));
    BOOST_TEST(cuts > 1u);
    BOOST_TEST(acknowledged >= 1u);
}

BOOST_AUTO_TEST_SUITE_END()
