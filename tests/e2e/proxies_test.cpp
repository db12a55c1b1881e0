// Reverse proxies with the configurations of config/proxies: real ones, which differ in ports and paths only.
#include "core/text.hpp"
#include "echo_upstream.hpp"
#include "sessions_fixture.hpp"
#include "support/cookie_jar.hpp"
#include "support/paths.hpp"
#include "support/transcript.hpp"
#include "support/vectors.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace {

using namespace watchword;
using test::name_values;

// Three that Debian has.
enum class kind { nginx, haproxy, caddy };
const std::vector<kind> all_kinds{kind::nginx, kind::haproxy, kind::caddy};
std::ostream& operator<<(std::ostream& out, kind k)
{
    return out << (k == kind::nginx ? "nginx" : k == kind::haproxy ? "HAProxy" : "Caddy");
}

std::string read_source(const std::string& name)
{
    std::ifstream file(test::source_file("config/proxies/" + name));
    std::ostringstream text;
    text << file.rdbuf();
    BOOST_REQUIRE_MESSAGE(!text.str().empty(), name);
    return text.str();
}

// Replaces every occurrence; there must be one.
void replace(std::string& text, const std::string& from, const std::string& to)
{
    auto at = text.find(from);
    BOOST_REQUIRE_MESSAGE(at != text.npos, from);
    for (; at != text.npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

struct places {
    std::string proxy, watchword, application;
};

// The configuration of a proxy with a query for /v1/verify in it, or none.
std::string configure(kind k, const places& where, const std::string& query)
{
    auto text = read_source(k == kind::nginx ? "nginx.conf" : k == kind::haproxy ? "haproxy.cfg" : "Caddyfile");
    if (!query.empty() && k == kind::nginx) replace(text, "watchword/v1/verify;", "watchword/v1/verify" + query + ";");
    if (!query.empty() && k == kind::haproxy) replace(text, "5000/v1/verify\n", "5000/v1/verify" + query + "\n");
    if (!query.empty() && k == kind::caddy) replace(text, "uri /v1/verify/", "uri /v1/verify" + query);
    replace(text, "127.0.0.1:8000", where.proxy);
    replace(text, "127.0.0.1:5000", where.watchword);
    replace(text, "127.0.0.1:9000", where.application);
    return text;
}

// What a proxy that runs as anybody must keep in a directory of its own.
std::string move_files(kind k, std::string text, const test::temporary_directory& directory)
{
    const std::string script = "haproxy_verify.lua";
    if (k == kind::haproxy) replace(text, script, test::source_file("config/proxies/" + script));
    if (k != kind::nginx) return text;
    std::string paths = "http {\n access_log off;\n";
    for (const std::string what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        paths += " " + what + "_temp_path " + (directory / what) + ";\n";
    replace(text, "http {\n", paths);
    return text;
}

// The proxies are one process each, so that none can leave another behind.
std::vector<std::string> command(kind k, const std::string& file, const test::temporary_directory& directory)
{
    const auto pid = "daemon off; master_process off; pid " + (directory / "pid") + ";";
    if (k == kind::nginx)
        return {"/usr/sbin/nginx", "-p", directory.path().string(), "-c", file, "-e", "stderr", "-g", pid};
    if (k == kind::haproxy) return {"/usr/sbin/haproxy", "-f", file};
    return {"/usr/bin/caddy", "run", "--config", file, "--adapter", "caddyfile"};
}

bool listens(const std::string& address)
{
    try {
        const test::http_client client(address);
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

// Watchword, an application, and a proxy before it.
struct site {
    test::temporary_directory data, directory;
    test::server_process server{data.path(), {"--set", "sessions.cookies=true"}};
    test::http_client direct{server.address()};
    test::echo_upstream application;
    std::string address; // of the proxy
    std::unique_ptr<test::process> proxy;

    explicit site(kind k, const std::string& query = {})
    {
        for (int attempt = 0; attempt < 3; ++attempt) { // somebody may take the port before the proxy does
            address = test::free_address();
            const auto file = directory / "proxy.conf";
            const places where{address, server.address(), application.address()};
            test::write_file(file, move_files(k, configure(k, where, query), directory));
            const auto home = directory.path().string();
            proxy = std::make_unique<test::process>(
                command(k, file, directory),
                test::environment{{"HOME", home}, {"XDG_DATA_HOME", home}, {"XDG_CONFIG_HOME", home}});
            if (test::comes_true([this] { return listens(address); })) return;
        }
        throw std::runtime_error("the proxy does not start: " + proxy->output() + proxy->errors());
    }

    test::signed_in sign_in(const std::string& email)
    {
        BOOST_REQUIRE(direct.form_post("/signup", test::registration(email)).status == 201);
        return test::sign_in(direct, email);
    }
    test::http_response ask(const name_values& fields, const std::string& method = "GET",
                            const std::string& target = "/page", const std::string& body = {})
    {
        test::http_client client(address);
        return client.exchange(method, target, fields, body);
    }
    int status(const name_values& fields) { return ask(fields).status; }
};

name_values with_smuggled(const std::string& access)
{
    auto fields = test::bearer(access);
    for (const auto* name : {"X-User-Id", "X-User-Email", "X-User-Roles", "X-User-Scope", "x-user-id", "X_User_Id",
                             "X-User_Roles", "X_User-Email", "x_user_scope"})
        fields.emplace_back(name, "smuggled");
    return fields;
}

// Values of a field that the application has seen.
std::vector<std::string> seen(const std::string& request, const std::string& name)
{
    std::vector<std::string> values;
    std::istringstream lines(request);
    for (std::string line; std::getline(lines, line) && line != "\r";)
        if (line.size() > name.size() && line[name.size()] == ':' && core::iequals(line.substr(0, name.size()), name))
            values.emplace_back(
                core::trim(std::string_view(line).substr(name.size() + 1, line.size() - name.size() - 2)));
    return values;
}

const auto kinds = boost::unit_test::data::make(all_kinds);

} // namespace

BOOST_AUTO_TEST_SUITE(proxies)

BOOST_DATA_TEST_CASE(nobody_gets_through_without_a_token, kinds, which)
{
    site s(which);
    const auto none = s.ask({{"X-User-Id", "smuggled"}});
    BOOST_TEST(none.status == 401);
    BOOST_TEST(none.header("WWW-Authenticate") == "Bearer");
    const auto bad = s.ask(test::bearer("a.b.c"));
    BOOST_TEST(bad.status == 401);
    BOOST_TEST(bad.header("WWW-Authenticate") == "Bearer error=\"invalid_token\"");
    for (const auto* method : {"POST", "OPTIONS", "DELETE", "HEAD"})
        BOOST_TEST(s.ask({}, method).status == 401, method);
    BOOST_TEST(s.ask({{"Origin", "https://a"}, {"Access-Control-Request-Method", "PUT"}}, "OPTIONS").status == 401);
    BOOST_TEST(s.application.requests() == 0u);
}

BOOST_DATA_TEST_CASE(the_application_learns_who_it_is_and_believes_no_client, kinds, which)
{
    site s(which);
    const auto ann = s.sign_in("ann@x.test");
    std::size_t asked = 0;
    const auto expect_ann = [&](const test::http_response& r) {
        BOOST_TEST(r.status == 200);
        BOOST_TEST(seen(r.body, "X-User-Id") == std::vector<std::string>{ann.user_id},
                   boost::test_tools::per_element());
        BOOST_TEST(seen(r.body, "X-User-Email") == std::vector<std::string>{"ann@x.test"},
                   boost::test_tools::per_element());
        for (const auto* name : {"X-User-Roles", "X-User-Scope"}) BOOST_TEST(seen(r.body, name).empty(), name);
        BOOST_TEST(!test::contains(r.body, "smuggled"));
        BOOST_TEST(s.application.requests() == ++asked);
    };
    expect_ann(s.ask(test::bearer(ann.access)));
    const auto smuggling = with_smuggled(ann.access);
    expect_ann(s.ask(smuggling));
    expect_ann(s.ask(smuggling, "GET", "/page?role=admin&x=1"));
    expect_ann(s.ask(smuggling, "DELETE"));
    expect_ann(s.ask(smuggling, "OPTIONS"));
    const auto posted = s.ask(smuggling, "POST", "/page", "hello");
    expect_ann(posted);
    BOOST_TEST(posted.body.ends_with("\r\n\r\nhello"));

    test::http_client client(s.address);
    auto chunked = smuggling;
    chunked.emplace_back("Host", s.address);
    chunked.emplace_back("Transfer-Encoding", "chunked");
    client.send(test::request_bytes("PUT", "/page", chunked) + "5\r\nhello\r\n0\r\n\r\n");
    const auto put = client.read_response();
    expect_ann(put);
    BOOST_TEST(test::contains(put.body, "hello"));
}

BOOST_DATA_TEST_CASE(the_request_after_a_sign_out_is_refused, kinds, which)
{
    site s(which);
    const auto ann = s.sign_in("ann@x.test");
    for (int i = 0; i < 3; ++i) BOOST_TEST(s.status(test::bearer(ann.access)) == 200);
    BOOST_TEST(test::sign_out(s.direct, ann.access) == 204);
    BOOST_TEST(s.status(test::bearer(ann.access)) == 401);
    BOOST_TEST(s.application.requests() == 3u);
}

// With programs of its own in place of those that README starts.
BOOST_AUTO_TEST_CASE(what_readme_shows_behind_nginx)
{
    site s(kind::nginx);
    BOOST_REQUIRE(s.direct.form_post("/signup", test::registration("ada@example.test", "pw2")).status == 201);
    auto shown = test::shown_commands(test::read_file(test::source_file("README.md")), "### Behind nginx");
    const auto starts = [](const test::shown_command& c) {
        return c.command.starts_with("python3 -m http.server") || c.command.starts_with("nginx -c");
    };
    BOOST_TEST(std::erase_if(shown, starts) == 2u);
    BOOST_TEST(shown.size() >= 4u);
    const auto differences = test::find_differences(
        shown, s.directory.path().string(), {{"127.0.0.1:5000", s.server.address()}, {"127.0.0.1:8000", s.address}});
    for (const auto& difference : differences) BOOST_ERROR(difference);
    BOOST_TEST(s.application.requests() == 1u);
}

BOOST_DATA_TEST_CASE(a_condition_that_is_not_met_or_misspelt_keeps_everybody_out, kinds, which)
{
    {
        site s(which, "?role=admin");
        const auto ann = s.sign_in("ann@x.test");
        BOOST_TEST(s.status(test::bearer(ann.access)) == 403);
        BOOST_TEST(s.ask(with_smuggled(ann.access), "GET", "/page?a=b").status == 403);
        BOOST_TEST(s.application.requests() == 0u);
    }
    site s(which, "?rolle=admin");
    const auto ann = s.sign_in("ann@x.test");
    const auto refused = s.status(test::bearer(ann.access));
    BOOST_TEST((refused == 400 || refused >= 500), refused);
    BOOST_TEST(s.application.requests() == 0u);
}

// A browser's cookies let it read; what changes something needs the CSRF token, whatever the proxy's own method is.
BOOST_DATA_TEST_CASE(cookies_are_good_for_requests_of_their_own_pages_only, kinds, which)
{
    site s(which);
    const auto ann = s.sign_in("ann@x.test");
    test::cookie_jar jar;
    const auto signed_in = s.direct.json_post("/v1/sessions", R"({"email":"ann@x.test","password":")" + test::password +
                                                                  R"(","cookies":true})");
    for (const auto& [name, value] : signed_in.headers)
        if (name == "Set-Cookie") jar.take(value);
    const auto status = [&](const std::string& method, name_values more) {
        more.emplace_back("Cookie", jar.field());
        return s.ask(more, method).status;
    };
    const auto read = s.ask({{"Cookie", jar.field()}});
    BOOST_TEST(read.status == 200);
    BOOST_TEST(seen(read.body, "X-User-Id") == std::vector<std::string>{ann.user_id}, boost::test_tools::per_element());
    const std::pair<std::string, std::string> token{"X-CSRF-Token", jar.value("__Host-watchword-csrf")};
    BOOST_TEST(status("POST", {token, {"Sec-Fetch-Site", "same-origin"}}) == 200);
    BOOST_TEST(status("POST", {token, {"Origin", "http://" + s.address}}) == 200);
    BOOST_TEST(s.application.requests() == 3u);

    BOOST_TEST(status("POST", {}) == 403);
    BOOST_TEST(status("DELETE", {{"Sec-Fetch-Site", "same-origin"}}) == 403);
    BOOST_TEST(status("POST", {{"X-Forwarded-Method", "GET"}, {"X-Original-Method", "GET"}}) == 403);
    BOOST_TEST(status("POST", {token, {"Sec-Fetch-Site", "cross-site"}}) == 403);
    BOOST_TEST(status("POST", {token, {"Origin", "https://evil.example"}}) == 403);
    BOOST_TEST(s.application.requests() == 3u);
}

BOOST_DATA_TEST_CASE(nobody_gets_through_while_nobody_can_be_asked, kinds, which)
{
    site s(which);
    const auto ann = s.sign_in("ann@x.test");
    BOOST_TEST(s.status(test::bearer(ann.access)) == 200);
    BOOST_TEST(s.server.stop() == 0);
    BOOST_TEST(s.status(test::bearer(ann.access)) >= 500);
    BOOST_TEST(s.application.requests() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
