#define BOOST_TEST_MODULE faults
#include "support/resources.hpp"

#include <boost/test/unit_test.hpp>

// The servers inherit it.
struct many_open_files {
    many_open_files() { watchword::test::allow_open_files(20'000); }
};
BOOST_TEST_GLOBAL_FIXTURE(many_open_files);
