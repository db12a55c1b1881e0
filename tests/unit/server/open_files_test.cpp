#include "server/open_files.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

using watchword::server::allow_open_files;

namespace {

struct limit_fixture {
    ::rlimit before{};
    limit_fixture() { ::getrlimit(RLIMIT_NOFILE, &before); }
    ~limit_fixture() { ::setrlimit(RLIMIT_NOFILE, &before); }
    limit_fixture(const limit_fixture&) = delete;

    static ::rlim_t now()
    {
        ::rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return limit.rlim_cur;
    }
    void start_with(::rlim_t files) const
    {
        const ::rlimit limit{files, before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(open_files, limit_fixture)

BOOST_AUTO_TEST_CASE(as_many_files_may_be_opened_as_are_wanted_and_allowed)
{
    start_with(64);
    BOOST_TEST(allow_open_files(50) == 64u); // never fewer than before
    BOOST_TEST(now() == 64u);
    BOOST_TEST(allow_open_files(100) == 100u);
    BOOST_TEST(now() == 100u);
    BOOST_TEST(allow_open_files(before.rlim_max) == before.rlim_max);
    BOOST_TEST(now() == before.rlim_max);
    if (before.rlim_max != RLIM_INFINITY) BOOST_TEST(allow_open_files(before.rlim_max + 1) == before.rlim_max);
}

BOOST_AUTO_TEST_SUITE_END()
