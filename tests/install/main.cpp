#define BOOST_TEST_MODULE consumer
#include <boost/test/unit_test.hpp>
