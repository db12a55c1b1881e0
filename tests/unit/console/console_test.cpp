#include "console/bundle.hpp"
#include "console/console.hpp"
#include "http/security_headers.hpp"
#include "support/gunzip.hpp"
#include "support/run_task.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using http::response;
using http::status;

struct served {
    http::router router;

    served() { console::add_routes(router); }

    response get(std::string_view target, std::vector<http::header_field> headers = {})
    {
        http::request q;
        q.target = target;
        q.path = target.substr(0, target.find('?'));
        q.headers = std::move(headers);
        return test::run_task(router.answer(q));
    }
    // What the page names between quotes that begins like this.
    std::string named(std::string_view begin)
    {
        const std::string page(get("/console").body());
        const auto at = page.find("\"" + std::string(begin));
        BOOST_REQUIRE(at != std::string::npos);
        return page.substr(at + 1, page.find('"', at + 1) - at - 1);
    }
};

std::string_view bytes_of(std::string_view name)
{
    for (const auto& f : console::bundle())
        if (f.name == name) return f.bytes;
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(console_routes, served)

BOOST_AUTO_TEST_CASE(compressed_files_hold_what_the_others_hold)
{
    BOOST_TEST(console::bundle().size() == 4u);
    for (const auto& f : console::bundle()) BOOST_TEST(test::gunzip(f.compressed) == f.bytes);
}

BOOST_AUTO_TEST_CASE(every_path_of_the_console_has_its_page)
{
    for (const char* path : {"/console", "/console/", "/console/users/a%2Fb", "/console/no/such", "/console/index.html",
                             "/console/../console.js"}) {
        const auto r = get(path);
        BOOST_TEST((r.status() == status::ok));
        BOOST_TEST(r.content_type() == "text/html; charset=utf-8");
        BOOST_TEST(r.body() == bytes_of("index.html"));
    }
    for (const char* path : {"/account", "/account/sign-up"}) BOOST_TEST(get(path).body() == bytes_of("account.html"));
    BOOST_TEST((get("/consoles").status() == status::not_found));
}

BOOST_AUTO_TEST_CASE(pages_have_a_policy_without_unsafe_words)
{
    for (const char* path : {"/console", "/account", "/console/roles"}) {
        const auto r = get(path);
        const auto policy = r.header("Content-Security-Policy");
        BOOST_TEST(policy.starts_with("default-src 'none'; script-src 'self';"));
        BOOST_TEST(policy.find("unsafe") == std::string_view::npos);
        BOOST_TEST(r.header("Cache-Control") == "no-cache");

        std::string lines;
        http::append_security_lines(lines, http::security_lines().of(r), r);
        BOOST_TEST(lines.find("Content-Security-Policy") == std::string::npos);
        BOOST_TEST(lines.find("X-Frame-Options: DENY") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(pages_name_nothing_that_others_serve_and_run_nothing_inline)
{
    for (const auto* page : {"index.html", "account.html"}) {
        const auto text = bytes_of(page);
        for (const char* bad : {"href=\"http", "src=\"http", "href=\"//", "src=\"//", "style=", "<style", "onclick"})
            BOOST_TEST(text.find(bad) == std::string_view::npos, page << " has " << bad);
        BOOST_TEST(text.find("<script type=\"module\" src=\"/console/console.js?v=") != std::string_view::npos);
    }
}

BOOST_AUTO_TEST_CASE(files_are_kept_for_ever_only_with_the_version_that_is_served)
{
    for (const char* name : {"console.js", "console.css"}) {
        const auto path = "/console/" + std::string(name);
        const auto target = named(path);
        BOOST_TEST(get(target).header("Cache-Control") == "public, max-age=31536000, immutable");
        BOOST_TEST(get(target).body() == bytes_of(name));
        for (const auto& other : {path, path + "?v=0123456789abcdef", path + "?", path + "?v=", target + "0"}) {
            BOOST_TEST(get(other).header("Cache-Control") == "no-cache");
            BOOST_TEST(get(other).body() == bytes_of(name));
        }
    }
}

BOOST_AUTO_TEST_CASE(compressed_forms_go_to_those_who_like_them_with_tags_of_their_own)
{
    const auto plain = get("/console/console.js"), small = get("/console/console.js", {{"Accept-Encoding", "gzip"}});
    BOOST_TEST(!plain.has("Content-Encoding"));
    BOOST_TEST(small.header("Content-Encoding") == "gzip");
    BOOST_TEST(small.header("Vary") == "Accept-Encoding");
    BOOST_TEST(plain.header("Vary") == "Accept-Encoding");
    BOOST_TEST(test::gunzip(small.body()) == plain.body());
    BOOST_TEST(small.header("ETag") != plain.header("ETag"));
    BOOST_TEST(!small.may_be_compressed());

    const std::string tag(small.header("ETag"));
    const auto again = get("/console/console.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}});
    BOOST_TEST((again.status() == status::not_modified));
    BOOST_TEST(again.body() == "");
    BOOST_TEST((get("/console/console.js", {{"If-None-Match", tag}}).status() == status::ok));
}

BOOST_AUTO_TEST_SUITE_END()
