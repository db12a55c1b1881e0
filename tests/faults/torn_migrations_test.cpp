// F26: kill -9 at any step of the start that makes or adopts a database.
#include "store_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;
namespace fs = std::filesystem;

const std::string all_users = "SELECT id, public_id, name, email, password FROM user";
// The users, and after them what else is asked, at the price of one question.
const std::string everything = all_users +
                               " UNION ALL SELECT 'integrity', integrity_check, '', '', '' FROM pragma_integrity_check"
                               " UNION ALL SELECT 'versions', group_concat(version), '', '', '' FROM"
                               " (SELECT version FROM watchword_migration ORDER BY version)";

boost::test_tools::assertion_result can_trace(boost::unit_test::test_unit_id)
{
    try {
        const auto done = run_program({"strace", "-o", "/dev/null", "true"});
        return unless(done.exit_code == 0 ? "" : "strace is not allowed to trace: " + done.errors);
    } catch (const std::exception& e) {
        return unless(std::string("strace cannot be used: ") + e.what());
    }
}

// A start that is killed before its n-th call of `call`. False if it became ready first.
bool is_killed_at(const fs::path& directory, const std::string& call, std::size_t n)
{
    const std::vector<std::string> wrapper{"strace",
                                           "-D",
                                           "-f",
                                           "-o",
                                           "/dev/null",
                                           "-e",
                                           "trace=" + call,
                                           "-e",
                                           "inject=" + call + ":signal=KILL:when=" + std::to_string(n)};
    try {
        server_process server(directory, cheap_passwords(), {}, wrapper);
        server.kill();
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

// The next start completes what was begun, and every user is there as before.
void check_completes(const fs::path& directory, const std::string& rows, const std::string& where)
{
    server_process server(directory, cheap_passwords() + set({"passwords.rehash=false"}));
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration(known_email)).status == 201, where);
    token_of(client.form_post("/login", credentials(known_email)));
    if (!rows.empty()) token_of(client.form_post("/login", credentials("ann@example.test", "ann-pass-01")));
    BOOST_TEST(server.stop() == 0, where);
    const auto now = query_sqlite((directory / "watchword.db").string(), everything);
    BOOST_TEST(now.substr(0, rows.size()) == rows, where);
    BOOST_TEST(count_lines(now, "@") == count_lines(rows, "@") + 1, where);
    BOOST_TEST(contains(now, "integrity|ok|"), where << now);
    BOOST_TEST(contains(now, "versions|1"), where << now);
}

// Everything a start does to files passes through one of these.
std::vector<std::string> calls()
{
    if (!is_long()) return {"fdatasync", "pwrite64"};
    return {"fdatasync", "pwrite64", "ftruncate", "unlink", "link", "fsync"};
}

void kill_at_every_step(const std::string& original, const std::string& what)
{
    std::string rows;
    {
        const temporary_directory directory;
        write_file(directory / "copy.db", original);
        if (!original.empty()) rows = query_sqlite(directory / "copy.db", all_users);
    }
    std::size_t kills = 0;
    for (const auto& call : calls()) {
        std::size_t step = is_long() ? 1 : call == "pwrite64" ? 12 : 2;
        if (is_sanitized) step *= 4;
        for (std::size_t n = 1;; n += step) {
            const temporary_directory directory;
            if (!original.empty()) write_file(directory / "watchword.db", original);
            if (!is_killed_at(directory.path(), call, n)) break;
            ++kills;
            check_completes(directory.path(), rows, call + " " + std::to_string(n));
        }
    }
    BOOST_TEST(kills >= (is_sanitized ? 2u : 5u));
    report("F26 " + what + ": killed at " + std::to_string(kills) + " steps, each completed by the next start");
}

} // namespace

BOOST_AUTO_TEST_SUITE(f26_torn_migrations, *boost::unit_test::precondition(can_trace))

BOOST_AUTO_TEST_CASE(a_new_database_is_completed_wherever_its_making_was_cut_off)
{
    kill_at_every_step("", "a new database");
}

BOOST_AUTO_TEST_CASE(an_adopted_database_is_completed_wherever_its_adoption_was_cut_off)
{
    kill_at_every_step(read_file(shared_path("flask-db/Database.db")), "an adopted database");
}

BOOST_AUTO_TEST_SUITE_END()
