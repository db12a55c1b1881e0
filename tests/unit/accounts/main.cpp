#define BOOST_TEST_MODULE watchword accounts
#include <boost/test/unit_test.hpp>
