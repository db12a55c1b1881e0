// F22: SQLite before 3.51.3 loses commits if one connection writes while another checkpoints. Here it is seen to do so,
// and a server, whose one connection does both, is seen not to.
#include "store/session.hpp"
#include "store/sqlite.hpp"
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <sqlite3.h>

#include <array>
#include <atomic>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace {

using namespace watchword::test;
namespace store = watchword::store;

// Plain SQLite.
class plain_connection {
public:
    explicit plain_connection(const std::string& file)
    {
        if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("sqlite3_open");
        execute("PRAGMA journal_mode = wal");
        execute("PRAGMA wal_autocheckpoint = 0");
    }
    ~plain_connection() { sqlite3_close(handle_); }
    plain_connection(const plain_connection&) = delete;
    plain_connection& operator=(const plain_connection&) = delete;

    void execute(const std::string& statements)
    {
        if (sqlite3_exec(handle_, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(statements + ": " + sqlite3_errmsg(handle_));
    }

    void checkpoint() { execute("PRAGMA wal_checkpoint(PASSIVE)"); }

    // Checkpoints; `between` runs after SQLite has read how long the log is, and before it looks how much of it was
    // copied already: it then tells its file to forget what was mapped, in case of a change.
    void checkpoint_and(const std::function<void()>& between)
    {
        sqlite3_file* file = nullptr;
        sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
        const auto* const methods = file->pMethods;
        auto changed = *methods;
        static thread_local const std::function<void()>* run = nullptr;
        run = &between;
        changed.xUnfetch = [](sqlite3_file*, sqlite3_int64, void*) -> int {
            if (const auto* const once = std::exchange(run, nullptr)) (*once)();
            return SQLITE_OK;
        };
        file->pMethods = &changed;
        checkpoint();
        file->pMethods = methods;
        BOOST_TEST(run == nullptr); // it did run
    }

private:
    sqlite3* handle_ = nullptr;
};

// How often the log was begun anew: its header counts it.
std::uint32_t log_generations(const std::string& database)
{
    std::ifstream in(database + "-wal", std::ios::binary);
    std::array<unsigned char, 16> header{};
    in.read(reinterpret_cast<char*>(header.data()), header.size());
    std::uint32_t count = 0;
    for (std::size_t i = 12; i < 16; ++i) count = count << 8 | header[i];
    return count;
}

// Another process that opens the database, reads and closes it, again and again.
process coming_and_going(const std::string& database, const std::string& until)
{
    return process({"python3", "-c",
                    "import os, sqlite3, sys\n"
                    "while not os.path.exists(sys.argv[2]):\n"
                    "    database = sqlite3.connect(sys.argv[1], timeout=30)\n"
                    "    for i in range(5):\n"
                    "        count, last = database.execute('SELECT count(*), max(id) FROM user').fetchone()\n"
                    "        assert count == (last or 0), (count, last)\n"
                    "    database.close()\n",
                    database, until});
}

// A thread that reads the last rows through sessions that it opens and closes. Whoever was committed is there, and
// none is missing between others.
// How often the log must begin anew at least, however busy the machine is.
constexpr std::uint32_t few_generations = 3;

class reading_thread {
public:
    reading_thread(const store::backend& b, const std::atomic<long long>& committed)
        : thread_([&, this] { run(b, committed); })
    {}
    void stop()
    {
        stopping_ = true;
        thread_.join();
        BOOST_TEST(problem_ == "");
        BOOST_TEST(reads_ > 0u);
    }
    std::size_t reads() const { return reads_; }

private:
    void run(const store::backend& b, const std::atomic<long long>& committed)
    try {
        while (!stopping_) {
            const auto session = b.connect(store::access::read);
            for (int i = 0; i < 20 && !stopping_; ++i, ++reads_) {
                const long long expected = committed;
                long long count = 0, first = 0, last = 0;
                session->begin();
                session->sql() << "SELECT count(*), coalesce(min(id), 1), coalesce(max(id), 0) FROM "
                                  "(SELECT id FROM user ORDER BY id DESC LIMIT 50)",
                    soci::into(count), soci::into(first), soci::into(last);
                session->rollback();
                if (last < expected || last - first + 1 != count)
                    throw std::runtime_error("committed " + std::to_string(expected) + ", seen " +
                                             std::to_string(first) + " to " + std::to_string(last));
            }
        }
    } catch (const std::exception& e) {
        problem_ = e.what();
    }

    std::atomic<bool> stopping_{false};
    std::size_t reads_ = 0;
    std::string problem_;
    std::thread thread_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(f22_wal_reset)

// The control: were two connections at work, commits would be lost, and a ledger would show it.
BOOST_AUTO_TEST_CASE(with_two_connections_this_sqlite_loses_a_commit_if_it_has_the_bug)
{
    const temporary_directory directory;
    const auto file = directory / "plain.db";
    {
        plain_connection writer(file), first(file), second(file);
        writer.execute("CREATE TABLE a (i); CREATE TABLE b (i); CREATE TABLE c (i)");
        second.checkpoint();
        writer.execute("BEGIN; INSERT INTO a VALUES (0); INSERT INTO b VALUES (0); INSERT INTO c VALUES (0); COMMIT");
        first.checkpoint(); // all of it: the next commit may begin the log anew
        // What begins it anew is copied, but with it goes the belief that as many pages are as there were before.
        second.checkpoint_and([&] { writer.execute("INSERT INTO a VALUES (1)"); });
        writer.execute("INSERT INTO a VALUES (2)");
        first.checkpoint();
    }
    const auto kept = query_sqlite(file, "SELECT count(*) FROM a");
    const bool is_fixed = sqlite3_libversion_number() >= 3'051'003;
    BOOST_TEST(kept == (is_fixed ? "3\n" : "2\n"));
    report(std::string("F22 SQLite ") + sqlite3_libversion() + ", one connection writes while another checkpoints: " +
           (kept == "2\n" ? "a commit was lost" : "no commit was lost"));
}

// As the server's writer works, but with a log so short that it begins anew all the time.
BOOST_AUTO_TEST_CASE(with_one_writing_connection_none_is_lost_however_often_the_log_begins_anew)
{
    const temporary_directory directory;
    const auto file = directory / "watchword.db";
    const auto sqlite = store::open_sqlite(file, std::chrono::seconds(20), store::checkpoint_settings{4, 40});
    auto writer = sqlite->connect(store::access::write);
    writer->execute("CREATE TABLE user (id INTEGER PRIMARY KEY, email TEXT UNIQUE)");
    std::atomic<long long> committed{0};
    reading_thread one(*sqlite, committed), other(*sqlite, committed);
    auto foreign = coming_and_going(file, directory / "stop");
    const auto end =
        steady_clock::now() + (is_long() ? std::chrono::minutes(16) : std::chrono::seconds(is_sanitized ? 1 : 3));
    const auto goes_on = [&] {
        const auto over = steady_clock::now() - end;
        return over < milliseconds(0) || (over < std::chrono::minutes(1) && log_generations(file) <= few_generations);
    };
    while (goes_on()) {
        const auto id = std::to_string(committed + 1);
        writer->begin();
        writer->execute("INSERT INTO user VALUES (" + id + ", hex(randomblob(8)))");
        writer->commit();
        ++committed;
        writer->checkpoint();
    }
    one.stop();
    other.stop();
    write_file(directory / "stop", "");
    BOOST_TEST(foreign.wait() == 0, foreign.errors());
    const auto generations = log_generations(file);
    writer.reset();
    const auto kept = query_sqlite(file, "SELECT count(*), max(id) FROM user");
    const auto all = std::to_string(committed);
    BOOST_TEST(kept == all + "|" + all + "\n");
    BOOST_TEST(sqlite_integrity(file) == "ok");
    BOOST_TEST(generations > few_generations);
    report("F22 commits by one connection " + all + ", lost 0, while the log began anew " +
           std::to_string(generations) + " times; reads beside it " + std::to_string(one.reads() + other.reads()));
}

BOOST_AUTO_TEST_CASE(a_server_under_load_with_readers_and_backups_beside_it_loses_none)
{
    const temporary_directory directory, elsewhere;
    const auto database = directory / "watchword.db";
    server_process server(directory.path(), cheap_passwords());
    const auto token = sign_up_known(server.address());
    load_settings s;
    s.connections = 64;
    s.log_in_every = 20;
    s.reconnect = true;
    ledger_load load(server.address(), elsewhere / "ledger", s);
    const auto end =
        steady_clock::now() + (is_long() ? std::chrono::minutes(16) : std::chrono::seconds(is_sanitized ? 1 : 4));
    std::size_t backups = 0;
    {
        auto one = coming_and_going(database, elsewhere / "stop");
        auto other = coming_and_going(database, elsewhere / "stop");
        for (; steady_clock::now() < end; ++backups) {
            const auto copy = elsewhere / "backup";
            const auto done = run_program({"sqlite3", "-cmd", ".timeout 30000", database, ".backup " + copy});
            BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
            BOOST_TEST(run_program({"sqlite3", copy, "PRAGMA integrity_check"}).output == "ok\n");
            http_client client(server.address());
            BOOST_TEST(client.form_post("/login", credentials(known_email)).status == 201);
        }
        write_file(elsewhere / "stop", "");
        BOOST_TEST(one.wait() == 0, one.errors());
        BOOST_TEST(other.wait() == 0, other.errors());
    }
    const auto generations = log_generations(database);
    check_nothing_lost(load, elsewhere / "ledger", "a-", database, server.address(), "F22 one writing connection");
    BOOST_TEST(load.counts().unavailable == 0u);
    BOOST_TEST(load.counts().failed_logins == 0u, load.counts().example);
    report("F22 the log was begun anew " + std::to_string(generations) + " times, backups taken meanwhile " +
           std::to_string(backups));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(sqlite_integrity(database) == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
