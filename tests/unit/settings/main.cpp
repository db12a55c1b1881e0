#define BOOST_TEST_MODULE watchword settings
#include <boost/test/unit_test.hpp>
