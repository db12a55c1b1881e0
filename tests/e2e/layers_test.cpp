// Compression, CORS, request ids and security fields of the running server, in the bytes a client gets.
#include "e2e_fixture.hpp"
#include "support/gunzip.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

// With CORS and the access log, on an empty database.
struct layered_server {
    temporary_directory directory;
    server_process server{directory.path(), {"--set", "cors.origins=https://app.example", "--access-log"}};
    http_client client{server.address()};
};

std::size_t count(const http_response& r, const std::string& name)
{
    std::size_t n = 0;
    for (const auto& [key, value] : r.headers) n += key == name ? 1 : 0;
    return n;
}

std::string sign_up_many(http_client& client)
{
    for (int i = 0; i < 20; ++i) client.form_post("/signup", registration("u" + std::to_string(i) + "@example.com"));
    return token_of(client.form_post("/login", credentials("u0@example.com")));
}

} // namespace

BOOST_AUTO_TEST_SUITE(layers)

BOOST_FIXTURE_TEST_CASE(a_list_is_sent_compressed_and_head_tells_its_length, layered_server)
{
    const auto token = sign_up_many(client);
    const name_values fields{{"x-access-token", token}, {"Accept-Encoding", "gzip"}};
    const auto packed = client.exchange("GET", "/user", fields);
    BOOST_TEST(packed.header("Content-Encoding") == "gzip");
    BOOST_TEST(packed.header("Content-Length") == std::to_string(packed.body.size()));
    BOOST_TEST(gunzip(packed.body) == client.get("/user", token).body);

    client.send(request_bytes("HEAD", "/user", {{"Host", "x"}, fields[0], fields[1]}));
    const auto head = client.read_response(true);
    BOOST_TEST(head.header("Content-Encoding") == "gzip");
    BOOST_TEST(head.header("Content-Length") == packed.header("Content-Length"));
    BOOST_TEST(server.stop() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_page_elsewhere_is_allowed_by_its_origin, layered_server)
{
    client.send("OPTIONS /login HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n"
                "Access-Control-Request-Method: POST\r\n\r\n");
    const auto allowed = client.read_response();
    BOOST_TEST(allowed.status == 204);
    BOOST_TEST(allowed.header("Access-Control-Allow-Origin") == "https://app.example");
    BOOST_TEST(allowed.header("Access-Control-Allow-Methods") == "POST, OPTIONS");
    const auto refused = client.exchange("GET", "/user", {{"Origin", "https://app.example"}});
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.header("Access-Control-Allow-Origin") == "https://app.example");
    BOOST_TEST(count(refused, "Access-Control-Allow-Origin") == 1u);
}

BOOST_FIXTURE_TEST_CASE(ids_and_security_fields_are_sent_once, layered_server)
{
    const auto named = client.exchange("GET", "/health/live", {{"X-Request-Id", "abc"}});
    BOOST_TEST(named.header("X-Request-Id") == "abc");
    BOOST_TEST(count(named, "X-Request-Id") == 1u);
    BOOST_TEST(client.get("/health/live").header("X-Request-Id").size() == 32u);
    BOOST_TEST(count(named, "X-Content-Type-Options") == 1u);
    BOOST_TEST(count(named, "Content-Security-Policy") == 0u); // JSON needs none

    const auto page = client.form_post("/login", {});
    BOOST_TEST(page.header("Content-Type") == "text/html; charset=utf-8");
    BOOST_TEST(page.header("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'");
    BOOST_TEST(page.header("X-Frame-Options") == "DENY");
    BOOST_TEST(count(page, "Strict-Transport-Security") == 0u); // no TLS here
}

BOOST_AUTO_TEST_CASE(settings_that_contradict_each_other_stop_the_start)
{
    const temporary_directory directory;
    const auto ended =
        run_program({watchword_binary(), "serve", "--database", "sqlite:" + directory / "x.db", "--listen",
                     "127.0.0.1:0", "--set", "cors.origins=*", "--set", "cors.credentials=true"});
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(ended.errors.find("credentials need named origins") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
