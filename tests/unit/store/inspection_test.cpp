#include "store/database.hpp"
#include "store/inspection.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <stdexcept>

namespace {

using namespace watchword;

std::ptrdiff_t files_in(const test::temporary_directory& directory)
{
    return std::distance(std::filesystem::directory_iterator(directory.path()), {});
}

store::database_settings at(const std::string& file)
{
    store::database_settings s;
    s.url = "sqlite:" + file;
    return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(inspection)

BOOST_AUTO_TEST_CASE(a_database_at_rest_gets_no_company)
{
    const test::temporary_directory directory;
    for (const std::string name : {"w.db", "100% #1 a?b=c.db", "\xC3\xA4 &.db"}) {
        const auto settings = at(directory / name);
        const auto before = files_in(directory);
        store::database{settings};
        BOOST_TEST_REQUIRE(files_in(directory) == before + 1, name);
        const auto found = store::inspect_database(settings, "admin");
        BOOST_TEST(found.is_current(), name);
        BOOST_TEST(found.product.starts_with("SQLite 3."), found.product);
        BOOST_TEST(!found.has_role_holder);
        BOOST_TEST(files_in(directory) == before + 1, name);
    }
}

BOOST_AUTO_TEST_CASE(beside_its_owner_it_sees_what_is_in_the_log_only)
{
    const test::temporary_directory directory;
    const auto settings = at(directory / "w.db");
    const store::database owner(settings);
    BOOST_TEST(std::filesystem::file_size(directory / "w.db-wal") > 0);
    BOOST_TEST(store::inspect_database(settings, "admin").is_current());
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_made)
{
    const test::temporary_directory directory;
    BOOST_CHECK_THROW(store::inspect_database(at(directory / "w.db"), "admin"), std::runtime_error);
    BOOST_TEST(files_in(directory) == 0);
    test::write_file(directory / "empty.db", "");
    const auto found = store::inspect_database(at(directory / "empty.db"), "admin");
    BOOST_TEST(found.is_empty());
    BOOST_TEST(files_in(directory) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
