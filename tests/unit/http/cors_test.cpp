#include "http/cors.hpp"
#include "support/run_task.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;
using http::method;
using http::request;
using http::response;
using http::status;

core::task<response> say_hello(request&)
{
    response r(status::ok, "text/plain", "hello");
    r.set("ETag", "\"1\"");
    co_return r;
}
core::task<response> fail(request&)
{
    throw std::runtime_error("x");
    co_return response();
}

struct site {
    http::cors cors;
    http::router router;

    explicit site(http::cors_settings s) : cors(std::move(s))
    {
        router.add(method::get, "/hello", say_hello);
        router.add(method::post, "/items/{id}", say_hello);
        router.add(method::get, "/fails", fail);
        cors.add_to(router);
    }
    response ask(method m, std::string_view path, std::vector<http::header_field> headers)
    {
        request q;
        q.method = m;
        q.path = path;
        q.headers = std::move(headers);
        return test::run_task(router.answer(q));
    }
    response get(std::string_view origin, std::string_view path = "/hello")
    {
        return ask(method::get, path, {{"Host", "x"}, {"origin", origin}});
    }
    response preflight(std::string_view origin, std::string_view path = "/items/7")
    {
        return ask(method::options, path, {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
    }
};

http::cors_settings two_origins()
{
    http::cors_settings s;
    s.origins = {"https://app.example", "http://localhost:3000"};
    s.headers = {"Authorization", "Content-Type"};
    s.max_age = std::chrono::seconds(90);
    return s;
}

int code(const response& r)
{
    return static_cast<int>(r.status());
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t n = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
    return n;
}

bool names_no_origin(const response& r)
{
    return r.lines().find("Access-Control") == std::string_view::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cors)

BOOST_AUTO_TEST_CASE(a_listed_origin_may_read_the_response)
{
    site s(two_origins());
    for (const auto* origin : {"https://app.example", "http://localhost:3000"}) {
        const auto r = s.get(origin);
        BOOST_TEST(code(r) == 200);
        BOOST_TEST(r.body() == "hello");
        BOOST_TEST(r.header("Access-Control-Allow-Origin") == origin);
        BOOST_TEST(r.header("Access-Control-Expose-Headers") ==
                   "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
                   "Preference-Applied, X-Request-Id, WWW-Authenticate");
        BOOST_TEST(!r.has("Access-Control-Allow-Credentials"));
        BOOST_TEST(r.header("Vary") == "Origin");
        BOOST_TEST(count(r.lines(), "Access-Control-Allow-Origin") == 1u);
        BOOST_TEST(count(r.lines(), "Vary") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(any_other_origin_is_served_and_named_nowhere)
{
    site s(two_origins());
    for (const auto* origin :
         {"https://evil.example", "https://app.example.evil.example", "https://app.example:443", "https://app.example/",
          "http://app.example", "HTTPS://app.example", "https://APP.example", "https://sub.app.example", "app.example",
          "null", "*", "https://app.example, http://localhost:3000", "", "http://localhost:30001"}) {
        const auto r = s.get(origin);
        BOOST_TEST(code(r) == 200, origin);
        BOOST_TEST(names_no_origin(r), origin);
        BOOST_TEST(r.header("Vary") == "Origin");
    }
    BOOST_TEST(names_no_origin(s.ask(method::get, "/hello", {})));
    BOOST_TEST(s.ask(method::get, "/hello", {}).header("Vary") == "Origin");
}

BOOST_AUTO_TEST_CASE(errors_can_be_read_too)
{
    site s(two_origins());
    BOOST_TEST(code(s.get("https://app.example", "/nowhere")) == 404);
    BOOST_TEST(code(s.get("https://app.example", "/fails")) == 500);
    BOOST_TEST(code(s.ask(method::get, "/items/7", {{"Origin", "https://app.example"}})) == 405);
    for (const auto* path : {"/nowhere", "/fails", "/items/7"})
        BOOST_TEST(s.get("https://app.example", path).header("Access-Control-Allow-Origin") == "https://app.example");
}

BOOST_AUTO_TEST_CASE(a_preflight_is_told_what_the_path_allows)
{
    site s(two_origins());
    const auto r = s.preflight("https://app.example");
    BOOST_TEST(code(r) == 204);
    BOOST_TEST(r.body() == "");
    BOOST_TEST(r.header("Access-Control-Allow-Origin") == "https://app.example");
    BOOST_TEST(r.header("Access-Control-Allow-Methods") == "POST, OPTIONS");
    BOOST_TEST(r.header("Access-Control-Allow-Headers") == "Authorization, Content-Type");
    BOOST_TEST(r.header("Access-Control-Max-Age") == "90");
    BOOST_TEST(r.header("Vary") == "Origin");
    BOOST_TEST(s.preflight("https://app.example", "/hello").header("Access-Control-Allow-Methods") ==
               "GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_CASE(a_route_that_answers_options_itself_is_asked_in_a_preflight_too)
{
    site s(two_origins());
    s.router.add(method::options, "/own", fail);
    BOOST_TEST(static_cast<int>(s.preflight("https://app.example", "/own").status()) == 500);
    BOOST_TEST(static_cast<int>(s.preflight("https://app.example").status()) == 204);
}

BOOST_AUTO_TEST_CASE(a_preflight_to_nowhere_is_not_found)
{
    site s(two_origins());
    BOOST_TEST(code(s.preflight("https://app.example", "/nowhere")) == 404);
}

BOOST_AUTO_TEST_CASE(a_preflight_from_elsewhere_is_an_ordinary_request)
{
    site s(two_origins());
    const auto r = s.preflight("https://evil.example");
    BOOST_TEST(code(r) == 200);
    BOOST_TEST(r.header("Allow") == "POST, OPTIONS");
    BOOST_TEST(names_no_origin(r));
    BOOST_TEST(r.header("Vary") == "Origin");
}

BOOST_AUTO_TEST_CASE(an_options_request_that_asks_for_no_method_is_no_preflight)
{
    site s(two_origins());
    const auto r = s.ask(method::options, "/hello", {{"Origin", "https://app.example"}});
    BOOST_TEST(code(r) == 200);
    BOOST_TEST(r.header("Allow") == "GET, HEAD, OPTIONS");
    BOOST_TEST(r.header("Access-Control-Allow-Origin") == "https://app.example");
    BOOST_TEST(code(s.ask(method::options, "/hello", {{"Access-Control-Request-Method", "GET"}})) == 200);
    BOOST_TEST(code(s.ask(method::get, "/hello",
                          {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "GET"}})) == 200);
}

BOOST_AUTO_TEST_CASE(credentials_are_allowed_to_named_origins_only)
{
    auto with = two_origins();
    with.credentials = true;
    site s(with);
    BOOST_TEST(s.get("https://app.example").header("Access-Control-Allow-Credentials") == "true");
    BOOST_TEST(s.preflight("https://app.example").header("Access-Control-Allow-Credentials") == "true");
    BOOST_TEST(names_no_origin(s.get("https://evil.example")));

    http::cors_settings all;
    all.origins = {"*"};
    all.credentials = true;
    BOOST_CHECK_THROW(http::cors{all}, std::invalid_argument);
    all.credentials = false;
    all.origins = {"*", "https://app.example"};
    BOOST_CHECK_THROW(http::cors{all}, std::invalid_argument);

    with.origins.push_back("null"); // any page can have that one
    BOOST_CHECK_THROW(http::cors{with}, std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_star_allows_everybody_without_repeating_their_origin)
{
    http::cors_settings all;
    all.origins = {"*"};
    site s(all);
    for (const auto* origin : {"https://evil.example", "null"}) {
        BOOST_TEST(s.get(origin).header("Access-Control-Allow-Origin") == "*");
        BOOST_TEST(!s.get(origin).has("Access-Control-Allow-Credentials"));
        BOOST_TEST(code(s.preflight(origin)) == 204);
        BOOST_TEST(!s.preflight(origin).has("Access-Control-Allow-Headers"));
    }
    BOOST_TEST(s.get("https://evil.example").header("Vary") == "Origin");
    BOOST_TEST(names_no_origin(s.ask(method::get, "/hello", {}))); // who asks from no page
}

BOOST_AUTO_TEST_CASE(the_origin_of_nobody_counts_only_if_it_is_listed)
{
    auto with = two_origins();
    with.origins.push_back("null");
    site s(with);
    BOOST_TEST(s.get("null").header("Access-Control-Allow-Origin") == "null");
}

BOOST_AUTO_TEST_CASE(line_breaks_in_settings_are_refused)
{
    http::cors_settings s;
    s.origins = {"https://a\r\nX: y"};
    BOOST_CHECK_THROW(http::cors{s}, std::invalid_argument);
    s.origins = {"https://a"};
    s.headers = {"A\r\nX: y"};
    BOOST_CHECK_THROW(http::cors{s}, std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
