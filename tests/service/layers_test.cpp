// What the settings put around the routes, as the server wires it.
#include "server/layers.hpp"
#include "service_fixture.hpp"
#include "support/allocations.hpp"
#include "support/gunzip.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;
using http::method;

core::task<http::response> fail(http::request&)
{
    throw std::runtime_error("x");
    co_return http::response();
}

struct layered : test::service {
    server::layers around;

    explicit layered(const settings::settings& s = {}) : around(s, random)
    {
        around.add_to(routes);
        routes.add(method::get, "/fails", fail);
    }
    // Signs up so many users and returns a token.
    std::string with_users(int count)
    {
        for (int i = 0; i < count; ++i) sign_up("user" + std::to_string(i) + "@example.com");
        return log_in("user0@example.com");
    }
    http::response users(std::string_view token, std::vector<http::header_field> more)
    {
        more.push_back({"x-access-token", token});
        return ask(method::get, "/user", std::move(more));
    }
};

settings::settings with_origin()
{
    settings::settings s;
    s.cors.origins = {"https://app.example"};
    return s;
}

constexpr http::header_field gzip{"Accept-Encoding", "gzip, deflate, br"}, origin{"Origin", "https://app.example"};

// Of the last request of several, all on one I/O thread.
core::task<std::size_t> allocations_of(const http::router& routes, http::request& q, int requests)
{
    std::size_t last = 0;
    for (int i = 0; i < requests; ++i) {
        const auto before = test::allocations();
        const auto r = co_await routes.answer(q);
        last = test::allocations() - before;
        if (r.status() != http::status::ok) throw std::logic_error("the request was not answered");
    }
    co_return last;
}

// Heap allocations for a GET /user: the first on a new I/O thread gets the coroutines' frames, which later ones reuse.
struct cost {
    std::size_t first, later;
};
cost cost_of(test::service& s, std::vector<http::header_field> more)
{
    s.sign_up("a@x");
    const auto token = s.log_in("a@x");
    http::request q;
    q.path = "/user";
    q.headers = {{"Host", "x"}, {"User-Agent", "x"}, {"x-access-token", token}};
    q.headers.insert(q.headers.end(), more.begin(), more.end());
    test::run_task(allocations_of(s.routes, q, 1)); // now the token and the list are known
    return {test::run_task(allocations_of(s.routes, q, 1)), test::run_task(allocations_of(s.routes, q, 50))};
}

} // namespace

BOOST_AUTO_TEST_SUITE(layers)

BOOST_FIXTURE_TEST_CASE(a_long_list_is_compressed_for_who_asks, layered)
{
    const auto token = with_users(30);
    const auto plain = users(token, {});
    const auto packed = users(token, {gzip});
    BOOST_TEST(plain.body().size() > 1400u);
    BOOST_TEST(!plain.has("Content-Encoding"));
    BOOST_TEST(plain.header("Vary") == "Accept-Encoding");
    BOOST_TEST(packed.header("Content-Encoding") == "gzip");
    BOOST_TEST(packed.header("Vary") == "Accept-Encoding");
    BOOST_TEST(packed.header("Cache-Control") == "no-store");
    BOOST_TEST((test::gunzip(packed.body()) == plain.body()));
    BOOST_TEST(packed.body().size() < plain.body().size() / 2);
}

BOOST_FIXTURE_TEST_CASE(a_compressed_list_is_as_new_as_any, layered)
{
    const auto token = with_users(30);
    for (int i = 0; i < 5; ++i) {
        const auto email = "later" + std::to_string(i) + "@example.com";
        sign_up(email);
        BOOST_TEST(test::gunzip(users(token, {gzip}).body()).find(email) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_list_too_long_to_keep_streams_compressed)
{
    layered s;
    const auto token = s.with_users(1);
    const auto insert = [](store::session& session) -> core::result<void> {
        for (int i = 0; i < 5500; ++i) {
            const store::new_user u{"id" + std::to_string(i), "Name", "many" + std::to_string(i) + "@example.com", "x"};
            if (const auto added = store::add_user(session, u); !added) return added.error();
        }
        return {};
    };
    BOOST_REQUIRE(test::run_task(s.database.write(insert)).has_value());
    const auto read = [](http::response r) {
        std::string all;
        for (;;) {
            const auto piece = test::run_task(r.stream()());
            if (!piece || piece->empty()) return all;
            all += *piece;
        }
    };
    auto packed = s.users(token, {gzip});
    BOOST_TEST(packed.header("Content-Encoding") == "gzip");
    const auto plain = read(s.users(token, {}));
    BOOST_TEST(boost::json::parse(plain).at("users").as_array().size() == 5501u);
    BOOST_TEST((test::gunzip(read(std::move(packed))) == plain));
}

BOOST_AUTO_TEST_CASE(compression_can_be_switched_off)
{
    settings::settings s;
    s.http.compression = false;
    layered without(s);
    const auto r = without.users(without.with_users(30), {gzip});
    BOOST_TEST(r.body().starts_with("{\"users\":["));
    BOOST_TEST(!r.has("Vary"));

    s.http.compression = true;
    s.http.compression_bytes = 100'000;
    layered longer(s);
    BOOST_TEST(longer.users(longer.with_users(30), {gzip}).body().starts_with("{\"users\":["));
}

BOOST_FIXTURE_TEST_CASE(without_origins_there_is_no_cors, layered)
{
    const auto r = ask(method::options, "/user", {origin, {"Access-Control-Request-Method", "GET"}});
    BOOST_TEST(r.lines() == "Allow: GET, HEAD, OPTIONS\r\n");
    BOOST_TEST(users("x", {origin}).lines() == "");
}

BOOST_AUTO_TEST_CASE(a_page_of_a_listed_origin_can_sign_in_and_read)
{
    layered s(with_origin());
    const auto token = s.with_users(2);
    const auto allowed =
        s.ask(method::options, "/user",
              {origin, {"Access-Control-Request-Method", "GET"}, {"Access-Control-Request-Headers", "x-access-token"}});
    BOOST_TEST(static_cast<int>(allowed.status()) == 204);
    BOOST_TEST(allowed.header("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS");
    BOOST_TEST(allowed.header("Access-Control-Allow-Headers") ==
               "Authorization, Content-Type, X-Access-Token, X-CSRF-Token, X-Request-Id, Idempotency-Key, If-Match, "
               "If-None-Match, Prefer");
    BOOST_TEST(allowed.header("Access-Control-Max-Age") == "600");
    for (const auto& r :
         {s.users(token, {origin}), s.users("wrong", {origin}), s.ask(method::get, "/nowhere", {origin}),
          s.ask(method::get, "/fails", {origin}), s.ask(method::post, "/login", {origin})})
        BOOST_TEST(r.header("Access-Control-Allow-Origin") == "https://app.example", static_cast<int>(r.status()));
    BOOST_TEST(!s.users(token, {{"Origin", "https://evil.example"}}).has("Access-Control-Allow-Origin"));
    BOOST_TEST(s.users(token, {}).header("Vary") == "Origin");
}

BOOST_AUTO_TEST_CASE(credentials_for_everybody_are_refused_at_start)
{
    settings::settings s;
    s.cors.origins = {"*"};
    s.cors.credentials = true;
    BOOST_CHECK_THROW(layered{s}, std::invalid_argument);
}

BOOST_FIXTURE_TEST_CASE(a_request_can_be_followed_by_its_id, layered)
{
    BOOST_TEST(ask(method::get, "/health/live", {{"X-Request-Id", "abc"}}).header("X-Request-Id") == "abc");
    BOOST_TEST(users("wrong", {{"X-Request-Id", "abc"}}).header("X-Request-Id") == "abc");
    BOOST_TEST(!ask(method::get, "/health/live").has("X-Request-Id"));
    const auto failed = ask(method::get, "/fails");
    const auto id = failed.header("X-Request-Id");
    BOOST_TEST(id.size() == 32u);
    BOOST_TEST(failed.body().find("\"request_id\":\"" + std::string(id) + "\"") != std::string_view::npos);

    settings::settings s;
    s.log.access = true;
    layered logging(s);
    BOOST_TEST(logging.ask(method::get, "/health/live").header("X-Request-Id").size() == 32u);
}

BOOST_AUTO_TEST_CASE(a_token_check_pays_nothing_for_the_layers)
{
    test::service bare;
    const auto before = cost_of(bare, {});
    BOOST_TEST(before.first > 0u);
    BOOST_TEST(before.later == 0u);

    layered usual;
    const auto with = cost_of(usual, {});
    BOOST_TEST(with.first == before.first);
    BOOST_TEST(with.later == 0u);

    const auto asked_for_gzip = cost_of(usual, {gzip});
    BOOST_TEST(asked_for_gzip.first == before.first + 1); // one frame more
    BOOST_TEST(asked_for_gzip.later == 0u);

    layered shared(with_origin());
    BOOST_TEST(cost_of(shared, {}).first == before.first); // nor for CORS, switched on
}

BOOST_AUTO_TEST_SUITE_END()
