// Tokens where they do not belong, and what is no token.
#include "core/text.hpp"
#include "sessions_fixture.hpp"
#include "support/resources.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <string>

namespace {

using namespace watchword::test;
using std::chrono::milliseconds;

struct with_tokens : running_server {
    signed_in in;
    std::string tutorial_token;

    with_tokens()
    {
        BOOST_REQUIRE(client.form_post("/signup", registration("ann@b.test")).status == 201);
        in = sign_in(client, "ann@b.test");
        tutorial_token = token_of(client.form_post("/login", credentials("ann@b.test")));
    }
    // On a connection of its own, which the server may close: the request may be too large to be read. 0: no answer.
    int status_of(const std::string& bytes) const
    {
        http_client own(server.address());
        try {
            own.send(bytes);
        } catch (const std::runtime_error&) { // refused before all of it was sent
        }
        try {
            return own.read_response().status;
        } catch (const std::runtime_error&) {
            return 0;
        }
    }
};

std::string request_with(const std::string& token)
{
    return request_bytes("GET", "/v1/sessions", {{"Host", "x"}, {"Authorization", "Bearer " + token}});
}

std::string refresh_with(const std::string& token)
{
    return request_bytes("POST", "/v1/sessions/refresh", {{"Host", "x"}, {"Content-Type", "application/json"}},
                         "{\"refresh_token\":\"" + token + "\"}");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(token_kinds, with_tokens)

// S11
BOOST_AUTO_TEST_CASE(no_token_passes_for_one_of_another_kind)
{
    BOOST_TEST(check(client, in.access) == 200);
    BOOST_TEST(client.get("/user", tutorial_token).status == 200);
    for (const auto& token : {in.refresh, tutorial_token, in.refresh.substr(3)})
        BOOST_TEST(check(client, token) == 401);
    for (const auto& token : {in.refresh, in.access}) BOOST_TEST(client.get("/user", token).status == 401);
    for (const auto& token : {in.access, tutorial_token, "wr_" + in.access})
        BOOST_TEST(try_refresh(client, token).status == 401);
    BOOST_TEST(check(client, in.access) == 200);
    BOOST_TEST(try_refresh(client, in.refresh).status == 200);
}

// S14
BOOST_AUTO_TEST_CASE(what_is_too_large_for_a_token_costs_little)
{
    const std::size_t fits = 15'000; // in a header
    const std::string million(1'000'000, 'a'), dots(100'000, '.'), short_dots(fits, '.'), letters(fits, 'e');
    const std::string head = in.access.substr(0, in.access.find('.'));
    const std::array too_large{request_with(million), request_with(dots), refresh_with(million)};
    const std::array refused{request_with(short_dots),
                             request_with(letters),
                             request_with(head + short_dots.substr(head.size())),
                             request_with(head + "." + letters.substr(head.size()) + "." + letters.substr(fits - 86)),
                             refresh_with(letters),
                             refresh_with("wr_" + letters)};
    const auto memory_before = peak_resident_bytes(server.child().id());
    const auto cost_of = [&](const std::function<void()>& ask) {
        constexpr int times = 40;
        const auto before = cpu_time(server.child().id());
        for (int i = 0; i < times; ++i) ask();
        return (cpu_time(server.child().id()) - before) / times;
    };
    for (const auto& bytes : too_large) {
        const auto cost = cost_of([&] {
            const auto status = status_of(bytes);
            BOOST_TEST((status == 431 || status == 413 || status == 401 || status == 0), status);
        });
        BOOST_TEST((is_sanitized || cost < milliseconds(5)));
    }
    for (const auto& bytes : refused) {
        const auto cost = cost_of([&] {
            const auto status = status_of(bytes);
            BOOST_TEST((status == 400 || status == 401 || status == 413 || status == 422 || status == 431), status);
        });
        BOOST_TEST((is_sanitized || cost < milliseconds(5)));
    }
    if (!is_sanitized) BOOST_TEST(peak_resident_bytes(server.child().id()) < memory_before + 8'000'000);
    BOOST_TEST(check(client, in.access) == 200);
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// S19
BOOST_AUTO_TEST_CASE(published_keys_have_no_private_members_whatever_their_algorithm)
{
    for (const auto* const algorithm : {"es256", "eddsa", "rs256", "ps256"}) {
        const temporary_directory directory;
        server_process server(directory.path(), {"--set", "tokens.algorithm=" + std::string(algorithm)});
        http_client client(server.address());
        const auto keys = boost::json::parse(client.get("/.well-known/jwks.json").body).at("keys").as_array();
        BOOST_REQUIRE(keys.size() == 1u);
        const std::string allowed = " kty alg use kid crv x y n e ";
        for (const auto& each : keys.at(0).as_object()) {
            const std::string name(each.key().data(), each.key().size());
            BOOST_TEST(contains(allowed, " " + name + " "), name);
        }
        BOOST_TEST(server.stop() == 0);
    }
}
