// S71, S73 and S75 of the checklist: what every answer carries, which methods are known, and what is not there at all.
#include "e2e_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

namespace {

using namespace watchword::test;

struct answering_server : running_server {
    std::string token;

    answering_server()
    {
        client.form_post("/signup", registration("a@b.test"));
        token = token_of(client.form_post("/login", credentials("a@b.test")));
    }

    // One of each kind of answer there is, by what makes it.
    std::map<std::string, http_response> answers()
    {
        const auto form = [&](const char* target, const name_values& fields) {
            return client.form_post(target, fields);
        };
        std::map<std::string, http_response> all;
        all["signed up"] = form("/signup", registration("b@b.test"));
        all["signed up before"] = form("/signup", registration("b@b.test"));
        all["no address"] = form("/signup", {});
        all["logged in"] = form("/login", credentials("a@b.test"));
        all["wrong password"] = form("/login", credentials("a@b.test", "wrong"));
        all["unknown user"] = form("/login", credentials("nobody@b.test"));
        all["no login"] = form("/login", {});
        all["list"] = client.get("/user", token);
        all["no token"] = client.get("/user");
        all["bad token"] = client.get("/user", token + "x");
        all["alive"] = client.get("/health/live");
        all["nowhere"] = client.get("/nowhere");
        all["wrong method"] = client.exchange("DELETE", "/user");
        all["options"] = client.exchange("OPTIONS", "/user");
        all["too large"] = http_client(server.address()).form_post("/login", {{"email", std::string(2'000'000, 'x')}});
        all["no request"] = broken("hello\r\n\r\n");
        all["no host"] = broken("GET /user HTTP/1.1\r\n\r\n");
        all["too many fields"] = broken("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
        return all;
    }

    http_response broken(const std::string& bytes)
    {
        http_client own(server.address());
        own.send(bytes);
        return own.read_response();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(statements_answers, answering_server)

BOOST_AUTO_TEST_CASE(s71_every_answer_says_what_it_is_and_nothing_of_the_server)
{
    for (const auto& [what, answer] : answers()) {
        BOOST_TEST_CONTEXT(what << ": " << answer.status)
        {
            BOOST_TEST(!answer.header("Date").empty());
            BOOST_TEST(!contains(answer.header("Server"), "."), answer.header("Server")); // no version
            BOOST_TEST(answer.header("X-Powered-By").empty());
            const auto type = answer.header("Content-Type");
            if (!answer.body.empty()) {
                BOOST_TEST(answer.header("X-Content-Type-Options") == "nosniff");
                BOOST_TEST(!type.empty());
            }
            if (contains(type, "json")) {
                boost::json::error_code failed;
                boost::json::parse(answer.body, failed);
                BOOST_TEST(!failed, answer.body);
            }
            for (const char* part : {"SELECT", "sqlite", "soci", "Boost", "boost", "std::", ".cpp", "Traceback"})
                BOOST_TEST(!contains(answer.body, part), answer.body);
        }
    }
}

BOOST_AUTO_TEST_CASE(s71_answers_with_tokens_or_users_are_not_kept_by_anyone)
{
    auto all = answers();
    for (const char* what :
         {"logged in", "wrong password", "unknown user", "no login", "list", "no token", "bad token"})
        BOOST_TEST(contains(all[what].header("Cache-Control"), "no-store"), what);
    BOOST_TEST(all["logged in"].header("Content-Type") == "application/json");
    BOOST_TEST(all["list"].header("Content-Type") == "application/json");
    BOOST_TEST(all["no token"].header("Content-Type") == "application/json");
    BOOST_TEST(all["nowhere"].header("Content-Type") == "application/problem+json");
}

BOOST_AUTO_TEST_CASE(s73_methods_a_path_does_not_know_are_refused_and_those_it_knows_are_named)
{
    const std::map<std::string, std::string> allowed{{"/user", "GET, HEAD, OPTIONS"},
                                                     {"/login", "POST, OPTIONS"},
                                                     {"/signup", "POST, OPTIONS"},
                                                     {"/health/live", "GET, HEAD, OPTIONS"}};
    for (const auto& [path, methods] : allowed) {
        for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "Get", "post",
                                   "PROPFIND", "BREW", "M-SEARCH", "options", "X"}) {
            BOOST_TEST_CONTEXT(method << " " << path)
            {
                http_client own(server.address());
                const auto answer = own.exchange(method, path);
                const auto named = ", " + methods + ",";
                const bool known = contains(named, ", " + std::string(method) + ",");
                if (known) {
                    BOOST_TEST((answer.status == 200 || answer.status == 400 || answer.status == 401), answer.status);
                    continue;
                }
                BOOST_TEST((answer.status == 405 || answer.status == 501), answer.status);
                if (answer.status == 405) BOOST_TEST(answer.header("Allow") == methods);
                BOOST_TEST(!contains(answer.body, token)); // TRACE echoes nothing
            }
        }
        const auto options = client.exchange("OPTIONS", path);
        BOOST_TEST(options.status == 200);
        BOOST_TEST(options.header("Allow") == methods);
        BOOST_TEST(options.body.empty());
    }
}

BOOST_AUTO_TEST_CASE(s73_trace_and_connect_do_nothing)
{
    const auto trace = client.exchange("TRACE", "/user", {{"x-access-token", token}, {"Cookie", "canary"}});
    BOOST_TEST((trace.status == 405 || trace.status == 501), trace.status);
    BOOST_TEST(!contains(trace.body, "canary"));
    BOOST_TEST(!contains(trace.header("Content-Type"), "message/http"));
    const auto connect = broken("CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n");
    BOOST_TEST((connect.status >= 400 && connect.status < 600), connect.status);
    const auto upgrade = client.exchange("GET", "/health/live", {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}});
    BOOST_TEST(upgrade.status == 200); // RFC 9110 section 7.8: an upgrade may be ignored
    const auto everything = broken("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST((everything.status == 200 || everything.status == 204 || everything.status == 404), everything.status);
}

BOOST_AUTO_TEST_CASE(s73_head_has_no_body_whatever_the_answer)
{
    for (const char* path : {"/user", "/login", "/signup", "/health/live", "/nowhere"}) {
        client.send(request_bytes("HEAD", path, {{"Host", "x"}}));
        client.send(request_bytes("GET", "/health/live", {{"Host", "x"}}));
        BOOST_TEST(client.read_response(true).status != 0);
        BOOST_TEST(client.read_response().body == "{\"status\":\"live\"}\n", path); // nothing in between
    }
}

BOOST_AUTO_TEST_CASE(s75_there_is_nothing_to_administer_without_a_password)
{
    for (const char* path : {"/",
                             "/admin",
                             "/admin/",
                             "/v1/admin/users",
                             "/metrics",
                             "/health",
                             "/health/",
                             "/health/ready",
                             "/debug",
                             "/debug/pprof/",
                             "/status",
                             "/server-status",
                             "/.env",
                             "/.git/config",
                             "/config",
                             "/watchword.json",
                             "/watchword.db",
                             "/user/1",
                             "/users",
                             "/user/../admin",
                             "/%2e%2e/%2e%2e/etc/passwd",
                             "//admin",
                             "/actuator",
                             "/api",
                             "/swagger.json",
                             "/robots.txt",
                             "/.well-known/security.txt"}) {
        BOOST_TEST_CONTEXT(path)
        {
            http_client own(server.address());
            const auto answer = own.get(path);
            const bool is_health = std::string_view(path).starts_with("/health");
            BOOST_TEST((answer.status == 404 || answer.status == 401 || answer.status == 400 ||
                        (is_health && answer.status == 200)),
                       answer.status);
            BOOST_TEST(!contains(answer.body, "root:"));
            BOOST_TEST(!contains(answer.body, "a@b.test"));
        }
    }
    for (const auto* path :
         {"/console", "/console/users", "/account", "/openapi.json", "/docs"}) { // the same for everybody
        http_client own(server.address());
        const auto answer = own.get(path);
        BOOST_TEST(answer.status == 200, path);
        BOOST_TEST(!contains(answer.body, "a@b.test"), path);
    }
}

BOOST_AUTO_TEST_SUITE_END()
