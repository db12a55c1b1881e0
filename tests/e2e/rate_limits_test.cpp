// S29, S32: how many attempts the running server lets through, whoever the client says it is.
#include "e2e_fixture.hpp"
#include "support/response_text.hpp"
#include "support/swarm.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

namespace {

using namespace watchword::test;

const std::string form = "application/x-www-form-urlencoded";

// Each setting is "NAME=VALUE". A day's limits: nothing comes back while a test runs.
std::vector<std::string> settings(std::vector<std::string> all)
{
    all.insert(all.end(), {"limits.total_sign_ins=none", "limits.total_sign_ups=none", "passwords.memory_kib=64"});
    std::vector<std::string> arguments;
    for (auto& each : all) arguments.insert(arguments.end(), {"--set", std::move(each)});
    return arguments;
}

struct limited_server {
    temporary_directory directory;
    server_process server;
    http_client client{server.address()};
    std::size_t attempts = 0;

    explicit limited_server(const std::vector<std::string>& all) : server(directory.path(), settings(all)) {}

    // With a wrong password, each time to another account.
    int log_in(const name_values& more = {})
    {
        const auto email = std::to_string(attempts++) + "@x";
        name_values headers{{"Content-Type", form}};
        headers.insert(headers.end(), more.begin(), more.end());
        return client.exchange("POST", "/login", headers, encode_form(credentials(email, "wrong"))).status;
    }
};

std::string guess(const std::string& email)
{
    const name_values headers{{"Host", "x"}, {"Content-Type", form}};
    return request_bytes("POST", "/login", headers, encode_form(credentials(email, "wrong")));
}

// The statuses of `each` answers on each of so many connections at once; no two guesses are at one account.
std::map<int, std::size_t> storm(const std::string& address, std::size_t connections, std::size_t each)
{
    swarm crowd(address);
    for (std::size_t i = 0; i < connections; ++i) {
        const auto peer = crowd.open();
        for (std::size_t k = 0; k < each; ++k) crowd.send(peer, guess(std::to_string(k * connections + i) + "@x"));
    }
    std::map<int, std::size_t> statuses;
    std::size_t answered = 0;
    const auto all_answered = [&] {
        for (std::size_t i = 0; i < crowd.size(); ++i)
            while (const auto response = take_response(crowd.at(i).received, false)) {
                ++statuses[response->status];
                ++answered;
            }
        return answered == connections * each;
    };
    BOOST_TEST(crowd.run_until(all_answered, at_most(std::chrono::seconds(60))), answered);
    return statuses;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rate_limits)

BOOST_AUTO_TEST_CASE(a_thousand_wrong_passwords_on_200_connections_are_judged_as_often_as_the_limit_says)
{
    limited_server s(
        {"limits.address_failures=100/1d", "limits.address_sign_ins=none", "limits.address_sign_ups=none"});
    for (int i = 0; i < 200; ++i) // whom each connection's first guess is at
        BOOST_TEST(s.client.form_post("/signup", registration(std::to_string(i) + "@x")).status == 201);
    auto statuses = storm(s.server.address(), 200, 5);
    BOOST_TEST(statuses[401] + statuses[403] == 100u); // no such account, wrong password
    BOOST_TEST(statuses[403] > 0u);
    BOOST_TEST(statuses[429] == 900u);
    // Not even the right one is looked at: it would tell the attacker that it is.
    BOOST_TEST(s.client.form_post("/login", credentials("0@x")).status == 429);
    BOOST_TEST(s.client.get("/health/live").status == 200);
    BOOST_TEST(contains(s.server.log(), "attempts are refused"), s.server.log());
    BOOST_TEST(contains(s.server.log(), "127.0.0.1"), s.server.log());
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_refused_attempt_leaves_its_connection_in_order)
{
    limited_server s({"limits.address_sign_ins=2/1d"});
    for (const int status : {401, 401, 429}) BOOST_TEST(s.log_in() == status);
    const auto refused = s.client.multipart_post("/login", credentials("a@x"));
    BOOST_TEST(refused.status == 429);
    const auto wait = std::stoul(refused.header("Retry-After")); // half a day, less what the test took
    BOOST_TEST(wait <= 43'200u);
    BOOST_TEST(wait > 43'200u - 600u);
    BOOST_TEST(refused.header("RateLimit-Policy") == "\"address_sign_ins\";q=2;w=86400");
    BOOST_TEST(refused.header("RateLimit") == "\"address_sign_ins\";r=0;t=" + std::to_string(wait));
    BOOST_TEST(refused.header("Content-Type") == "application/problem+json");
    BOOST_TEST(refused.header("Cache-Control") == "no-store");
    BOOST_TEST(refused.header("Connection") == "");
    // Chunks, then another request at once.
    s.client.send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: " + form +
                  "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nemail\r\n0\r\n\r\n" +
                  request_bytes("GET", "/health/live", {{"Host", "x"}}));
    BOOST_TEST(s.client.read_response().status == 429);
    BOOST_TEST(s.client.read_response().status == 200);
    BOOST_TEST(s.client.form_post("/signup", registration("a@x")).status == 201);
}

BOOST_AUTO_TEST_CASE(who_a_client_says_it_is_does_not_count)
{
    limited_server s({"limits.address_sign_ins=3/1d"});
    for (int i = 0; i < 8; ++i) {
        const auto other = "198.51.100." + std::to_string(i);
        const name_values spoofed{{"X-Forwarded-For", other}, {"Forwarded", "for=" + other}, {"X-Real-IP", other},
                                  {"X-Client-IP", other},     {"CF-Connecting-IP", other},   {"True-Client-IP", other},
                                  {"X-Originating-IP", other}};
        BOOST_TEST(s.log_in(spoofed) == (i < 3 ? 401 : 429));
    }
}

BOOST_AUTO_TEST_CASE(behind_a_trusted_proxy_each_client_has_its_limit_and_what_it_sent_does_not_count)
{
    limited_server s({"limits.address_sign_ins=3/1d", "server.trusted_proxies=127.0.0.1"});
    for (int i = 0; i < 8; ++i) {
        // The proxy writes what it saw behind what the client sent.
        const auto spoofed = "203.0.113." + std::to_string(i) + ", 198.51.100.7";
        BOOST_TEST(s.log_in({{"X-Forwarded-For", spoofed}}) == (i < 3 ? 401 : 429));
    }
    for (int i = 0; i < 8; ++i) {
        const auto own = "203.0.113." + std::to_string(i);
        BOOST_TEST(s.log_in({{"X-Forwarded-For", own}}) == 401);
    }
    // Of IPv6, one network of 64 bits is one client.
    for (int i = 0; i < 8; ++i) {
        const auto own = "2001:db8:1:2::" + std::to_string(i);
        BOOST_TEST(s.log_in({{"X-Forwarded-For", own}}) == (i < 3 ? 401 : 429));
    }
}

BOOST_AUTO_TEST_CASE(loopback_is_limited_unless_limits_are_off_or_exempt_it)
{
    const std::string limit = "limits.address_sign_ins=1/1d";
    const auto last_of_three = [](limited_server& s) {
        s.log_in();
        s.log_in();
        return s.log_in();
    };
    limited_server on({limit});
    BOOST_TEST(last_of_three(on) == 429);
    limited_server off({limit, "limits.enabled=false"});
    BOOST_TEST(last_of_three(off) == 401);
    BOOST_TEST(contains(off.server.log(), "clients have no limits"), off.server.log());
    limited_server exempt({limit, "limits.exempt_addresses=127.0.0.0/8"});
    BOOST_TEST(last_of_three(exempt) == 401);
}

BOOST_AUTO_TEST_CASE(sign_ups_and_all_clients_together_have_limits_too)
{
    const temporary_directory directory;
    server_process server(directory.path(),
                          {"--set", "limits.address_sign_ups=2/1d", "--set", "limits.total_sign_ins=2/1d", "--set",
                           "passwords.memory_kib=64", "--trusted-proxy", "127.0.0.1"});
    http_client client(server.address());
    for (int i = 0; i < 4; ++i)
        BOOST_TEST(client.form_post("/signup", registration(std::to_string(i) + "@x")).status == (i < 2 ? 201 : 429));
    for (int i = 0; i < 4; ++i) {
        const name_values headers{{"Content-Type", form}, {"X-Forwarded-For", "198.51.100." + std::to_string(i)}};
        const auto answer = client.exchange("POST", "/login", headers, encode_form(credentials("0@x")));
        BOOST_TEST(answer.status == (i < 2 ? 201 : 429));
        if (answer.status == 429) BOOST_TEST(answer.header("RateLimit").starts_with("\"total_sign_ins\";r=0;t="));
    }
}

BOOST_AUTO_TEST_SUITE_END()
