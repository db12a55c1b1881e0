#include "http/message.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;
using http::response;
using http::status;

} // namespace

BOOST_AUTO_TEST_SUITE(message)

BOOST_AUTO_TEST_CASE(fields_are_found_among_all_lines)
{
    response r;
    r.set("A", "1").set("Long-Name", " x ").append_lines("B: 2\r\nC:\r\n").set_literal_lines("D: 4\r\n");
    BOOST_TEST(r.header("a") == "1");
    BOOST_TEST(r.header("Long-name") == "x");
    BOOST_TEST(r.header("B") == "2");
    BOOST_TEST(r.header("D") == "4");
    BOOST_TEST(r.header("Long") == "");
    BOOST_TEST(r.header("E") == "");
    for (const auto* name : {"A", "B", "c", "d"}) BOOST_TEST(r.has(name), name);
    BOOST_TEST(!r.has("E"));
    BOOST_TEST(!r.has("1"));
    BOOST_TEST(!r.has(""));
}

BOOST_AUTO_TEST_CASE(a_replaced_field_stands_once)
{
    response r;
    r.set("ETag", "\"1\"").set("A", "1").set("etag", "\"2\"").set_literal_lines("ETag: \"3\"\r\nB: 2\r\n");
    r.replace("ETag", "\"4\"");
    BOOST_TEST(std::string(r.literal_lines()).append(r.lines()) == "B: 2\r\nA: 1\r\nETag: \"4\"\r\n");
    BOOST_CHECK_THROW(r.replace("ETag", "a\r\nb"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_replaced_body_is_the_only_one)
{
    const auto shared = std::make_shared<const std::string>("shared");
    response r(status::ok, "text/plain", shared);
    r.replace_body("own");
    BOOST_TEST(r.body() == "own");
    BOOST_TEST(!r.shared_body());
    r.replace_body(shared);
    BOOST_TEST(r.body() == "shared");
    r.strip(status::not_modified);
    BOOST_TEST(r.body() == "");
    BOOST_TEST(static_cast<int>(r.status()) == 304);
}

BOOST_AUTO_TEST_CASE(every_status_has_its_reason)
{
    for (const auto s : {status::not_modified, status::not_acceptable, status::precondition_failed,
                         status::precondition_required, status::too_many_requests, status::unprocessable_content})
        BOOST_TEST(http::reason(s) != "Unknown", static_cast<int>(s));
    BOOST_TEST(http::reason(status::too_many_requests) == "Too Many Requests");
}

BOOST_AUTO_TEST_SUITE_END()
