// What a client may ask of the running server, and what it gets when it asks for more.
#include "e2e_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <memory>

namespace {

using namespace watchword::test;

const name_values host{{"Host", "x"}};
const name_values form_type{{"Host", "x"}, {"Content-Type", "application/x-www-form-urlencoded"}};

// A server with a setting of the test's own, on an empty database.
struct limited_server {
    temporary_directory directory;
    server_process server;
    http_client client{server.address()};

    explicit limited_server(const std::string& setting) : server(directory.path(), {"--set", setting}) {}
};

void check_refused(http_client& client, int status)
{
    const auto response = client.read_response();
    BOOST_TEST(response.status == status);
    BOOST_TEST(response.header("Connection") == "close");
    BOOST_TEST(response.header("Content-Type") == "application/problem+json");
    BOOST_TEST(client.is_closed());
}

} // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_FIXTURE_TEST_CASE(a_body_over_a_mebibyte_is_answered_413_and_the_client_can_read_it, running_server)
{
    constexpr std::size_t mebibyte = 1024 * 1024;
    BOOST_TEST(client.form_post("/login", {{"email", std::string(mebibyte - 6, 'x')}}).status == 401);
    BOOST_TEST(client.form_post("/login", {{"email", std::string(mebibyte - 5, 'x')}}).status == 413);
    BOOST_TEST(client.is_closed());

    http_client announcing(server.address());
    announcing.send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
    check_refused(announcing, 413);

    // A client that writes everything before it reads.
    http_client eager(server.address());
    eager.send(request_bytes("POST", "/login", form_type, std::string(8 * mebibyte, 'x')));
    check_refused(eager, 413);

    http_client chunked(server.address());
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    chunked.send("POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 17; ++i) chunked.send(chunk);
    check_refused(chunked, 413);
    BOOST_TEST(http_client(server.address()).get("/health/live").status == 200);
}

BOOST_FIXTURE_TEST_CASE(header_fields_that_are_too_long_or_too_many_are_answered_431, running_server)
{
    client.send(request_bytes("GET", "/user", {{"Host", "x"}, {"x-access-token", std::string(16 * 1024, 'x')}}));
    check_refused(client, 431);

    name_values many = host;
    while (many.size() < 101) many.emplace_back("x-" + std::to_string(many.size()), "y");
    http_client other(server.address());
    other.send(request_bytes("GET", "/health/live", many));
    check_refused(other, 431);
    many.pop_back();
    http_client fitting(server.address());
    fitting.send(request_bytes("GET", "/health/live", many));
    BOOST_TEST(fitting.read_response().status == 200);
}

BOOST_FIXTURE_TEST_CASE(a_target_that_is_too_long_is_answered_414, running_server)
{
    const std::string live = "/health/live?";
    client.send(request_bytes("GET", live + std::string(8000 - live.size(), 'x'), host));
    BOOST_TEST(client.read_response().status == 200);
    client.send(request_bytes("GET", live + std::string(8001 - live.size(), 'x'), host));
    check_refused(client, 414);
}

BOOST_AUTO_TEST_CASE(a_header_that_does_not_end_in_time_is_answered_408)
{
    limited_server s("http.header_timeout=300ms");
    s.client.send("GET /health/live HTTP/1.1\r\nHost: x\r\n");
    check_refused(s.client, 408);
    // Between requests the limit does not count, within one it counts from its first byte.
    http_client later(s.server.address());
    BOOST_TEST(later.get("/health/live").status == 200);
    later.send("GET /health/live HTTP/1.1\r\n");
    check_refused(later, 408);
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_end_in_time_is_answered_408)
{
    limited_server s("http.body_timeout=300ms");
    s.client.send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    check_refused(s.client, 408);
    http_client chunked(s.server.address());
    chunked.send("POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    check_refused(chunked, 408);
}

BOOST_AUTO_TEST_CASE(a_connection_that_rests_too_long_is_closed_without_a_word)
{
    limited_server s("http.idle_timeout=300ms");
    BOOST_TEST(s.client.get("/health/live").status == 200);
    BOOST_TEST(s.client.is_closed());
    BOOST_TEST(http_client(s.server.address()).is_closed()); // it never asked for anything
}

BOOST_AUTO_TEST_CASE(a_connection_too_many_is_answered_503_until_another_one_ends)
{
    limited_server s("http.connections=2");
    BOOST_TEST(s.client.get("/health/live").status == 200);
    auto second = std::make_unique<http_client>(s.server.address());
    BOOST_TEST(second->get("/health/live").status == 200);

    http_client third(s.server.address());
    const auto refused = third.read_response();
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.header("Retry-After") == "1");
    BOOST_TEST(third.is_closed());
    BOOST_TEST(s.client.get("/health/live").status == 200);

    second.reset();
    BOOST_TEST(comes_true([&] {
        http_client next(s.server.address());
        next.send(request_bytes("GET", "/health/live", host));
        return next.read_response().status == 200;
    }));
}

BOOST_AUTO_TEST_CASE(a_form_with_too_many_fields_is_answered_413)
{
    limited_server s("http.form_fields=2");
    name_values fields = credentials("a@b.test");
    BOOST_TEST(s.client.form_post("/login", fields).status == 401);
    BOOST_TEST(s.client.multipart_post("/login", fields).status == 401);
    fields.emplace_back("more", "x");
    BOOST_TEST(s.client.form_post("/login", fields).status == 413);
    BOOST_TEST(s.client.multipart_post("/login", fields).status == 413);
}

BOOST_AUTO_TEST_CASE(json_that_is_nested_too_deep_is_not_read)
{
    const std::string nested = R"({"name":"n","email":"a@b.test","password":"pw","more":[[1]]})";
    limited_server s("http.json_depth=2");
    BOOST_TEST(s.client.json_post("/signup", nested).status == 400);
    limited_server deeper("http.json_depth=3");
    BOOST_TEST(deeper.client.json_post("/signup", nested).status == 201);
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long_is_answered_503)
{
    const temporary_directory directory;
    server_process server(directory.path(), {"--set", "http.handler_timeout=100ms", "--set", "passwords.passes=50",
                                             "--set", "passwords.threads=1"});
    std::vector<std::unique_ptr<http_client>> clients; // whose hashes wait for each other's
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<http_client>(server.address()));
        const auto form = encode_form(registration(std::to_string(i) + "@b.test"));
        clients.back()->send(request_bytes("POST", "/signup", form_type, form));
    }
    std::size_t refused = 0;
    for (auto& client : clients) {
        const auto answer = client->read_response();
        if (answer.status == 201) continue;
        ++refused;
        BOOST_TEST(answer.status == 503);
        BOOST_TEST(answer.header("Retry-After") == "1");
        BOOST_TEST(contains(answer.body, "handler_timeout"), answer.body);
        BOOST_TEST(client->is_closed());
    }
    BOOST_TEST(refused > 0u);
    BOOST_TEST(http_client(server.address()).get("/health/live").status == 200);
    BOOST_TEST(server.stop() == 0); // when the hashes are done
}

BOOST_AUTO_TEST_CASE(a_body_that_trickles_is_answered_408)
{
    limited_server s("http.body_rate=1MiB");
    s.client.send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    std::string byte = "x";
    BOOST_TEST(comes_true([&] { // a byte now and then, for longer than the grace of 5 s
        try {
            s.client.send(byte);
            return false;
        } catch (const std::runtime_error&) {
            return true;
        }
    }));
}

BOOST_AUTO_TEST_CASE(a_connection_too_many_of_one_address_is_answered_429)
{
    const temporary_directory directory;
    process child({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database",
                   "sqlite:" + (directory / "w.db"), "--set", "http.connections_per_address=2", "--set",
                   "http.uncounted_addresses="});
    const auto ready = child.await_error_line("\"message\":\"ready\"");
    BOOST_REQUIRE(ready.has_value());
    const std::string address(boost::json::parse(*ready).at("listen").as_string());
    http_client first(address), second(address);
    BOOST_TEST(first.get("/health/live").status == 200);
    BOOST_TEST(second.get("/health/live").status == 200);
    http_client third(address);
    check_refused(third, 429);
    BOOST_TEST(first.get("/health/live").status == 200);
    child.signal(SIGTERM);
    BOOST_TEST(child.wait() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_waits_for_100_continue_gets_it_before_it_sends, running_server)
{
    client.form_post("/signup", registration("a@b.test"));
    const auto body = encode_form(credentials("a@b.test"));
    auto headers = form_type;
    headers.emplace_back("Expect", "100-continue");
    const auto request = request_bytes("POST", "/login", headers, body);
    client.send(std::string_view(request).substr(0, request.size() - body.size()));
    BOOST_TEST(client.read_response().status == 100);
    client.send(body);
    token_of(client.read_response());

    // None if the body comes along, or if it would be refused.
    client.send(request);
    BOOST_TEST(client.read_response().status == 201);
    client.send("POST /login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n");
    check_refused(client, 413);
}

BOOST_AUTO_TEST_SUITE_END()
