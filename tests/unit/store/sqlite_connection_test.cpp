#include "store/open.hpp"
#include "store/session.hpp"
#include "store_fixture.hpp"
#include "support/resources.hpp"

#include <boost/test/unit_test.hpp>
#include <soci/sqlite3/soci-sqlite3.h> // puts SQLite's names into a namespace: nothing here may include them before

#include <algorithm>
#include <unistd.h>

namespace watchword::store {

BOOST_AUTO_TEST_SUITE(sqlite_connection_test)

BOOST_AUTO_TEST_CASE(a_connection_is_closed_though_a_statement_of_it_was_lost)
{
    const temporary_directory directory;
    const auto file = (directory.path / "test.db").string();
    const auto opened = open_backend({"sqlite:" + file});
    const auto uses = [&] {
        const auto all = test::open_file_names(::getpid());
        return std::count_if(all.begin(), all.end(), [&](const auto& name) { return name.starts_with(file); });
    };
    const auto before = uses();
    for (const auto a : {access::write, access::read}) {
        const auto s = opened->connect(a);
        auto& sqlite = static_cast<soci::sqlite3_session_backend&>(*s->sql().get_backend());
        sqlite_api::sqlite3_stmt* lost = nullptr;
        BOOST_TEST(sqlite_api::sqlite3_prepare_v2(sqlite.conn_, "SELECT 1", -1, &lost, nullptr) == SQLITE_OK);
        BOOST_TEST(uses() > before);
    }
    BOOST_TEST(uses() == before);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
