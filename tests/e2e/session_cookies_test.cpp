// A browser's life with the running server: session cookies from signing in to signing out.
#include "sessions_fixture.hpp"
#include "support/cookie_jar.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace {

using namespace watchword::test;

const std::string access_cookie = "__Host-watchword-access", refresh_cookie = "__Host-watchword-refresh",
                  csrf_cookie = "__Host-watchword-csrf";

// Cheap hashes, and two I/O threads whatever the machine.
std::vector<std::string> with_cookies(std::vector<std::string> more = {})
{
    more.insert(more.end(), {"--threads", "2", "--set", "passwords.memory_kib=8", "--set", "sessions.cookies=true"});
    return more;
}

// A browser with one connection.
class browser {
public:
    explicit browser(const std::string& address) : client_(address) {}

    http_response ask(const std::string& method, const std::string& path, name_values more = {},
                      const std::string& json = {})
    {
        if (!jar.empty()) more.emplace_back("Cookie", jar.field());
        if (!json.empty()) more.emplace_back("Content-Type", "application/json");
        auto r = client_.exchange(method, path, more, json);
        for (const auto& [name, value] : r.headers)
            if (name == "Set-Cookie") jar.take(value);
        return r;
    }
    // As scripts of its own pages do.
    http_response change(const std::string& method, const std::string& path)
    {
        return ask(method, path, {{"X-CSRF-Token", jar.value(csrf_cookie)}, {"Sec-Fetch-Site", "same-origin"}});
    }
    http_response sign_in(const std::string& email, name_values more = {})
    {
        return ask("POST", "/v1/sessions", std::move(more),
                   R"({"email":")" + email + R"(","password":")" + password + R"(","cookies":true})");
    }
    int check() { return ask("GET", "/v1/sessions").status; }
    void sign_up(const std::string& email) { client_.form_post("/signup", registration(email)); }

    cookie_jar jar;

private:
    http_client client_;
};

std::size_t count_sessions(browser& b)
{
    const auto r = b.ask("GET", "/v1/sessions");
    BOOST_REQUIRE_MESSAGE(r.status == 200, r.status << " " << r.body);
    return boost::json::parse(r.body).at("sessions").as_array().size();
}

// Asks on all connections at once; how many answers have that status.
std::size_t count_answers(const std::vector<std::unique_ptr<http_client>>& all, const cookie_jar& jar, int status)
{
    const auto request = request_bytes("GET", "/v1/sessions", {{"Host", "x"}, {"Cookie", jar.field()}});
    for (const auto& each : all) each->send(request);
    std::size_t count = 0;
    for (const auto& each : all) count += each->read_response().status == status ? 1 : 0;
    return count;
}

const std::vector<std::pair<std::string, std::string>> foreign{{"Origin", "https://evil.example"},
                                                               {"Origin", "null"},
                                                               {"Sec-Fetch-Site", "cross-site"},
                                                               {"Sec-Fetch-Site", "same-site"}};

} // namespace

BOOST_AUTO_TEST_SUITE(session_cookies)

BOOST_FIXTURE_TEST_CASE(a_browser_stays_signed_in_through_refreshes_and_a_restart_until_it_signs_out,
                        temporary_directory)
{
    cookie_jar kept;
    {
        server_process server(path(), with_cookies());
        browser b(server.address());
        b.sign_up("ann@b.test");
        const auto created = b.sign_in("ann@b.test");
        BOOST_TEST(created.status == 201);
        BOOST_TEST(created.header("Cache-Control") == "no-store");
        const auto body = boost::json::parse(created.body);
        BOOST_TEST(text_at(body, "csrf_token") == b.jar.value(csrf_cookie));
        BOOST_TEST(text_at(body.at("user"), "email") == "ann@b.test");
        for (const auto& name : {access_cookie, refresh_cookie}) {
            BOOST_TEST(b.jar.value(name) != "");
            BOOST_TEST(!contains(created.body, b.jar.value(name)));
            BOOST_TEST(contains(b.jar.attributes(name), "; HttpOnly; Secure; SameSite="));
        }
        BOOST_TEST(b.check() == 200);
        const auto first = b.jar;
        BOOST_TEST(b.change("POST", "/v1/sessions/refresh").status == 200);
        BOOST_TEST(b.jar.value(refresh_cookie) != first.value(refresh_cookie));
        BOOST_TEST(b.jar.value(csrf_cookie) == first.value(csrf_cookie));
        BOOST_TEST(b.check() == 200);
        kept = b.jar;
        BOOST_TEST(server.stop() == 0);
        for (const auto& name : {access_cookie, refresh_cookie, csrf_cookie})
            BOOST_TEST(!contains(server.log(), first.value(name)));
    }
    server_process server(path(), with_cookies());
    browser b(server.address());
    b.jar = kept;
    BOOST_TEST(b.check() == 200);
    b.jar.drop(access_cookie); // its time is over; the CSRF token is the session's on every server
    BOOST_TEST(b.check() == 401);
    BOOST_TEST(b.change("POST", "/v1/sessions/refresh").status == 200);
    BOOST_TEST(b.check() == 200);
    const auto before = b.jar;
    BOOST_TEST(b.sign_in("ann@b.test").status == 201); // in place of the old session
    BOOST_TEST(count_sessions(b) == 1u);
    browser old(server.address());
    old.jar = before;
    BOOST_TEST(old.check() == 401);
    BOOST_TEST(b.change("DELETE", "/v1/sessions/current").status == 204);
    BOOST_TEST(b.jar.empty());
    BOOST_TEST(b.check() == 401);
}

// S45
BOOST_FIXTURE_TEST_CASE(pages_of_other_sites_get_nothing_done, temporary_directory)
{
    server_process server(path(), with_cookies());
    browser b(server.address());
    b.sign_up("ann@b.test");
    b.sign_in("ann@b.test");
    const auto before = b.jar;
    const auto csrf = before.value(csrf_cookie);
    for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{
             {"POST", "/v1/sessions/refresh"}, {"DELETE", "/v1/sessions/current"}, {"DELETE", "/v1/sessions/all"}}) {
        BOOST_TEST(code_in(b.ask(method, target)) == "csrf_token_invalid");
        BOOST_TEST(code_in(b.ask(method, target, {{"X-CSRF-Token", csrf.substr(1) + "0"}})) == "csrf_token_invalid");
        for (const auto& field : foreign)
            BOOST_TEST(code_in(b.ask(method, target, {field, {"X-CSRF-Token", csrf}})) == "cross_origin_request",
                       field.second);
    }
    for (const auto& field : foreign) {
        BOOST_TEST(code_in(b.sign_in("ann@b.test", {field})) == "cross_origin_request", field.second);
        const auto link = b.ask("GET", "/v1/sessions", {field});
        BOOST_TEST(link.status == 200);
        BOOST_TEST(link.header("Access-Control-Allow-Origin") == ""); // which its page cannot read
    }
    BOOST_TEST(b.jar.field() == before.field());
    BOOST_TEST(count_sessions(b) == 1u);
    const auto own = "http://" + server.address();
    BOOST_TEST(b.ask("POST", "/v1/sessions/refresh", {{"Origin", own}, {"X-CSRF-Token", csrf}}).status == 200);
}

// S45
BOOST_FIXTURE_TEST_CASE(no_origin_but_the_listed_ones_is_given_credentials, temporary_directory)
{
    const std::string app = "https://app.example";
    server_process server(path(), with_cookies({"--set", "cors.origins=" + app, "--set", "cors.credentials=true"}));
    browser b(server.address());
    b.sign_up("ann@b.test");
    BOOST_TEST(b.sign_in("ann@b.test", {{"Origin", app}, {"Sec-Fetch-Site", "same-site"}}).status == 201);
    const auto csrf = b.jar.value(csrf_cookie);
    for (const std::string origin : {"null", "https://evil.example", "https://app.example.evil.example",
                                     "http://app.example", "https://app.example:8443"}) {
        const name_values as{{"Origin", origin}, {"X-CSRF-Token", csrf}};
        for (const auto& r : {b.ask("GET", "/v1/sessions", as), b.ask("POST", "/v1/sessions/refresh", as),
                              b.ask("OPTIONS", "/v1/sessions",
                                    {{"Origin", origin},
                                     {"Access-Control-Request-Method", "POST"},
                                     {"Access-Control-Request-Headers", "x-csrf-token"}})})
            for (const auto& [name, value] : r.headers) {
                BOOST_TEST(name != "Access-Control-Allow-Origin", origin);
                BOOST_TEST(name != "Access-Control-Allow-Credentials", origin);
            }
        BOOST_TEST(code_in(b.ask("POST", "/v1/sessions/refresh", as)) == "cross_origin_request", origin);
    }
    const auto refreshed = b.ask("POST", "/v1/sessions/refresh", {{"Origin", app}, {"X-CSRF-Token", csrf}});
    BOOST_TEST(refreshed.status == 200);
    BOOST_TEST(refreshed.header("Access-Control-Allow-Origin") == app);
    BOOST_TEST(refreshed.header("Access-Control-Allow-Credentials") == "true");
    const auto allowed =
        b.ask("OPTIONS", "/v1/sessions/refresh", {{"Origin", app}, {"Access-Control-Request-Method", "POST"}});
    BOOST_TEST(contains(allowed.header("Access-Control-Allow-Headers"), "X-CSRF-Token"));

    const auto ended = run_program({watchword_binary(), "serve", "--database", "sqlite:" + *this / "x.db", "--listen",
                                    "127.0.0.1:0", "--set", "cors.origins=null", "--set", "cors.credentials=true"});
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(contains(ended.errors, "'null' is anybody's"));
}

BOOST_FIXTURE_TEST_CASE(once_signing_out_was_answered_no_connection_accepts_the_cookie, temporary_directory)
{
    server_process server(path(), with_cookies());
    browser b(server.address());
    b.sign_up("ann@b.test");
    std::vector<std::unique_ptr<http_client>> all;
    for (int i = 0; i < 8; ++i) all.push_back(std::make_unique<http_client>(server.address()));
    const int rounds = is_sanitized ? 25 : 100;
    for (int round = 0; round < rounds; ++round) {
        BOOST_REQUIRE(b.sign_in("ann@b.test").status == 201);
        const auto jar = b.jar;
        for (int i = 0; i < 2; ++i) BOOST_REQUIRE(count_answers(all, jar, 200) == all.size()); // now all know it
        const std::string way = round % 3 == 0 ? "all" : "current";
        if (round % 3 == 2) { // or signing in anew
            BOOST_REQUIRE(b.sign_in("ann@b.test").status == 201);
        } else {
            BOOST_REQUIRE(b.change("DELETE", "/v1/sessions/" + way).status == 204);
        }
        BOOST_REQUIRE_MESSAGE(count_answers(all, jar, 401) == all.size(), "round " << round);
    }
}

BOOST_FIXTURE_TEST_CASE(they_are_off_by_default, running_server)
{
    client.form_post("/signup", registration("ann@b.test"));
    const auto r =
        client.json_post("/v1/sessions", R"({"email":"ann@b.test","password":")" + password + R"(","cookies":true})");
    BOOST_TEST(r.status == 403);
    BOOST_TEST(code_in(r) == "cookies_disabled");
    BOOST_TEST(r.header("Set-Cookie") == "");
}

BOOST_AUTO_TEST_SUITE_END()
