#define BOOST_TEST_MODULE watchword core
#include <boost/test/unit_test.hpp>
