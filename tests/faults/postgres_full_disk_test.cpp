// F20: the disk under PostgreSQL is full.
#include "postgres_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace watchword::test;

constexpr milliseconds served_after(2000); // that PostgreSQL is back

// A file system of its own in memory.
class small_disk {
public:
    small_disk()
    {
        ::chmod(directory_.path().c_str(), 0711);
        std::filesystem::create_directory(path());
        if (::mount("none", path().c_str(), "tmpfs", 0, "size=96m,mode=777") != 0)
            throw std::runtime_error("no tmpfs can be mounted");
    }
    ~small_disk() { ::umount2(path().c_str(), MNT_DETACH); }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    std::filesystem::path path() const { return directory_.path() / "disk"; }
    void fill() const
    {
        const int file = ::open((path() / "filling").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        const std::string block(64 * 1024, 'f');
        while (::write(file, block.data(), block.size()) > 0) {
        }
        ::close(file);
    }
    void empty() const { std::filesystem::remove(path() / "filling"); }

private:
    temporary_directory directory_;
};

boost::test_tools::assertion_result can_mount(boost::unit_test::test_unit_id)
{
    try {
        const small_disk probe;
    } catch (const std::exception& e) {
        return unless(e.what());
    }
    return unless("");
}

struct on_small_disk {
    small_disk disk;
    postgres_server postgres{options()};
    postgres_service s{postgres};
    std::unique_ptr<server_process> server = s.start({"--set", "database.timeout=2s"});

    postgres_options options() const
    {
        postgres_options o;
        o.data = disk.path() / "data";
        o.initdb = {"--wal-segsize=1", "--no-sync"};
        o.settings = {"min_wal_size=2MB", "max_wal_size=4MB"};
        return o;
    }

    bool takes_writes()
    {
        return run_program({postgres_server::program("psql"), "--no-psqlrc", "--command",
                            "CREATE TEMPORARY TABLE room (n int)", postgres.url()})
                   .exit_code == 0;
    }
    // Whether it had to be started: without room for its log it ends, and a supervisor would do so.
    bool bring_back()
    {
        bool ended = false;
        const auto comes_back = [&] {
            if (!postgres.is_running()) {
                ended = true;
                postgres.start();
            }
            return takes_writes();
        };
        BOOST_REQUIRE(comes_true(comes_back));
        return ended;
    }

    // `more` happens when the disk is full.
    void check(const std::string& what, const std::function<void()>& more)
    {
        const auto prefix = what.substr(0, 4) + "-";
        load_settings settings;
        settings.prefix = prefix;
        settings.connections = 32;
        settings.log_in_every = 10;
        ledger_load load(server->address(), s.directory / prefix, settings);
        askers people(server->address(), "asker-" + prefix, 2);
        BOOST_REQUIRE(comes_true([&] { return load.counts().acknowledged > 100; }));

        disk.fill();
        more();
        BOOST_TEST(comes_true([&] { return load.counts().unavailable > 20; }, std::chrono::seconds(60)));
        BOOST_TEST(status_of_sign_up(server->address(), "no-room@b.test") == 503);
        BOOST_TEST(is_live(server->address()));
        const auto while_full = load.counts();

        disk.empty();
        const bool was_started = bring_back();
        const auto back = steady_clock::now();
        const auto took = until_served(server->address(), back);
        BOOST_TEST((took.first <= at_most(served_after)), took);
        BOOST_TEST(comes_true([&] { return load.counts().last > back; }));
        load.stop();
        const auto title = "F20 disk full, " + what;
        people.check(title, at_most(milliseconds(5000)));
        s.check(title, s.directory / prefix, prefix, server->address(), load.counts());
        std::ostringstream text;
        text << title << ": " << while_full.unavailable << " times 503 by the end of it; PostgreSQL "
             << (was_started ? "ended and was started" : "came back by itself") << "; served again after another "
             << took;
        report(text.str());
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(f20_postgres_full_disk)

BOOST_FIXTURE_TEST_CASE(writes_are_refused_and_nothing_is_lost, on_small_disk,
                        *boost::unit_test::precondition(can_mount))
{
    check("tables", [] {});
    // PostgreSQL cannot go on without its log, and says so to everybody.
    check("log", [&] {
        const auto done = run_program({postgres_server::program("psql"), "--no-psqlrc", "--command",
                                       "SELECT pg_logical_emit_message(false, 'fills', repeat('x', 100000)) "
                                       "FROM generate_series(1, 1000)",
                                       postgres.url()});
        BOOST_TEST(done.exit_code != 0);
    });
    BOOST_TEST(server->stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
