// F5: the disk answers with errors.
#include "failing_calls.hpp"
#include "faults_fixture.hpp"
#include "support/ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace {

using namespace watchword::test;

boost::test_tools::assertion_result can_preload(boost::unit_test::test_unit_id)
{
    return unless(is_sanitized ? "a sanitizer must be loaded before any other library" : "");
}

// A server whose disk can fail, its one client, and the ledger of what the client was told.
struct server_on_bad_disk {
    temporary_directory directory, notes;
    failing_calls calls;
    std::optional<server_process> server;
    std::optional<http_client> client;
    std::optional<ledger> book;
    std::size_t tried = 0, refused = 0;
    milliseconds longest_recovery{0};

    server_on_bad_disk()
    {
        book.emplace(notes / "ledger");
        start(calls.variables());
        BOOST_REQUIRE(sign_up() == 201);
    }

    void start(const environment& more)
    {
        server.emplace(directory.path(), cheap_passwords(), more);
        client.emplace(server->address());
    }
    void kill()
    {
        client.reset();
        if (server) server->kill();
        server.reset();
    }

    static std::string email_of(std::size_t user) { return "user" + std::to_string(user) + "@b.test"; }

    // 201 and 503 are all that may be answered.
    int sign_up()
    {
        const auto email = email_of(tried++);
        const auto id = book->invoke(email);
        const auto response = client->form_post(
            "/signup", {{"name", ledger_name(email)}, {"email", email}, {"password", ledger_password}});
        BOOST_REQUIRE_MESSAGE((response.status == 201 || response.status == 503),
                              response.status << " " << response.body);
        book->settle(id, response.status == 201 ? outcome::acknowledged : outcome::unknown);
        if (response.status == 503) ++refused;
        return response.status;
    }

    int log_in() { return client->form_post("/login", credentials(email_of(0), ledger_password)).status; }

    void await_recovery()
    {
        const auto begin = steady_clock::now();
        BOOST_REQUIRE(comes_true([&] { return sign_up() == 201 && log_in() == 201; }, std::chrono::seconds(5)));
        longest_recovery =
            std::max(longest_recovery, std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
    }

    // The disk is well again, but the server dies; the next one must find everything.
    void check_nothing_is_lost(const std::string& what)
    {
        const auto database = directory / "watchword.db";
        book.reset();
        kill();
        start({});
        const auto v = check_ledger(notes / "ledger", "user", sqlite_accounts(database), server->address());
        BOOST_TEST(v.wrong() == 0u, v.example);
        BOOST_TEST(sqlite_integrity(database) == "ok");
        report("F5 " + what + ": " + std::to_string(v.acknowledged) + " sign-ups acknowledged, " +
               std::to_string(refused) + " answered 503, " + std::to_string(v.lost) +
               " lost; served again after at most " + std::to_string(longest_recovery.count()) + " ms");
    }
};

// One kind of failure. Some calls are made only when a connection is opened: another failure brings that about.
struct fault {
    std::string name;
    fallible call;
    int error;              // 0: a short write
    std::size_t most = 500; // in the long form
    database_file where = database_file::any;
    bool when_reopened = false;
};

const std::vector<fault>& faults_of_a_disk()
{
    static const std::vector<fault> all{
        {"fdatasync EIO", fallible::sync, EIO},
        {"fdatasync ENOSPC", fallible::sync, ENOSPC, 60},
        {"pwrite EIO", fallible::write, EIO},
        {"pwrite ENOSPC", fallible::write, ENOSPC},
        {"short pwrite", fallible::write, 0},
        {"pread EIO", fallible::read, EIO},
        {"open EIO", fallible::open, EIO, 60, database_file::any, true},
        {"open EMFILE", fallible::open, EMFILE, 60, database_file::any, true},
        {"pread EIO of a new connection", fallible::read, EIO, 60, database_file::main, true},
    };
    return all;
}

// Lets the nth such call fail; whether there was one within a bounded number of sign-ups.
bool meet(server_on_bad_disk& s, const fault& f, std::int64_t n)
{
    const auto before = s.calls.failed(f.call);
    s.calls.fail_nth(f.call, n, f.error, f.where);
    for (std::int64_t i = 0; i <= n + 5 && s.calls.failed(f.call) == before; ++i) {
        if (f.when_reopened) s.calls.fail_nth(fallible::sync, 1, EIO, database_file::log);
        s.sign_up();
        s.log_in();
    }
    s.calls.stop(f.call);
    s.calls.stop(fallible::sync);
    s.await_recovery();
    return s.calls.failed(f.call) > before;
}

// What must be so for as long as no commit can be made durable.
void check_only_reading_works(server_on_bad_disk& s, const std::string& name)
{
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST(s.sign_up() == 503, name);
        BOOST_TEST(s.log_in() == 201, name);
    }
    http_client other(s.server->address());
    BOOST_TEST(other.get("/health/live").status == 200);
}

} // namespace

BOOST_AUTO_TEST_SUITE(f5_disk_errors, *boost::unit_test::precondition(can_preload))

BOOST_AUTO_TEST_CASE(any_one_failing_call_loses_nothing_and_is_got_over_without_a_restart)
{
    for (const auto& f : faults_of_a_disk()) {
        const auto most = static_cast<std::int64_t>(how_many(6, f.most));
        server_on_bad_disk s;
        std::int64_t met = 0;
        for (std::int64_t n = 1; n <= most; ++n) met += meet(s, f, n) ? 1 : 0;
        BOOST_TEST(met > 0, f.name);
        BOOST_TEST(s.calls.repeated_syncs() == 0u, f.name);
        s.check_nothing_is_lost(f.name + ", the 1st to the " + std::to_string(most) + "th, " + std::to_string(met) +
                                " met");
    }
}

BOOST_AUTO_TEST_CASE(a_start_that_meets_an_error_harms_nothing)
{
    server_on_bad_disk s;
    std::size_t refused = 0, met = 0;
    const std::pair<fallible, int> kinds[] = {{fallible::sync, EIO},    {fallible::write, ENOSPC},
                                              {fallible::write, 0},     {fallible::read, EIO},
                                              {fallible::open, EACCES}, {fallible::truncate, EIO}};
    for (const auto& [call, error] : kinds) {
        const auto most = static_cast<std::int64_t>(how_many(2, 40));
        for (std::int64_t n = 1; n <= most; ++n) {
            s.kill();
            const auto before = s.calls.failed(call);
            s.calls.fail_nth(call, n, error);
            try {
                s.start(s.calls.variables());
            } catch (const std::runtime_error& e) {
                BOOST_TEST(contains(e.what(), "the database"), e.what());
                ++refused;
            }
            s.calls.stop(call);
            if (s.calls.failed(call) == before) break; // a start makes fewer calls than that
            ++met;
        }
    }
    report("F5 " + std::to_string(met) + " starts met one error, " + std::to_string(refused) + " of them refused");
    BOOST_TEST(met > 5u);
    if (!s.server) s.start(s.calls.variables());
    s.await_recovery();
    s.check_nothing_is_lost("after such starts");
}

BOOST_AUTO_TEST_CASE(while_nothing_can_be_synced_or_written_nobody_is_told_201)
{
    server_on_bad_disk s;
    for (const auto& f : faults_of_a_disk()) {
        if (f.call != fallible::sync && f.call != fallible::write) continue;
        s.calls.fail_all(f.call, f.error);
        check_only_reading_works(s, f.name);
        s.calls.stop(f.call);
        s.await_recovery();
    }
    BOOST_TEST(s.calls.repeated_syncs() == 0u);
    s.check_nothing_is_lost("while no write or sync succeeded");
}

BOOST_AUTO_TEST_SUITE_END()
