#include "server/core_dumps.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// In a child, because there is no way back. What is missing there, as bits.
int find_gaps_of_child()
{
    const ::pid_t child = ::fork();
    if (child == 0) {
        const bool done = watchword::server::forbid_core_dumps();
        ::rlimit limit{1, 1};
        ::getrlimit(RLIMIT_CORE, &limit);
        const int dumpable = ::prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L);
        ::_exit((done ? 0 : 1) | (dumpable == 0 ? 0 : 2) | (limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 4));
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

} // namespace

BOOST_AUTO_TEST_SUITE(core_dumps)

BOOST_AUTO_TEST_CASE(they_are_forbidden_in_both_ways)
{
    BOOST_TEST(find_gaps_of_child() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
