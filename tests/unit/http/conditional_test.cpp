#include "http/conditional.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using http::method;
using http::request;
using http::response;
using http::status;

response tagged(std::string_view tag)
{
    response r(status::ok, "application/json", "{}\n");
    if (!tag.empty()) r.set("ETag", tag);
    r.set("Cache-Control", "max-age=60");
    return r;
}

int answer(std::vector<std::string_view> if_none_match, std::string_view tag, method m = method::get)
{
    request q;
    q.method = m;
    for (const auto value : if_none_match) q.headers.push_back({"if-none-match", value});
    return static_cast<int>(http::not_modified_if_matched(q, tagged(tag)).status());
}

bool unchanged(std::vector<std::string_view> if_match, std::string_view current)
{
    request q;
    for (const auto value : if_match) q.headers.push_back({"If-Match", value});
    return http::is_unchanged(q, current);
}

// The status of the refusal, or 0.
int refusal(std::vector<http::header_field> fields, std::string_view current,
            http::if_match how = http::if_match::optional)
{
    request q;
    q.method = method::patch;
    q.headers = std::move(fields);
    const auto r = http::refuse_change(q, current, how);
    return r ? static_cast<int>(r->status()) : 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(conditional)

BOOST_AUTO_TEST_CASE(entity_tags_are_read_by_the_grammar)
{
    BOOST_TEST(http::parse_entity_tag("\"xyzzy\"")->opaque == "xyzzy");
    BOOST_TEST(!http::parse_entity_tag("\"xyzzy\"")->weak);
    BOOST_TEST(http::parse_entity_tag("W/\"xyzzy\"")->weak);
    BOOST_TEST(http::parse_entity_tag("\"\"")->opaque == "");
    BOOST_TEST(http::parse_entity_tag("\"a,b\"")->opaque == "a,b");
    BOOST_TEST(http::parse_entity_tag("\"!#\\\xff\"")->opaque == "!#\\\xff");
    for (const auto* bad : {"", "xyzzy", "\"", "\"a", "a\"", "\"a\"b", "\"a b\"", "w/\"a\"", "W\"a\"", "W/a", "\"a\"\"",
                            " \"a\"", "\"a\x7f\"", "\"a\tb\"", "*", "'a'"})
        BOOST_TEST(!http::parse_entity_tag(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(tags_are_compared_as_the_standards_table_says)
{
    const http::entity_tag weak1{"1", true}, weak2{"2", true}, strong1{"1", false};
    BOOST_TEST(!http::equal_strongly(weak1, weak1));
    BOOST_TEST(http::equal_weakly(weak1, weak1));
    BOOST_TEST(!http::equal_strongly(weak1, weak2));
    BOOST_TEST(!http::equal_weakly(weak1, weak2));
    BOOST_TEST(!http::equal_strongly(weak1, strong1));
    BOOST_TEST(http::equal_weakly(weak1, strong1));
    BOOST_TEST(http::equal_strongly(strong1, strong1));
    BOOST_TEST(http::equal_weakly(strong1, strong1));
}

BOOST_AUTO_TEST_CASE(who_has_the_current_state_gets_304)
{
    for (const auto* list :
         {"\"1\"", "W/\"1\"", "*", "\"0\", \"1\"", "\"0\" ,W/\"1\"", "\"1\",", ",, \"1\"", "\"1\"\t,\"2\""})
        BOOST_TEST(answer({list}, "\"1\"") == 304, list);
    BOOST_TEST(answer({"\"1\""}, "W/\"1\"") == 304);
    BOOST_TEST(answer({"\"0\"", "\"1\""}, "\"1\"") == 304);
    BOOST_TEST(answer({"\"1\""}, "\"1\"", method::head) == 304);
}

BOOST_AUTO_TEST_CASE(everybody_else_gets_the_response)
{
    BOOST_TEST(answer({}, "\"1\"") == 200);
    for (const auto* list : {"\"2\"", "1", "\"1", "", "\"1\" \"2\"", "\"1\", x", "x, \"1\"", "\"1\";q=1", "*, \"1\"",
                             "**", "'1'", "\"11\"", "w/\"1\""})
        BOOST_TEST(answer({list}, "\"1\"") == 200, list);
    BOOST_TEST(answer({"*"}, "") == 200);
    BOOST_TEST(answer({"\"1\""}, "no tag") == 200);
    BOOST_TEST(answer({"\"1\"", "x"}, "\"1\"") == 200);
}

BOOST_AUTO_TEST_CASE(only_what_reads_and_succeeded_becomes_a_304)
{
    for (const auto m : {method::post, method::put, method::delete_, method::options})
        BOOST_TEST(answer({"*"}, "\"1\"", m) == 200);
    request q;
    q.headers = {{"If-None-Match", "*"}};
    response missing(status::not_found, "application/json", "{}");
    missing.set("ETag", "\"1\"");
    BOOST_TEST(static_cast<int>(http::not_modified_if_matched(q, missing).status()) == 404);
}

BOOST_AUTO_TEST_CASE(a_304_keeps_the_fields_and_has_no_body)
{
    request q;
    q.headers = {{"If-None-Match", "\"1\""}};
    const auto r = http::not_modified_if_matched(q, tagged("\"1\""));
    BOOST_TEST(r.body() == "");
    BOOST_TEST(r.content_type() == "");
    BOOST_TEST(r.header("ETag") == "\"1\"");
    BOOST_TEST(r.header("Cache-Control") == "max-age=60");

    response streamed(status::ok, "text/plain",
                      []() -> core::task<core::result<std::string>> { co_return std::string(); });
    streamed.set("ETag", "\"1\"");
    BOOST_TEST(!http::not_modified_if_matched(q, std::move(streamed)).streams());
}

BOOST_AUTO_TEST_CASE(a_change_is_made_only_to_what_the_client_has_seen)
{
    BOOST_TEST(unchanged({}, "\"1\""));
    BOOST_TEST(unchanged({"\"1\""}, "\"1\""));
    BOOST_TEST(unchanged({"*"}, "\"1\""));
    BOOST_TEST(unchanged({"\"0\", \"1\""}, "\"1\""));
    BOOST_TEST(unchanged({"*"}, "W/\"1\"")); // there is something
    BOOST_TEST(!unchanged({"\"2\""}, "\"1\""));
    BOOST_TEST(!unchanged({"W/\"1\""}, "\"1\""));
    BOOST_TEST(!unchanged({"\"1\""}, "W/\"1\""));
    BOOST_TEST(!unchanged({"*"}, ""));
    BOOST_TEST(!unchanged({"\"1\""}, ""));
    BOOST_TEST(!unchanged({""}, "\"1\""));
    BOOST_TEST(!unchanged({"\"1\" x"}, "\"1\""));
    BOOST_TEST(static_cast<int>(http::precondition_failed().status()) == 412);
}

BOOST_AUTO_TEST_CASE(a_tag_is_valid_strong_and_told_by_every_byte)
{
    std::string body(1000, 'x');
    const auto tag = http::make_entity_tag(body);
    BOOST_TEST(tag.size() == 34u);
    BOOST_TEST(!http::parse_entity_tag(tag)->weak);
    BOOST_TEST(http::make_entity_tag(body) == tag);
    for (std::size_t i = 0; i < body.size(); ++i) {
        body[i] = 'y';
        BOOST_TEST(http::make_entity_tag(body) != tag);
        body[i] = 'x';
    }
    BOOST_TEST(http::make_entity_tag(body + '\0') != tag);
    BOOST_TEST(http::make_entity_tag(body.substr(1)) != tag);
}

BOOST_AUTO_TEST_CASE(a_change_is_refused_when_a_condition_does_not_hold)
{
    BOOST_TEST(refusal({}, "\"1\"") == 0);
    BOOST_TEST(refusal({{"If-Match", "\"1\""}}, "\"1\"") == 0);
    BOOST_TEST(refusal({{"If-Match", "\"0\""}}, "\"1\"") == 412);
    BOOST_TEST(refusal({{"If-Match", "1"}}, "\"1\"") == 412);
    BOOST_TEST(refusal({{"If-Match", "*"}}, "") == 412);
    BOOST_TEST(refusal({{"If-None-Match", "*"}}, "\"1\"") == 412);
    BOOST_TEST(refusal({{"If-None-Match", "*"}}, "") == 0);
    BOOST_TEST(refusal({{"If-None-Match", "W/\"1\""}}, "\"1\"") == 412);
    BOOST_TEST(refusal({{"If-None-Match", "\"0\""}}, "\"1\"") == 0);
    BOOST_TEST(refusal({{"If-None-Match", "\"0\", x"}}, "\"1\"") == 412);
    BOOST_TEST(refusal({{"If-Match", "\"1\""}, {"If-None-Match", "\"1\""}}, "\"1\"") == 412);
}

BOOST_AUTO_TEST_CASE(a_change_may_need_a_condition)
{
    constexpr auto required = http::if_match::required;
    BOOST_TEST(refusal({}, "\"1\"", required) == 428);
    BOOST_TEST(refusal({{"If-None-Match", "\"0\""}}, "\"1\"", required) == 428);
    BOOST_TEST(refusal({{"If-Match", "\"1\""}}, "\"1\"", required) == 0);
    BOOST_TEST(refusal({{"If-Match", ""}}, "\"1\"", required) == 412);
    BOOST_TEST(refusal({}, "", required) == 428);
}

BOOST_AUTO_TEST_SUITE_END()
