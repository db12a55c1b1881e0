// S74 of the checklist: the log holds no password and no token, whatever goes wrong. That a log of ordinary traffic
// holds none is tested in lifecycle_test.cpp.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <stdexcept>

namespace {

using namespace watchword::test;

} // namespace

BOOST_AUTO_TEST_SUITE(statements_log)

// What goes wrong is where things are logged that should not be.
BOOST_AUTO_TEST_CASE(s74_failures_log_no_password_and_no_token_in_any_spelling)
{
    const temporary_directory directory;
    server_process server(directory.path(), {"--access-log", "--log-level", "trace", "--set", "passwords.queue=1",
                                             "--set", "passwords.threads=1", "--set", "passwords.passes=10", "--set",
                                             "passwords.timeout=50ms", "--set", "http.body_timeout=300ms"});
    http_client client(server.address());
    const std::string canary = "cAnArY+%\"\\ü-in-the-mine";
    client.form_post("/signup", registration("a@b.test", canary));
    const auto token = token_of(client.form_post("/login", credentials("a@b.test", canary)));

    // Queues that are full.
    const auto login = request_bytes("POST", "/login", {{"Host", "x"}, {"Content-Type", "application/json"}},
                                     R"({"email":"a@b.test","password":"cAnArY+%\"\\\u00fc-in-the-mine"})");
    std::vector<std::unique_ptr<http_client>> crowd;
    for (int i = 0; i < 16; ++i) {
        crowd.push_back(std::make_unique<http_client>(server.address()));
        crowd.back()->send(login);
    }
    std::multiset<int> statuses;
    for (auto& each : crowd) statuses.insert(each->read_response().status);
    BOOST_TEST(statuses.count(503) > 0u);

    // Requests that break off, are too large, too slow, malformed or in the wrong place.
    const auto give = [&](const std::string& bytes, bool finish) {
        http_client own(server.address());
        own.send(bytes);
        if (finish) own.finish_sending();
        try {
            own.read_response();
        } catch (const std::runtime_error&) { // no answer is an answer here
        }
    };
    const auto header = [](const std::string& fields) {
        return "POST /login HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
    };
    give(header("Content-Length: 1000\r\n") + "password=" + canary, true);
    give(header("Content-Length: 1000\r\n") + "password=" + canary, false);
    give(header("Content-Length: 2000000\r\n") + "password=" + canary, true);
    give(header("Transfer-Encoding: chunked\r\n") + canary + "\r\n", true);
    give(header("Content-Type: multipart/form-data; boundary=" + token + "\r\nContent-Length: 4\r\n") + "junk", true);
    give(header("Authorization: Basic " + token + "\r\nx-access-token: " + token + "\r\nx-access-token: 2\r\n"), true);
    give(header("Authorization " + token + "\r\n"), true);
    give("GET /user HTTP/1.1\r\nHost: " + token + "@x\r\n\r\n", true);
    give("GET /user HTTP/1.1\r\nx-access-token: " + token + "\r\nHost: x\r\nX: " + std::string(20'000, 'x'), true);
    give(token + " " + canary + "\r\n\r\n", true);
    for (const char* type : {"application/json", "multipart/form-data; boundary=x", "text/plain"})
        client.exchange("POST", "/login", {{"Content-Type", type}}, "{\"password\":\"" + canary);
    client.exchange("GET", "/user", {{"Authorization", "Bearer " + token.substr(0, token.size() - 3)}});
    client.form_post("/login", {{"email", canary}, {"password", canary}});
    client.form_post("/signup", {{"email", "b@b.test"}, {"password", canary + std::string(5000, 'x')}});
    BOOST_TEST(server.stop() == 0);

    const auto log = server.log();
    BOOST_TEST(contains(log, "/login"));
    for (const std::string part : {"cAnArY", "in-the-mine", "$argon2id$"}) BOOST_TEST(!contains(log, part), log);
    for (std::size_t at = 0, dot = 0; at != std::string::npos; at = dot == std::string::npos ? dot : dot + 1) {
        dot = token.find('.', at);
        BOOST_TEST(!contains(log, token.substr(at, dot - at)), log); // none of its three parts
    }
    BOOST_TEST(!contains(log, read_file(directory / "watchword.db.secret").substr(0, 20)));
}

BOOST_AUTO_TEST_SUITE_END()
