#define BOOST_TEST_MODULE watchword store
#include <boost/test/unit_test.hpp>
