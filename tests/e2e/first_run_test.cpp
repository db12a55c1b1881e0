// How the first administrator comes to be, and what requests under /v1 may carry.
#include "printed_token.hpp"
#include "sessions_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

const std::string root = "root@b.test", secret = "tulip-anchor-quartz-41";

http_response ask(http_client& c, const std::string& method, const std::string& target, const boost::json::object& body,
                  name_values headers = {})
{
    headers.emplace_back("Content-Type", "application/json");
    return c.exchange(method, target, headers, boost::json::serialize(body));
}

struct place {
    temporary_directory directory;

    std::string password_file(const std::string& text) const
    {
        const auto name = directory / "password";
        write_file(name, text + "\n");
        return name;
    }
    std::vector<std::string> with_admin(const std::string& file) const
    {
        return {"--set", "admin.email=" + root, "--set", "admin.password_file=" + file};
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(first_run)

BOOST_AUTO_TEST_CASE(the_printed_link_makes_one_administrator)
{
    const place on;
    std::string token;
    {
        server_process server(on.directory.path());
        http_client client(server.address());
        token = printed_token(server);
        BOOST_TEST(token.size() == 43u); // 256 bits
        BOOST_TEST(!contains(server.log(), token));
        BOOST_TEST(contains(client.get("/v1/setup").body, "true"));

        const boost::json::object wrong{{"token", token + "x"}, {"email", root}, {"password", secret}};
        BOOST_TEST(code_in(ask(client, "POST", "/v1/setup", wrong)) == "setup_token_invalid");
        const boost::json::object form{{"token", token}, {"email", root}, {"password", secret}};
        const auto made = ask(client, "POST", "/v1/setup", form);
        BOOST_TEST(made.status == 201, made.body);
        const boost::json::object other{{"token", token}, {"email", "other@b.test"}, {"password", secret}};
        BOOST_TEST(ask(client, "POST", "/v1/setup", other).status == 409);
        const auto in = read_grant(try_sign_in(client, root, secret));
        BOOST_TEST(client.exchange("GET", "/v1/admin/users", bearer(in.access)).status == 200);
        BOOST_TEST(contains(client.get("/v1/setup").body, "false"));
        BOOST_TEST(server.stop() == 0);
    }
    server_process again(on.directory.path());
    http_client client(again.address());
    BOOST_TEST(again.output() == "");
    const boost::json::object form{{"token", token}, {"email", "other@b.test"}, {"password", secret}};
    BOOST_TEST(code_in(ask(client, "POST", "/v1/setup", form)) == "setup_token_invalid");
}

BOOST_AUTO_TEST_CASE(containers_name_the_administrator_in_their_settings)
{
    const place on;
    for (int start = 0; start < 2; ++start) {
        server_process server(on.directory.path(), on.with_admin(on.password_file(secret)));
        http_client client(server.address());
        BOOST_TEST(server.output() == "");
        const auto in = read_grant(try_sign_in(client, root, secret));
        const auto listed = client.exchange("GET", "/v1/admin/users", bearer(in.access));
        BOOST_TEST(boost::json::parse(listed.body).at("users").as_array().size() == 1u, listed.body);
        BOOST_TEST(server.stop() == 0);
        BOOST_TEST(!contains(server.log(), secret));
    }
}

BOOST_AUTO_TEST_CASE(an_administrator_who_cannot_be_made_ends_the_start_with_the_reason)
{
    const place on;
    const auto start = [&on](std::vector<std::string> more) {
        std::vector<std::string> all{watchword_binary(), "serve",      "--listen",
                                     "127.0.0.1:0",      "--database", "sqlite:" + on.directory / "watchword.db"};
        all.insert(all.end(), more.begin(), more.end());
        const auto ended = run_program(all);
        BOOST_TEST(ended.exit_code == 1);
        BOOST_TEST(!contains(ended.errors, "ready"));
        return ended.errors;
    };
    BOOST_TEST(contains(start(on.with_admin("/nowhere")), "cannot read /nowhere"));
    BOOST_TEST(contains(start(on.with_admin(on.password_file("short"))), "the administrator cannot be made"));
    BOOST_TEST(contains(start({"--set", "admin.email=" + root}), "belong together"));
}

BOOST_AUTO_TEST_CASE(a_keyed_request_is_done_once_though_the_server_was_killed)
{
    const place on;
    const boost::json::object form{{"email", "ann@b.test"}, {"password", secret}};
    const auto admin = on.with_admin(on.password_file(secret));
    http_response first, entered;
    {
        server_process server(on.directory.path(), admin);
        http_client client(server.address());
        first = ask(client, "POST", "/v1/users", form, {{"Idempotency-Key", "sign-up-1"}});
        entered = ask(client, "POST", "/v1/sessions", form, {{"Idempotency-Key", "sign-in-1"}});
        BOOST_TEST(first.status == 201, first.body);
        BOOST_TEST(entered.status == 201, entered.body);
        server.kill();
    }
    server_process server(on.directory.path(), admin);
    http_client client(server.address());
    const auto again = ask(client, "POST", "/v1/users", form, {{"Idempotency-Key", "\"sign-up-1\""}});
    BOOST_TEST(again.status == 201);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(again.header("Idempotency-Replayed") == "true");
    const auto in = ask(client, "POST", "/v1/sessions", form, {{"Idempotency-Key", "sign-in-1"}});
    BOOST_TEST(in.body == entered.body);
    BOOST_TEST(in.header("Cache-Control") == "no-store");
    const auto listed = client.exchange("GET", "/v1/sessions", bearer(read_grant(in).access));
    BOOST_TEST(boost::json::parse(listed.body).at("sessions").as_array().size() == 1u, listed.body);
    const boost::json::object wrong{{"email", "ann@b.test"}, {"password", "another " + secret}};
    BOOST_TEST(code_in(ask(client, "POST", "/v1/sessions", wrong, {{"Idempotency-Key", "sign-in-1"}})) ==
               "idempotency_key_reused");
    // What was stored says nothing to whoever reads the file.
    BOOST_TEST(server.stop() == 0);
    for (const auto& [user, text] : {std::pair(std::string("ann"), first.body), {"ann", read_grant(entered).refresh}})
        BOOST_TEST(!contains(read_file(on.directory / "watchword.db"), text), user);
}

BOOST_AUTO_TEST_CASE(changes_name_what_they_change_where_the_settings_want_it)
{
    const place on;
    auto settings = on.with_admin(on.password_file(secret));
    settings.insert(settings.end(), {"--set", "http.require_if_match=true"});
    server_process server(on.directory.path(), settings);
    http_client client(server.address());
    const auto in = read_grant(try_sign_in(client, root, secret));
    const auto mine = client.exchange("GET", "/v1/users/me", bearer(in.access));
    const auto tag = mine.header("ETag");
    const boost::json::object change{{"name", "Root"}};
    auto headers = bearer(in.access);
    BOOST_TEST(ask(client, "PATCH", "/v1/users/me", change, headers).status == 428);
    headers.emplace_back("If-Match", tag);
    const auto changed = ask(client, "PATCH", "/v1/users/me", change, headers);
    BOOST_TEST(changed.status == 200, changed.body);
    BOOST_TEST(changed.header("ETag") != tag);
    BOOST_TEST(ask(client, "PATCH", "/v1/users/me", {{"name", "R."}}, headers).status == 412);
    headers.back().second = changed.header("ETag");
    headers.emplace_back("Prefer", "return=minimal");
    const auto minimal = ask(client, "PATCH", "/v1/users/me", {{"name", "R."}}, headers);
    BOOST_TEST(minimal.status == 204);
    BOOST_TEST(minimal.body == "");

    headers = bearer(in.access);
    const boost::json::object may{{"permissions", {"users.read"}}};
    headers.emplace_back("If-Match", "*");
    BOOST_TEST(ask(client, "PUT", "/v1/admin/roles/reader", may, headers).status == 412); // there is none
    headers.back() = {"If-None-Match", "*"};
    BOOST_TEST(ask(client, "PUT", "/v1/admin/roles/reader", may, headers).status == 200);
    BOOST_TEST(ask(client, "PUT", "/v1/admin/roles/reader", may, headers).status == 412); // now there is
    BOOST_TEST(contains(client.get("/openapi.json").body, "428"));
}

BOOST_AUTO_TEST_SUITE_END()
