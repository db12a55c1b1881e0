// Clients of the running server that introspect and revoke, and the command that makes them.
#include "sessions_fixture.hpp"
#include "support/postgres_server.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <memory>
#include <vector>

namespace {

using namespace watchword::test;

finished new_client(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), {watchword_binary(), "client", "new"});
    return run_program(arguments);
}

struct made_client {
    std::string id, secret, entry;
};
made_client make_client(const std::string& id)
{
    const auto done = new_client({"--json", id});
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    const auto made = boost::json::parse(done.output);
    return {text_at(made, "client_id"), text_at(made, "client_secret"), boost::json::serialize(made.at("entry"))};
}

// A server with the client "api" on a database of either kind.
struct oauth_server {
    temporary_directory directory;
    std::unique_ptr<postgres_server> postgres;
    made_client client = make_client("api");
    std::unique_ptr<server_process> server;

    explicit oauth_server(bool is_postgresql = false, std::vector<std::string> more = {})
    {
        write_file(directory / "clients.json", "[" + client.entry + "]\n");
        std::filesystem::permissions(directory / "clients.json", std::filesystem::perms(0600));
        std::vector<std::string> arguments{"--threads", "2",
                                           "--set",     "passwords.memory_kib=8",
                                           "--set",     "clients.file=" + (directory / "clients.json")};
        if (is_postgresql) {
            postgres = std::make_unique<postgres_server>();
            write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
            arguments.insert(arguments.end(),
                             {"--database", postgres->create_database(), "--secret-file", directory / "secret"});
        }
        arguments.insert(arguments.end(), more.begin(), more.end());
        server = std::make_unique<server_process>(directory.path(), arguments);
    }

    http_response ask(http_client& from, const std::string& what, const std::string& token) const
    {
        return from.form_post("/v1/oauth/" + what,
                              {{"token", token}, {"client_id", client.id}, {"client_secret", client.secret}});
    }
    bool is_active(http_client& from, const std::string& token) const
    {
        const auto r = ask(from, "introspect", token);
        BOOST_REQUIRE_MESSAGE(r.status == 200, r.status << " " << r.body);
        return boost::json::parse(r.body).at("active").as_bool();
    }
};

void be_exact(bool is_postgresql, int rounds)
{
    const oauth_server on(is_postgresql);
    http_client a(on.server->address()), b(on.server->address());
    a.form_post("/signup", registration("ann@b.test"));
    for (int round = 0; round < rounds; ++round) {
        const auto in = sign_in(b, "ann@b.test");
        for (int i = 0; i < 2; ++i) BOOST_REQUIRE(on.is_active(a, in.access));
        BOOST_REQUIRE(on.is_active(a, in.refresh));
        BOOST_REQUIRE(check(b, in.access) == 200);
        if (round % 2 == 0) {
            BOOST_REQUIRE(sign_out(b, in.access) == 204);
        } else {
            BOOST_REQUIRE(on.ask(b, "revoke", round % 4 == 1 ? in.access : in.refresh).status == 200);
        }
        BOOST_REQUIRE_MESSAGE(!on.is_active(a, in.access), "round " << round);
        BOOST_REQUIRE_MESSAGE(!on.is_active(a, in.refresh), "round " << round);
        BOOST_REQUIRE(check(a, in.access) == 401);
        BOOST_REQUIRE(code_in(try_refresh(a, in.refresh)) == "session_ended");
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(oauth)

BOOST_AUTO_TEST_CASE(once_signing_out_or_revoking_was_answered_introspection_says_inactive)
{
    be_exact(false, is_sanitized ? 40 : 100);
}

BOOST_AUTO_TEST_CASE(the_same_holds_on_postgresql)
{
    be_exact(true, is_sanitized ? 10 : 30);
}

BOOST_AUTO_TEST_CASE(a_client_is_who_the_file_says)
{
    oauth_server on;
    http_client client(on.server->address());
    client.form_post("/signup", registration("ann@b.test"));
    const auto in = sign_in(client, "ann@b.test");
    const auto good = on.ask(client, "introspect", in.access);
    BOOST_TEST(good.status == 200);
    BOOST_TEST(good.header("Cache-Control") == "no-store");
    BOOST_TEST(text_at(boost::json::parse(good.body), "username") == "ann@b.test");
    BOOST_TEST(text_at(boost::json::parse(good.body), "sub") == in.user_id);
    for (const auto* path : {"/v1/oauth/introspect", "/v1/oauth/revoke"}) {
        const auto bad = client.form_post(path, {{"token", in.access}, {"client_id", "api"}, {"client_secret", "x"}});
        BOOST_TEST(bad.status == 401);
        BOOST_TEST(bad.header("WWW-Authenticate").starts_with("Basic realm="));
        BOOST_TEST(text_at(boost::json::parse(bad.body), "error") == "invalid_client");
        BOOST_TEST(client.form_post(path, {{"token", in.access}}).status == 401);
        BOOST_TEST(client.get(path).status == 405);
    }
    BOOST_TEST(check(client, in.access) == 200);
    BOOST_TEST(on.server->stop() == 0);
    for (const auto& secret : {on.client.secret, in.access, in.refresh})
        BOOST_TEST(!contains(on.server->log(), secret));
}

BOOST_AUTO_TEST_CASE(wrong_secrets_are_limited)
{
    oauth_server on(false, {"--set", "limits.enabled=true", "--set", "limits.address_failures=5/10m"});
    http_client client(on.server->address());
    const auto try_secret = [&](const std::string& secret) {
        return client
            .form_post("/v1/oauth/introspect", {{"token", "x"}, {"client_id", "api"}, {"client_secret", secret}})
            .status;
    };
    for (int i = 0; i < 5; ++i) BOOST_TEST(try_secret("x") == 401);
    BOOST_TEST(try_secret("x") == 429);
    BOOST_TEST(try_secret(on.client.secret) == 429);
}

// The file of clients is the only one who knows them: without it there is nothing to ask.
BOOST_FIXTURE_TEST_CASE(without_clients_there_are_no_such_routes, running_server)
{
    for (const auto* path : {"/v1/oauth/introspect", "/v1/oauth/revoke"})
        BOOST_TEST(client.form_post(path, {{"token", "x"}}).status == 404);
}

BOOST_FIXTURE_TEST_CASE(a_bad_file_of_clients_keeps_the_server_from_starting, temporary_directory)
{
    const auto start = [this](const std::string& content) {
        write_file(*this / "clients.json", content);
        const auto done =
            run_program({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database",
                         "sqlite:" + (*this / "watchword.db"), "--set", "clients.file=" + (*this / "clients.json")});
        BOOST_TEST(done.exit_code == 1);
        return done.errors;
    };
    const auto entry = make_client("api").entry;
    const auto twice = start("[" + entry + "," + entry + ",7]");
    BOOST_TEST(contains(twice, "client 2 (api): there is another client with this id"), twice);
    BOOST_TEST(contains(twice, "client 3: is not an object"), twice);
    BOOST_TEST(contains(start("[\n{]"), "line 2, column 2"));
}

BOOST_FIXTURE_TEST_CASE(others_who_can_read_or_write_the_file_are_told_of, temporary_directory)
{
    write_file(*this / "clients.json", "[]");
    const auto log_at = [this](unsigned mode) {
        std::filesystem::permissions(*this / "clients.json", std::filesystem::perms(mode));
        server_process server(path(), {"--set", "clients.file=" + (*this / "clients.json")});
        BOOST_TEST(server.stop() == 0);
        return server.log();
    };
    BOOST_TEST(contains(log_at(0644), "the file of clients can be read or changed by others"));
    BOOST_TEST(contains(log_at(0660), "the file of clients can be read or changed by others"));
    BOOST_TEST(!contains(log_at(0640), "the file of clients can be"));
}

BOOST_AUTO_TEST_CASE(a_new_client_gets_a_secret_that_is_shown_once)
{
    const auto first = make_client("api"), second = make_client("api");
    BOOST_TEST(first.secret.size() == 43u);
    BOOST_TEST(first.secret != second.secret);
    BOOST_TEST(!contains(first.entry, first.secret));

    const auto done = new_client({"--may", "introspect", "--name", "The API", "api-2"});
    BOOST_TEST(done.exit_code == 0);
    BOOST_TEST(done.errors == "");
    BOOST_TEST(contains(done.output, "The secret, which is shown this once:\n  "), done.output);
    BOOST_TEST(contains(done.output, "\n  {\"id\":\"api-2\",\"name\":\"The API\",\"secret_sha256\":\""), done.output);
    BOOST_TEST(contains(done.output, "\",\"may\":[\"introspect\"]}\n"), done.output);
    BOOST_TEST(new_client({"--help"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(a_new_client_must_be_one_that_a_file_can_have)
{
    for (const auto& arguments : std::vector<std::vector<std::string>>{{"a b"},
                                                                       {"a:b"},
                                                                       {std::string(65, 'a')},
                                                                       {"--may", "admin", "api"},
                                                                       {"--may", "", "api"},
                                                                       {"--may", "introspect,", "api"},
                                                                       {"--name", "a\nb", "api"}}) {
        const auto done = new_client(arguments);
        BOOST_TEST(done.exit_code == 1, arguments.back());
        BOOST_TEST(done.output == "");
    }
    BOOST_TEST(new_client({}).exit_code == 2);
    BOOST_TEST(new_client({"one", "two"}).exit_code == 2);
    const auto typo = run_program({watchword_binary(), "client", "neww", "api"});
    BOOST_TEST(typo.exit_code == 2);
    BOOST_TEST(contains(typo.errors, "did you mean new?"), typo.errors);
}

BOOST_AUTO_TEST_SUITE_END()
