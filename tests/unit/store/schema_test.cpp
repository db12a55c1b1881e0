#include "core/descriptor.hpp"
#include "store/file_lock.hpp"
#include "store/open.hpp"
#include "store/schema.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

} // namespace

BOOST_AUTO_TEST_SUITE(schema_test)

BOOST_DATA_TEST_CASE(it_is_brought_up_to_date_once_and_can_be_read, kinds, kind)
{
    const empty_database empty(kind);
    const auto after = update_schema(empty.settings());
    BOOST_TEST(after.known.size() >= 2u);
    BOOST_TEST(after.known.front() == "0001_users");
    BOOST_TEST(after.applied == after.known.size());
    BOOST_TEST(after.has_users);
    BOOST_TEST(update_schema(empty.settings()).applied == after.applied);
    BOOST_TEST(read_schema(empty.settings()).applied == after.applied);
}

BOOST_AUTO_TEST_CASE(reading_makes_no_file_and_no_table)
{
    const empty_database file("sqlite"), server("postgresql");
    BOOST_CHECK_THROW(read_schema(file.settings()), std::runtime_error);
    BOOST_TEST(!std::filesystem::exists(file.settings().url.substr(7)));
    const auto found = read_schema(server.settings());
    BOOST_TEST(found.applied == 0u);
    BOOST_TEST(!found.has_users);
}

BOOST_DATA_TEST_CASE(it_is_read_beside_a_running_server, kinds, kind)
{
    const empty_database empty(kind);
    const open_database running(empty.settings());
    BOOST_TEST(read_schema(empty.settings()).has_users);
}

BOOST_AUTO_TEST_CASE(a_backend_for_reading_gives_no_writer)
{
    const empty_database empty("sqlite");
    update_schema(empty.settings());
    const auto reading = open_backend_for_reading(empty.settings());
    BOOST_CHECK_THROW(reading->connect(access::write), std::logic_error);
    const auto reader = reading->connect(access::read);
    BOOST_CHECK_THROW(reader->execute("DELETE FROM \"user\""), soci::soci_error);
}

BOOST_AUTO_TEST_CASE(whether_a_file_is_held_is_known_in_this_process_and_from_others)
{
    const temporary_directory directory;
    const auto file = directory.path / "test.db";
    BOOST_TEST(!file_lock::is_held(file));
    {
        const file_lock held(file);
        BOOST_TEST(file_lock::is_held(file));
    }
    BOOST_TEST(!file_lock::is_held(file));
    // What another process holds is another open file to the system, as this is.
    const core::descriptor other(::open(file.c_str(), O_RDWR));
    BOOST_REQUIRE(::flock(other.get(), LOCK_EX) == 0);
    BOOST_TEST(file_lock::is_held(file));
    BOOST_REQUIRE(::flock(other.get(), LOCK_UN) == 0);
    BOOST_TEST(!file_lock::is_held(file));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
