// The recorded multipart bodies: our own, and those of another parser's test-suite in the shared vectors.
#include "core/text.hpp"
#include "http/forms.hpp"
#include "http/media_type.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>

namespace {

using namespace watchword;
using exceptions = std::map<std::string, std::string>;

// As an endpoint reads a form.
core::result<http::form> read(std::string_view content_type, std::string_view body)
{
    const auto type = http::parse_media_type(content_type);
    if (!type) return type.error();
    const auto boundary = type->parameter("boundary");
    if (type->essence != "multipart/form-data" || !boundary) return core::errc::invalid_input;
    return http::parse_multipart(body, *boundary);
}

// Whether a login could use it. UTF-8 and NUL are the caller's to check.
bool names_a_login(const core::result<http::form>& form)
{
    if (!form) return false;
    for (const auto* name : {"email", "password"}) {
        const auto value = form->get(name);
        if (!value || value->empty() || !core::is_utf8(*value) || value->find('\0') != value->npos) return false;
    }
    return true;
}

// Rows marked `reject` that we take.
const exceptions lenient = {
    {"own/dup-email", "the first of equal fields counts, as in the tutorial"},
    {"own/dup-password", "the first of equal fields counts, as in the tutorial"},
    {"own/filename-traversal", "files beside the fields are left out, as in the tutorial; none is ever made"},
    {"own/near-boundaries-50k", "a password of 500 kB: its length is not this layer's to limit, only the time"},
    {"own/preamble-1m", "the size of the whole body is limited before it is read"},
};

// Rows where our verdict is the other one.
const exceptions other_verdict = {
    {"defnull/test_multiline_header", "folded header lines are obsolete and written by nobody"},
    {"defnull/test_header_continuation", "folded header lines are obsolete and written by nobody"},
    {"defnull/test_allow_junk_after_end_boundary", "an epilogue is ignored (RFC 2046 section 5.1.1)"},
    {"defnull/test_allow_junk_after_end_boundary#2", "an epilogue is ignored (RFC 2046 section 5.1.1)"},
    {"defnull/test_empty_part", "a part has a header with a name (RFC 7578 section 4.2)"},
    {"defnull/test_part_ends_in_header", "a part has a header with a name, and an empty line after it"},
    {"defnull/test_no_newline_after_content", "a delimiter begins a line; this one never closes"},
    {"defnull/test_reject_boundary_in_payload#2", "a line that only begins like the delimiter is data"},
    {"defnull/test_reject_boundary_in_payload#3", "a line that only begins like the delimiter is data"},
    {"defnull/test_segment_clen_not_reached", "a length in a part's header is not looked at"},
};

// Files are left out of our form.
void compare(const http::form& form, const boost::json::array& parts)
{
    std::size_t at = 0;
    for (const auto& part : parts) {
        if (!part.at("filename").is_null()) continue;
        BOOST_REQUIRE(at < form.fields().size());
        const auto& [name, value] = form.fields()[at++];
        BOOST_TEST(name == std::string_view(part.at("name").as_string()));
        BOOST_TEST(std::int64_t(value.size()) == part.at("len").as_int64());
    }
    BOOST_TEST(at == form.fields().size());
}

} // namespace

BOOST_AUTO_TEST_SUITE(multipart_vectors)

BOOST_AUTO_TEST_CASE(own_bodies_are_read_or_refused_as_they_say)
{
    exceptions unused = lenient;
    for (const auto& row : test::read_own_vectors("multipart/own.jsonl")) {
        const auto id = row.text("id"), expect = row.text("expect");
        const auto body = row.bytes("body");
        const auto begin = std::chrono::steady_clock::now();
        const auto form = read(row.text("content_type"), body);
        const auto took = std::chrono::steady_clock::now() - begin;
        BOOST_TEST_CONTEXT(id << " " << row.text("why"))
        {
            BOOST_TEST((took < std::chrono::seconds(1)));
            if (unused.erase(id))
                BOOST_TEST(names_a_login(form));
            else if (expect == "accept") {
                BOOST_REQUIRE(names_a_login(form));
                BOOST_TEST(*form->get("email") == "a@b.test");
            } else if (expect == "reject")
                BOOST_TEST(!names_a_login(form));
            else
                BOOST_TEST(expect == "either");
        }
    }
    BOOST_TEST(unused.empty());
}

BOOST_AUTO_TEST_CASE(bodies_of_another_parsers_suite_are_read_the_same)
{
    std::map<std::string, int> seen;
    exceptions unused = other_verdict;
    for (const auto& row : test::read_vectors("multipart/defnull.jsonl")) {
        auto id = row.text("id");
        if (const int occurrence = ++seen[id]; occurrence > 1) id += "#" + std::to_string(occurrence);
        const auto body = row.bytes("body");
        const auto form = http::parse_multipart(body, row.text("boundary"));
        const bool accept = row.text("expect") == "accept";
        BOOST_TEST_CONTEXT(id)
        {
            BOOST_TEST(form.has_value() == (accept != (unused.erase(id) != 0)));
            if (form && accept) compare(*form, row.fields.at("parts").as_array());
        }
    }
    BOOST_TEST(unused.empty());
}

BOOST_AUTO_TEST_SUITE_END()
