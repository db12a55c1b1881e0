#include "http/response_writer.hpp"
#include "http/security_headers.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using http::response;
using http::security_lines;
using http::status;

constexpr std::string_view nosniff = "X-Content-Type-Options: nosniff\r\n";
constexpr std::string_view hsts = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
constexpr std::string_view for_pages = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                                       "Referrer-Policy: no-referrer\r\n"
                                       "X-Frame-Options: DENY\r\n";
constexpr std::chrono::seconds year(31'536'000);

response of_type(std::string_view type)
{
    return response(status::ok, type, "x");
}

std::string written(const response& r, const security_lines& lines)
{
    std::string out;
    http::append_head(out, r, http::framing::content_length, "Date: now\r\n", "", lines.of(r));
    return out;
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t n = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
    return n;
}

} // namespace

BOOST_AUTO_TEST_SUITE(security_headers)

BOOST_AUTO_TEST_CASE(data_is_only_kept_data)
{
    const security_lines lines;
    for (const std::string_view type : {"application/json", "application/problem+json", "text/plain", "image/png", ""})
        BOOST_TEST(lines.of(of_type(type)) == nosniff, type);
}

BOOST_AUTO_TEST_CASE(what_a_browser_renders_may_do_nothing)
{
    const security_lines lines;
    for (const std::string_view type :
         {"text/html", "text/html; charset=utf-8", "TEXT/HTML", "image/svg+xml", "application/xhtml+xml", "text/xml"})
        BOOST_TEST(lines.of(of_type(type)) == std::string(nosniff).append(for_pages), type);
}

BOOST_AUTO_TEST_CASE(tls_is_insisted_on_only_where_it_is)
{
    BOOST_TEST(security_lines(true, year).of(of_type("application/json")) == std::string(nosniff).append(hsts));
    BOOST_TEST(security_lines(true, year).of(of_type("text/html")).find(hsts) != std::string_view::npos);
    BOOST_TEST(security_lines(false, year).of(of_type("application/json")) == nosniff);
    BOOST_TEST(security_lines(true, std::chrono::seconds(0)).of(of_type("application/json")) == nosniff);
}

BOOST_AUTO_TEST_CASE(every_line_is_written_once)
{
    const auto head = written(of_type("text/html"), security_lines(true, year));
    for (const std::string_view name : {"X-Content-Type-Options:", "Strict-Transport-Security:", "X-Frame-Options:",
                                        "Content-Security-Policy:", "Referrer-Policy:"})
        BOOST_TEST(count(head, name) == 1u, name);
    BOOST_TEST(head.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_field_of_the_responses_own_wins)
{
    auto r = of_type("text/html");
    r.set("x-frame-options", "SAMEORIGIN").set("Content-Security-Policy", "default-src 'self'");
    const auto head = written(r, security_lines(true, year));
    BOOST_TEST(count(head, "rame-") == 1u); // in neither spelling twice, and no frame-ancestors
    BOOST_TEST(head.find("x-frame-options: SAMEORIGIN\r\n") != head.npos);
    BOOST_TEST(count(head, "Content-Security-Policy") == 1u);
    for (const std::string_view name : {"X-Content-Type-Options:", "Strict-Transport-Security:", "Referrer-Policy:"})
        BOOST_TEST(count(head, name) == 1u, name);

    auto empty = of_type("application/json");
    empty.set("X-Content-Type-Options", "");
    BOOST_TEST(count(written(empty, {}), "X-Content-Type-Options") == 1u);
}

BOOST_AUTO_TEST_CASE(a_304_and_a_204_have_no_length)
{
    BOOST_TEST(written(response(status::not_modified), {}).find("Content-Length") == std::string::npos);
    BOOST_TEST(written(response(status::not_modified), {}).starts_with("HTTP/1.1 304 Not Modified\r\n"));
    BOOST_TEST(written(response(status::no_content), {}).find("Content-Length") == std::string::npos);
    BOOST_TEST(written(response(status::ok), {}).find("Content-Length: 0\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
