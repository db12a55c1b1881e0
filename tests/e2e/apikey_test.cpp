// `watchword apikey` and `watchword role`: what they do counts on a running server when they end.
#include "either_database.hpp"
#include "sessions_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace {

using namespace watchword::test;

const std::string ann = "ann@b.test", secret = "tulip-anchor-quartz-41", people = "/v1/admin/users";

boost::json::value parsed(const finished& done)
{
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    return boost::json::parse(done.output);
}

boost::json::value make_key(const either_database& on, const std::string& name,
                            const std::vector<std::string>& permissions, const std::vector<std::string>& more = {})
{
    std::vector<std::string> all{"--json"};
    for (const auto& each : permissions) all.insert(all.end(), {"--permission", each});
    all.insert(all.end(), more.begin(), more.end());
    all.push_back(name);
    return parsed(on.run("apikey", "create", all));
}

int ask(http_client& client, const std::string& path, const std::string& key)
{
    return client.exchange("GET", path, bearer(key)).status;
}

using connections = std::vector<std::unique_ptr<http_client>>;

connections connect_often(const std::string& address, std::size_t count)
{
    connections all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(std::make_unique<http_client>(address));
    return all;
}

// Whether each connection, of all I/O threads, gets that answer.
bool all_get(const connections& all, const std::string& key, int status)
{
    return std::all_of(all.begin(), all.end(), [&](const auto& each) { return ask(*each, people, key) == status; });
}

std::vector<std::string> actions_of_the_shell(http_client& client, const std::string& key, const std::string& subject)
{
    const auto answer = client.exchange("GET", "/v1/admin/audit?subject=" + subject, bearer(key));
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
    std::vector<std::string> all;
    const auto log = boost::json::parse(answer.body);
    for (const auto& event : log.at("events").as_array())
        if (text_at(event.at("actor"), "kind") == "shell") all.push_back(text_at(event, "action"));
    return all;
}

void a_revoked_key_is_refused(bool is_postgresql)
{
    const either_database on(is_postgresql);
    server_process server(on.directory.path(), on.arguments);
    const auto all = connect_often(server.address(), 6);
    const auto other = text_at(make_key(on, "other", {"users.read", "audit.read"}), "key");
    for (int round = 0; round < 5; ++round) {
        const auto made = make_key(on, "job " + std::to_string(round), {"users.read"});
        const auto key = text_at(made, "key"), id = text_at(made, "id");
        for (int i = 0; i < 2; ++i) BOOST_REQUIRE(all_get(all, key, 200)); // now all threads know it
        BOOST_TEST(ask(*all[0], "/v1/admin/audit", key) == 403);
        const auto revoked = on.run("apikey", "revoke", {round % 2 == 0 ? text_at(made, "prefix") : id});
        BOOST_TEST(revoked.exit_code == 0, revoked.errors);
        BOOST_TEST(contains(revoked.output, "is revoked"), revoked.output);
        BOOST_REQUIRE_MESSAGE(on.holds([&] { return all_get(all, key, 401); }), "round " << round);
        BOOST_TEST(all_get(all, other, 200));
        const std::vector<std::string> told{"api_key.revoked", "api_key.created"};
        BOOST_TEST(actions_of_the_shell(*all[0], other, id) == told, boost::test_tools::per_element());
        BOOST_TEST(on.run("apikey", "revoke", {id}).exit_code == 1); // there is none any more
    }
    BOOST_TEST(parsed(on.run("apikey", "list", {"--json"})).as_array().size() == 1u);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!contains(server.log(), other));
}

void roles_permit_what_the_shell_says(bool is_postgresql)
{
    const either_database on(is_postgresql);
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    parsed(on.run("user", "create", {"--json", "--role", "clerk", "--password-file", on.password_file(secret), ann}));
    const auto in = read_grant(try_sign_in(client, ann, secret));
    BOOST_TEST(ask(client, people, in.access) == 403);
    for (int round = 0; round < 5; ++round) {
        const auto set = on.run("role", "set", {"clerk", "users.read", "audit.read"});
        BOOST_TEST(set.output == "clerk permits users.read audit.read\n", set.errors);
        BOOST_REQUIRE(on.holds([&] { return ask(client, people, in.access) == 200; }));
        BOOST_TEST(actions_of_the_shell(client, in.access, "clerk").front() == "role.changed");
        const auto removed = on.run("role", "delete", {"clerk"});
        BOOST_TEST(removed.exit_code == 0, removed.errors);
        BOOST_REQUIRE(on.holds([&] { return ask(client, people, in.access) == 403; }));
    }
    const auto nothing = parsed(on.run("role", "set", {"--json", "--none", "guest"}));
    BOOST_TEST(nothing.at("permissions").as_array().empty());
    const auto listed = parsed(on.run("role", "list", {"--json"})).as_array();
    BOOST_REQUIRE(listed.size() == 2u);
    BOOST_TEST(text_at(listed.at(0), "name") == "admin");
    BOOST_TEST(listed.at(0).at("permissions").as_array().size() >= 12u);
    BOOST_TEST(text_at(listed.at(1), "name") == "guest");
    BOOST_TEST(server.stop() == 0);
}

void says(const either_database& on, const std::string& command, const std::string& step,
          const std::vector<std::string>& more, int code, const std::string& words)
{
    const auto done = on.run(command, step, more);
    BOOST_TEST(done.exit_code == code, step << ": " << done.errors);
    BOOST_TEST(contains(done.errors, words), step << ": " << done.errors);
    BOOST_TEST(done.output == "", step);
}

} // namespace

BOOST_AUTO_TEST_SUITE(apikey_command)

BOOST_AUTO_TEST_CASE(a_key_works_until_it_is_revoked_beside_the_server)
{
    a_revoked_key_is_refused(false);
}

BOOST_AUTO_TEST_CASE(a_key_works_until_it_is_revoked_on_postgresql)
{
    a_revoked_key_is_refused(true);
}

BOOST_AUTO_TEST_CASE(keys_are_shown_without_what_they_are)
{
    const either_database on(false);
    const auto plain = on.run("apikey", "create",
                              {"--permission", "users.read", "--permission", "metrics.read", "--expires", "90d",
                               "\x1b[2Jnightly"}); // there is no server yet
    BOOST_REQUIRE_MESSAGE(plain.exit_code == 0, plain.errors);
    const auto at = plain.output.find("wk_");
    BOOST_REQUIRE(at != plain.output.npos);
    const auto key = plain.output.substr(at, plain.output.find('\n', at) - at);
    BOOST_TEST(key.size() == 46u);
    BOOST_TEST(contains(plain.output, "it may users.read metrics.read, until 20"), plain.output);
    const auto old = make_key(on, "old", {}, {"--expires", "2100-01-31T12:00:00Z"});
    BOOST_TEST(text_at(old, "expires") == "2100-01-31T12:00:00Z");
    BOOST_TEST(old.at("permissions").as_array().empty());
    query_sqlite(on.file, "UPDATE watchword_api_key SET expires = created WHERE name = 'old'");

    const auto listed = parsed(on.run("apikey", "list", {"--json"})).as_array();
    BOOST_REQUIRE(listed.size() == 2u);
    BOOST_TEST(text_at(listed.at(0), "state") == "active");
    BOOST_TEST(text_at(listed.at(0), "prefix") == key.substr(0, 11));
    BOOST_TEST(listed.at(0).at("permissions").as_array().size() == 2u);
    BOOST_TEST(listed.at(0).at("last_used").is_null());
    BOOST_TEST(text_at(listed.at(1), "state") == "expired");

    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    BOOST_TEST(ask(client, people, key) == 200);
    BOOST_TEST(ask(client, people, text_at(old, "key")) == 401);
    const auto is_noted = [&] {
        return parsed(on.run("apikey", "list", {"--json"})).at(0).at("last_used").is_string();
    };
    BOOST_TEST(comes_true(is_noted));
    const auto table = on.run("apikey", "list");
    BOOST_TEST(table.output.starts_with("name "), table.output);
    BOOST_TEST(contains(table.output, "?[2Jnightly  " + key.substr(0, 11) + "  active "), table.output);
    BOOST_TEST(!contains(table.output, key));
    BOOST_TEST(on.run("apikey", "revoke", {key}).exit_code == 0); // a whole key names itself
    BOOST_TEST(ask(client, people, key) == 401);
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_said_and_changes_nothing)
{
    const either_database on(false);
    BOOST_TEST(on.run("apikey", "list").exit_code == 1); // there is no database
    BOOST_TEST(server_process(on.directory.path(), on.arguments).stop() == 0);
    says(on, "apikey", "create", {"--permission", "user.read", "x"}, 2, "did you mean users.read?");
    says(on, "apikey", "create", {"--permission", "users.read,users.write", "x"}, 2, "there is no permission");
    says(on, "apikey", "create", {}, 2, "needs NAME");
    says(on, "apikey", "create", {std::string(101, 'x')}, 1, "a name is 1 to 100 bytes");
    says(on, "apikey", "create", {""}, 1, "a name is 1 to 100 bytes");
    says(on, "apikey", "create", {"\xff"}, 1, "a name is 1 to 100 bytes");
    for (const auto* const when : {"2020-01-31T12:00:00Z", "0", "90x", "40000d", "-1d", "2100-02-30T00:00:00Z", ""})
        says(on, "apikey", "create", {std::string("--expires=") + when, "x"}, 2, "--expires takes a time");
    says(on, "apikey", "revoke", {}, 2, "needs KEY");
    says(on, "apikey", "revoke", {""}, 2, "at least 4 characters");
    says(on, "apikey", "revoke", {"wk_"}, 2, "at least 4 characters");
    says(on, "apikey", "revoke", {"wk_nobodys"}, 1, "there is no such key");
    says(on, "apikey", "revok", {"x"}, 2, "did you mean revoke?");
    says(on, "role", "set", {"clerk"}, 2, "--none");
    says(on, "role", "set", {"--none", "clerk", "users.read"}, 2, "--none");
    says(on, "role", "set", {"clerk", "users.raed"}, 2, "did you mean users.read?");
    says(on, "role", "set", {"Clerk", "users.read"}, 1, "a role is 1 to 64");
    says(on, "role", "set", {"admin", "users.read"}, 1, "cannot be changed");
    says(on, "role", "delete", {"admin"}, 1, "cannot be changed");
    says(on, "role", "delete", {"clerk"}, 1, "there is no such role");
    BOOST_TEST(parsed(on.run("apikey", "list", {"--json"})).as_array().empty());
    BOOST_TEST(parsed(on.run("role", "list", {"--json"})).as_array().size() == 1u);
    BOOST_TEST(query_sqlite(on.file, "SELECT count(*) FROM watchword_audit") == "0\n");

    const auto id = text_at(make_key(on, "twin", {}), "id");
    make_key(on, "twin", {});
    query_sqlite(on.file, "UPDATE watchword_api_key SET prefix = 'wk_twinxxxx'");
    says(on, "apikey", "revoke", {"wk_twin"}, 1, "several keys begin so");
    BOOST_TEST(on.run("apikey", "revoke", {id}).exit_code == 0);
    const auto unseen = run_program(
        {"sh", "-c", watchword_binary() + " apikey create --database sqlite:" + on.file + " x > /dev/full"});
    BOOST_TEST(unseen.exit_code == 1);
    BOOST_TEST(contains(unseen.errors, "nobody knows the key: watchword apikey revoke "), unseen.errors);
}

BOOST_AUTO_TEST_CASE(help_names_every_permission)
{
    const either_database on(false);
    const auto made = on.run("role", "set", {"--none", "guest"}); // the database, too
    BOOST_TEST(made.exit_code == 0, made.errors);
    const auto roles = parsed(on.run("role", "list", {"--json"})).as_array();
    for (const auto* const command : {"apikey", "role"}) {
        const auto help = run_program({watchword_binary(), command, "--help"});
        BOOST_TEST(help.exit_code == 0);
        for (const auto& each : roles.at(0).at("permissions").as_array())
            BOOST_TEST(contains(help.output, each.as_string().c_str()), command << " " << each);
        BOOST_TEST(run_program({watchword_binary(), command}).exit_code == 2);
    }
}

BOOST_AUTO_TEST_CASE(roles_permit_what_the_shell_says_beside_the_server)
{
    roles_permit_what_the_shell_says(false);
}

BOOST_AUTO_TEST_CASE(roles_permit_what_the_shell_says_on_postgresql)
{
    roles_permit_what_the_shell_says(true);
}

BOOST_AUTO_TEST_SUITE_END()
