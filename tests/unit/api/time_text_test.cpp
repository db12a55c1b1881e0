#include "api/time_text.hpp"

#include <boost/test/unit_test.hpp>

namespace {

std::string text_at(long seconds)
{
    return watchword::api::time_text(watchword::core::timestamp(std::chrono::seconds(seconds)));
}

} // namespace

BOOST_AUTO_TEST_CASE(times_are_written_as_rfc_3339_has_them)
{
    BOOST_TEST(text_at(0) == "1970-01-01T00:00:00Z");
    BOOST_TEST(text_at(-1) == "1969-12-31T23:59:59Z");
    BOOST_TEST(text_at(951'782'400) == "2000-02-29T00:00:00Z");
    BOOST_TEST(text_at(1'800'000'000) == "2027-01-15T08:00:00Z");
    BOOST_TEST(text_at(1'800'003'661) == "2027-01-15T09:01:01Z");
    BOOST_TEST(text_at(253'402'300'799) == "9999-12-31T23:59:59Z");
}
