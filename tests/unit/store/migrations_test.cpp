#include "store/migrations.hpp"
#include "store/postgresql.hpp"
#include "store/sqlite.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

constexpr std::array<migration, 3> steps{
    {{1, "0001_a", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);"},
     {2, "0002_b", "CREATE TABLE b (x INTEGER); INSERT INTO b SELECT x FROM a;"},
     {3, "0003_c", "-- a comment; with a semicolon\nINSERT INTO b VALUES (';');"}}};
constexpr std::array<migration, 2> broken{
    {steps[0], {2, "0002_b", "CREATE TABLE b (x INTEGER); INSERT INTO no_such_table VALUES (1);"}}};
constexpr std::array<migration, 2> changed{{steps[0], {2, "0002_b", "CREATE TABLE b (y INTEGER);"}}};

class connected {
public:
    explicit connected(const database_settings& s)
        : backend_(s.url.starts_with("sqlite:") ? open_sqlite(s.url.substr(7), s.timeout)
                                                : open_postgresql(s.url, s.timeout)),
          session_(backend_->connect(access::write))
    {}
    session& operator*() { return *session_; }

    int count(const std::string& what)
    {
        int n = -1;
        session_->sql() << "SELECT count(*) FROM " + what, soci::into(n);
        return n;
    }

private:
    std::unique_ptr<backend> backend_;
    std::unique_ptr<session> session_;
};

std::string failure(session& s, std::span<const migration> known)
{
    try {
        migrate(s, known);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(migrations_test)

BOOST_DATA_TEST_CASE(steps_are_applied_in_order_and_once, kinds, kind)
{
    const std::span<const migration> all(steps);
    const auto first_two = all.first(2);
    const empty_database empty(kind);
    connected c(empty.settings());
    migrate(*c, all.first(1));
    migrate(*c, first_two);
    migrate(*c, first_two);
    BOOST_TEST(c.count("a") == 1);
    BOOST_TEST(c.count("b") == 1);
    BOOST_TEST(c.count("watchword_migration") == 2);
    BOOST_TEST(c.count("watchword_migration WHERE applied_at IS NOT NULL AND name = '0002_b'") == 1);
}

BOOST_DATA_TEST_CASE(a_step_that_fails_leaves_nothing_of_itself_and_can_be_tried_again, kinds, kind)
{
    const empty_database empty(kind);
    connected c(empty.settings());
    BOOST_TEST(contains(failure(*c, broken), "migration 0002_b failed: "));
    BOOST_TEST(c.count("watchword_migration") == 1);
    BOOST_TEST(!(*c).has_table("b"));
    migrate(*c, std::span(steps).first(2));
    BOOST_TEST(c.count("b") == 1);
}

BOOST_DATA_TEST_CASE(a_newer_schema_is_refused_and_left_alone, kinds, kind)
{
    const empty_database empty(kind);
    connected c(empty.settings());
    migrate(*c, std::span(steps).first(2));
    BOOST_TEST(contains(failure(*c, std::span(steps).first(1)), "use a newer Watchword"));
    BOOST_TEST(c.count("watchword_migration") == 2);
}

BOOST_DATA_TEST_CASE(a_schema_made_by_other_files_is_refused, kinds, kind)
{
    const empty_database empty(kind);
    connected c(empty.settings());
    migrate(*c, std::span(steps).first(2));
    BOOST_TEST(contains(failure(*c, changed), "migration 2 differs from 0002_b"));
}

BOOST_DATA_TEST_CASE(a_process_killed_within_a_step_leaves_what_the_next_start_completes, kinds, kind)
{
    const empty_database empty(kind);
    const ::pid_t child = ::fork();
    if (child == 0) {
        connected c(empty.settings());
        migrate(*c, std::span(steps).first(1));
        (*c).begin();
        (*c).execute("CREATE TABLE b (x INTEGER); INSERT INTO b VALUES (2)");
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFSIGNALED(status));
    connected c(empty.settings());
    migrate(*c, std::span(steps).first(2));
    BOOST_TEST(c.count("b") == 1);
    BOOST_TEST(c.count("watchword_migration") == 2);
}

BOOST_DATA_TEST_CASE(the_program_s_own_migrations_can_be_applied_twice, kinds, kind)
{
    const empty_database empty(kind);
    connected c(empty.settings());
    const auto known = migrations_for((*c).kind());
    BOOST_TEST(!known.empty());
    migrate(*c, known);
    migrate(*c, known);
    check_user_table(*c);
    BOOST_TEST(c.count("watchword_migration") == static_cast<int>(known.size()));
}

BOOST_AUTO_TEST_CASE(a_newer_database_is_refused_at_start)
{
    const empty_database empty("sqlite");
    {
        connected c(empty.settings());
        migrate(*c, migrations_for(dialect::sqlite));
        (*c).execute("INSERT INTO watchword_migration (version, name, checksum) VALUES (999, '0999_x', 'y')");
    }
    BOOST_TEST(contains(refusal(empty.settings()), "the database's schema has version 999"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
