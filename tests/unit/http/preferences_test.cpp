#include "http/preferences.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace watchword;
using http::response;
using http::return_preference;
using http::status;

http::request preferring(std::vector<std::string_view> values)
{
    http::request q;
    q.headers.push_back({"X", "return=minimal"});
    for (const auto value : values) q.headers.push_back({"prefer", value});
    return q;
}

return_preference read(std::vector<std::string_view> values)
{
    return http::read_return_preference(preferring(std::move(values)));
}

response made(status s)
{
    response r(s, "application/json", "{}\n");
    r.set("Location", "/things/1");
    return r;
}

} // namespace

BOOST_AUTO_TEST_SUITE(preferences)

BOOST_AUTO_TEST_CASE(the_first_preference_of_what_is_returned_counts)
{
    for (const auto* value : {"return=minimal", "Return=Minimal", "return = minimal", "return=\"minimal\"",
                              "respond-async, wait=10, return=minimal", "return=minimal; foo=\"some, value\"",
                              "foo=\"a,return=representation\", return=minimal", ",,return=minimal,",
                              "return=minimal, return=representation"})
        BOOST_TEST((read({value}) == return_preference::minimal), value);
    for (const auto* value : {"return=representation", "handling=lenient, return=representation;x"})
        BOOST_TEST((read({value}) == return_preference::representation), value);
    BOOST_TEST((read({"wait=1", "return=minimal"}) == return_preference::minimal));
    BOOST_TEST((read({"return=representation", "return=minimal"}) == return_preference::representation));
}

BOOST_AUTO_TEST_CASE(anything_else_is_none)
{
    BOOST_TEST((read({}) == return_preference::none));
    for (const auto* value :
         {"", "return", "return=", "return=\"\"", "return=none", "returns=minimal", "minimal", "x;return=minimal",
          "return=none, return=minimal", "\"return=minimal", "return=\"minimal"})
        BOOST_TEST((read({value}) == return_preference::none), value);
}

BOOST_AUTO_TEST_CASE(a_success_is_answered_as_it_was_preferred)
{
    const auto minimal = preferring({"return=minimal"}), full = preferring({"return=representation"});
    auto r = http::as_preferred(minimal, made(status::created));
    BOOST_TEST(static_cast<int>(r.status()) == 201);
    BOOST_TEST(r.body() == "");
    BOOST_TEST(r.header("Location") == "/things/1");
    BOOST_TEST(r.header("Preference-Applied") == "return=minimal");
    BOOST_TEST(static_cast<int>(http::as_preferred(minimal, made(status::ok)).status()) == 204);

    r = http::as_preferred(full, made(status::created));
    BOOST_TEST(r.body() == "{}\n");
    BOOST_TEST(r.header("Preference-Applied") == "return=representation");

    BOOST_TEST(!http::as_preferred(preferring({}), made(status::ok)).has("Preference-Applied"));
    r = http::as_preferred(minimal, made(status::conflict));
    BOOST_TEST(r.body() == "{}\n");
    BOOST_TEST(!r.has("Preference-Applied"));
}

BOOST_AUTO_TEST_SUITE_END()
