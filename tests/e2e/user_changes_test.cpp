// What users and operators change of accounts, on the running server: no connection accepts an older token after it.
#include "sessions_fixture.hpp"
#include "support/postgres_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace {

using namespace watchword::test;

const std::string ann = "ann@b.test", secret = "tulip-anchor-quartz-41", other_secret = "lantern-copper-violet-73";

// A database of either kind; cheap hashes, and two I/O threads whatever the machine.
struct place {
    temporary_directory directory;
    std::unique_ptr<postgres_server> postgres;
    std::vector<std::string> where{"--database", "sqlite:" + (directory / "watchword.db")};
    std::vector<std::string> arguments{"--threads", "2", "--set", "passwords.memory_kib=8"};

    explicit place(bool is_postgresql)
    {
        if (is_postgresql) {
            postgres = std::make_unique<postgres_server>();
            where = {"--database", postgres->create_database()};
            write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
            arguments.insert(arguments.end(), {"--secret-file", directory / "secret"});
        }
        arguments.insert(arguments.end(), where.begin(), where.end());
    }

    finished user(const std::string& step, std::vector<std::string> more) const
    {
        std::vector<std::string> all{watchword_binary(), "user", step};
        all.insert(all.end(), where.begin(), where.end());
        all.insert(all.end(), more.begin(), more.end());
        return run_program(all);
    }
};

// Both kinds of tokens of an account.
struct tokens {
    signed_in v1;
    std::string tutorial;
};

tokens enter(http_client& client, const std::string& email, const std::string& with = secret)
{
    const auto in = read_grant(try_sign_in(client, email, with));
    return {in, token_of(client.form_post("/login", credentials(email, with)))};
}

using connections = std::vector<std::unique_ptr<http_client>>;

connections connect_often(const std::string& address, std::size_t count)
{
    connections all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(std::make_unique<http_client>(address));
    return all;
}

// Asks with both tokens on all connections at once; how many answers have that status, of two for each.
std::size_t count_answers(const connections& all, const tokens& t, int status)
{
    const auto requests =
        request_bytes("GET", "/v1/sessions", {{"Host", "x"}, {"Authorization", "Bearer " + t.v1.access}}) +
        request_bytes("GET", "/user", {{"Host", "x"}, {"x-access-token", t.tutorial}});
    for (const auto& each : all) each->send(requests);
    std::size_t count = 0;
    for (const auto& each : all)
        for (int i = 0; i < 2; ++i) count += each->read_response().status == status ? 1 : 0;
    return count;
}

http_response ask_with_json(http_client& client, const std::string& method, const std::string& target,
                            const std::string& access, const boost::json::object& body)
{
    const name_values headers{{"Authorization", "Bearer " + access}, {"Content-Type", "application/json"}};
    return client.exchange(method, target, headers, boost::json::serialize(body));
}

http_response change_password(http_client& client, const std::string& access, const std::string& current,
                              const std::string& next)
{
    return ask_with_json(client, "PUT", "/v1/users/me/password", access,
                         {{"current_password", current}, {"new_password", next}});
}

// One of the changes, made over HTTP with an access token; the test goes on once it was answered.
using change = std::function<void(http_client&, const std::string& access)>;

void be_refused_everywhere_after(const change& make, bool is_postgresql, int rounds)
{
    const place on(is_postgresql);
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    const auto all = connect_often(server.address(), 8);
    for (int round = 0; round < rounds; ++round) {
        client.form_post("/signup", registration(ann, secret)); // where the change was to delete the account
        const auto old = enter(client, ann);
        for (int i = 0; i < 2; ++i) BOOST_REQUIRE(count_answers(all, old, 200) == 2 * all.size()); // now all know them
        make(client, old.v1.access);
        BOOST_REQUIRE_MESSAGE(count_answers(all, old, 401) == 2 * all.size(), "round " << round);
        BOOST_REQUIRE(try_refresh(client, old.v1.refresh).status == 401);
        client.form_post("/signup", registration(ann, secret));
        const auto young = enter(client, ann); // most often in the same second
        BOOST_REQUIRE_MESSAGE(count_answers(all, young, 200) == 2 * all.size(), "round " << round);
        BOOST_REQUIRE(count_answers(all, old, 401) == 2 * all.size());
    }
    BOOST_TEST(server.stop() == 0);
}

void change_to_the_same(http_client& client, const std::string& access)
{
    const auto r = change_password(client, access, secret, secret);
    BOOST_REQUIRE_MESSAGE(r.status == 200, r.status << " " << r.body);
    BOOST_REQUIRE(check(client, read_grant(r).access) == 200);
}

void delete_user(http_client& client, const std::string& access)
{
    const auto r = ask_with_json(client, "DELETE", "/v1/users/me", access, {{"password", secret}});
    BOOST_REQUIRE_MESSAGE(r.status == 204, r.status << " " << r.body);
}

void sign_out_everywhere(http_client& client, const std::string& access)
{
    BOOST_REQUIRE(sign_out(client, access, "all") == 204);
}

const int full_rounds = is_sanitized ? 20 : 100, fewer_rounds = is_sanitized ? 10 : 50;

boost::json::value parsed(const finished& done)
{
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    return boost::json::parse(done.output);
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_changes)

BOOST_AUTO_TEST_CASE(a_new_password_is_the_only_one_from_then_on)
{
    const place on(false);
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    client.form_post("/signup", registration(ann, secret));
    const auto in = enter(client, ann);
    const auto wrong = change_password(client, in.v1.access, "nope", other_secret);
    BOOST_TEST(wrong.status == 403);
    BOOST_TEST(code_in(wrong) == "wrong_password");
    const auto changed = change_password(client, in.v1.access, secret, other_secret);
    BOOST_TEST(changed.status == 200);
    BOOST_TEST(changed.header("Cache-Control") == "no-store");
    const auto next = read_grant(changed);
    BOOST_TEST(check(client, next.access) == 200);
    BOOST_TEST(check(client, in.v1.access) == 401);
    BOOST_TEST(try_sign_in(client, ann, secret).status == 401);
    BOOST_TEST(client.form_post("/login", credentials(ann, secret)).status == 403);
    enter(client, ann, other_secret);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!contains(server.log(), other_secret));
    BOOST_TEST(!contains(server.log(), next.refresh));
}

BOOST_AUTO_TEST_CASE(after_a_new_password_no_connection_accepts_an_older_token)
{
    be_refused_everywhere_after(change_to_the_same, false, full_rounds);
}

BOOST_AUTO_TEST_CASE(after_a_new_password_no_connection_accepts_an_older_token_on_postgresql)
{
    be_refused_everywhere_after(change_to_the_same, true, fewer_rounds);
}

BOOST_AUTO_TEST_CASE(after_a_deletion_no_connection_accepts_an_older_token)
{
    be_refused_everywhere_after(delete_user, false, full_rounds);
}

BOOST_AUTO_TEST_CASE(after_a_deletion_no_connection_accepts_an_older_token_on_postgresql)
{
    be_refused_everywhere_after(delete_user, true, fewer_rounds);
}

BOOST_AUTO_TEST_CASE(after_signing_out_everywhere_no_connection_accepts_an_older_token)
{
    be_refused_everywhere_after(sign_out_everywhere, false, full_rounds);
}

BOOST_AUTO_TEST_CASE(after_signing_out_everywhere_no_connection_accepts_an_older_token_on_postgresql)
{
    be_refused_everywhere_after(sign_out_everywhere, true, fewer_rounds);
}

// By another process: it is heard of by notification.
BOOST_AUTO_TEST_CASE(servers_on_postgresql_hear_of_what_an_operator_changes)
{
    const place on(true);
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    client.form_post("/signup", registration(ann, secret));
    const auto all = connect_often(server.address(), 4);
    const auto are_refused = [&](const tokens& t) {
        return comes_true([&] { return count_answers(all, t, 401) == 2 * all.size(); });
    };
    const auto in = enter(client, ann);
    BOOST_TEST(count_answers(all, in, 200) == 2 * all.size());
    BOOST_TEST(on.user("roles", {ann, "admin", "billing:read"}).exit_code == 0);
    BOOST_TEST(are_refused(in));
    const auto next = read_grant(try_refresh(client, in.v1.refresh));
    BOOST_TEST(check(client, next.access) == 200);

    const tokens again = enter(client, ann);
    BOOST_TEST(count_answers(all, again, 200) == 2 * all.size());
    BOOST_TEST(on.user("disable", {ann}).exit_code == 0);
    BOOST_TEST(are_refused(again));
    BOOST_TEST(code_in(try_sign_in(client, ann, secret)) == "user_disabled");
    BOOST_TEST(client.form_post("/login", credentials(ann, secret)).status == 403);
    BOOST_TEST(on.user("enable", {ann}).exit_code == 0);
    BOOST_TEST(count_answers(all, enter(client, ann), 200) == 2 * all.size());
    BOOST_TEST(are_refused(again));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(user_commands)

BOOST_AUTO_TEST_CASE(an_operator_bars_users_and_gives_them_roles)
{
    const place on(false);
    tokens old;
    {
        server_process server(on.directory.path(), on.arguments);
        http_client client(server.address());
        client.form_post("/signup", registration(ann, secret));
        old = enter(client, ann);
        const auto shown = parsed(on.user("roles", {"--json", "ANN@b.test"}));
        BOOST_TEST(text_at(shown, "email") == ann);
        BOOST_TEST(text_at(shown, "id") == old.v1.user_id);
        BOOST_TEST(shown.at("disabled").as_bool() == false);
        BOOST_TEST(shown.at("roles").as_array().empty());
        BOOST_TEST(server.stop() == 0);
    }
    const auto disabled = parsed(on.user("disable", {"--json", ann}));
    BOOST_TEST(disabled.at("disabled").as_bool());
    BOOST_TEST(on.user("roles", {ann, "admin", "a:b"}).output == ann + " is disabled, roles: admin a:b\n");
    BOOST_TEST(on.user("roles", {ann}).output == ann + " is disabled, roles: admin a:b\n");
    {
        server_process server(on.directory.path(), on.arguments);
        http_client client(server.address());
        BOOST_TEST(code_in(try_sign_in(client, ann, secret)) == "user_disabled");
        BOOST_TEST(check(client, old.v1.access) == 401);
        BOOST_TEST(client.get("/user", old.tutorial).status == 401);
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(on.user("enable", {ann}).output == ann + " is enabled, roles: admin a:b\n");
    {
        server_process server(on.directory.path(), on.arguments);
        http_client client(server.address());
        enter(client, ann);
        BOOST_TEST(check(client, old.v1.access) == 401);
        BOOST_TEST(client.get("/user", old.tutorial).status == 401);
    }
    BOOST_TEST(parsed(on.user("roles", {"--none", "--json", ann})).at("roles").as_array().empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_said)
{
    const place on(false);
    BOOST_TEST(server_process(on.directory.path(), on.arguments).stop() == 0);
    const auto says = [&](const std::string& step, const std::vector<std::string>& more, int code,
                          const std::string& words) {
        const auto done = on.user(step, more);
        BOOST_TEST(done.exit_code == code, step);
        BOOST_TEST(contains(done.errors, words), step << ": " << done.errors);
        BOOST_TEST(done.output == "", step);
    };
    says("disable", {"nobody@b.test"}, 1, "no user with the address nobody@b.test");
    says("roles", {"nobody@b.test"}, 1, "no user with the address nobody@b.test");
    says("disable", {}, 2, "needs EMAIL");
    says("disable", {ann, ann}, 2, "one too many");
    says("roles", {ann, "Admin"}, 2, "a role is");
    says("roles", {ann, "admin", "--none"}, 2, "--none");
    says("enable", {ann, "--jsn"}, 2, "did you mean --json?");
    says("disabel", {ann}, 2, "did you mean disable?");
}

BOOST_AUTO_TEST_SUITE_END()
