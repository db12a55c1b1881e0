#define BOOST_TEST_MODULE e2e_bench
#include <boost/test/unit_test.hpp>
