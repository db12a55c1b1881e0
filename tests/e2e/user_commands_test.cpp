// `watchword user` beside a running server: what a command has done counts on the server when it ends.
#include "either_database.hpp"
#include "sessions_fixture.hpp"
#include "support/ledger_load.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace watchword::test;

const std::string ann = "ann@b.test", secret = "tulip-anchor-quartz-41", other_secret = "lantern-copper-violet-73";

struct place {
    temporary_directory directory;
    std::string file = directory / "watchword.db";
    std::vector<std::string> arguments{"--threads", "2", "--set", "passwords.memory_kib=8"};

    finished user(const std::string& step, const std::vector<std::string>& more) const
    {
        std::vector<std::string> all{watchword_binary(),      "user", step, "--database", "sqlite:" + file, "--set",
                                     "passwords.memory_kib=8"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(all);
    }
    std::string password_file(const std::string& text) const
    {
        const auto name = directory / "password";
        write_file(name, text + "\n");
        return name;
    }
    void says(const std::string& step, const std::vector<std::string>& more, int code, const std::string& words) const
    {
        const auto done = user(step, more);
        BOOST_TEST(done.exit_code == code, step);
        BOOST_TEST(contains(done.errors, words), step << ": " << done.errors);
        BOOST_TEST(done.output == "", step);
    }
};

boost::json::value parsed(const finished& done)
{
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    return boost::json::parse(done.output);
}

std::size_t count_users(const place& on, const std::vector<std::string>& flags)
{
    auto all = flags;
    all.emplace_back("--json");
    return parsed(on.user("list", all)).as_array().size();
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_commands_beside_a_server)

BOOST_AUTO_TEST_CASE(a_user_is_made_shown_changed_and_deleted_and_the_server_goes_by_it_at_once)
{
    const place on;
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    const auto made = parsed(on.user("create", {"--json", "--name", "Ann B.", "--role", "admin", "--role", "a:b",
                                                "--password-file", on.password_file(secret), ann}));
    BOOST_TEST(text_at(made, "email") == ann);
    BOOST_TEST(text_at(made, "name") == "Ann B.");
    BOOST_TEST(made.at("roles").as_array().size() == 2u);
    for (int round = 0; round < 5; ++round) {
        const auto in = read_grant(try_sign_in(client, ann, secret));
        BOOST_TEST(in.user_id == text_at(made, "id"));
        BOOST_TEST(check(client, in.access) == 200);
        BOOST_TEST(on.user("disable", {ann}).output == ann + " is disabled, roles: admin a:b\n");
        BOOST_TEST(check(client, in.access) == 401); // known a moment ago
        BOOST_TEST(code_in(try_sign_in(client, ann, secret)) == "user_disabled");
        BOOST_TEST(on.user("enable", {ann}).exit_code == 0);
    }
    const auto in = read_grant(try_sign_in(client, ann, secret));
    BOOST_TEST(check(client, in.access) == 200);
    const auto changed = on.user("password", {"--password-file", on.password_file(other_secret), ann});
    BOOST_TEST(changed.exit_code == 0, changed.errors);
    BOOST_TEST(check(client, in.access) == 401);
    BOOST_TEST(try_refresh(client, in.refresh).status == 401);
    BOOST_TEST(try_sign_in(client, ann, secret).status == 401);
    const auto next = read_grant(try_sign_in(client, ann, other_secret));
    BOOST_TEST(check(client, next.access) == 200);

    const auto shown = parsed(on.user("show", {"--json", "ANN@b.test"}));
    BOOST_TEST(shown.at("disabled").as_bool() == false);
    BOOST_TEST(contains(on.user("show", {ann}).output, "name    Ann B.\n"));
    on.says("delete", {ann}, 2, "--yes"); // nobody can be asked
    BOOST_TEST(on.user("delete", {"--yes", ann}).output == ann + " is deleted\n");
    BOOST_TEST(check(client, next.access) == 401);
    BOOST_TEST(try_sign_in(client, ann, other_secret).status == 401);
    on.says("show", {ann}, 1, "no user with the address " + ann);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!contains(server.log(), secret));
}

BOOST_AUTO_TEST_CASE(users_are_listed_by_what_is_looked_for)
{
    const place on;
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    BOOST_TEST(count_users(on, {}) == 0u);
    for (int i = 0; i < 12; ++i) {
        const auto email = "user" + std::to_string(i) + "@b.test";
        BOOST_TEST(client.form_post("/signup", registration(email, secret)).status == 201);
    }
    BOOST_TEST(on.user("roles", {"user3@b.test", "admin"}).exit_code == 0);
    BOOST_TEST(on.user("roles", {"user4@b.test", "admin2"}).exit_code == 0);
    BOOST_TEST(count_users(on, {}) == 12u);
    BOOST_TEST(count_users(on, {"--search", "USER1"}) == 3u); // 1, 10, 11
    BOOST_TEST(count_users(on, {"--search", "user1%"}) == 0u);
    BOOST_TEST(count_users(on, {"--role", "admin"}) == 1u);
    BOOST_TEST(count_users(on, {"--role", "admin", "--search", "user4"}) == 0u);
    const auto some = on.user("list", {"--limit", "5"});
    BOOST_TEST(std::count(some.output.begin(), some.output.end(), '\n') == 6);
    BOOST_TEST(contains(some.errors, "there are more"));
    BOOST_TEST(on.user("list", {"--limit", "12"}).errors == "");
    on.says("list", {"--limit", "0"}, 2, "--limit takes a number");
    on.says("list", {"--limit", "1x"}, 2, "--limit takes a number");
    on.says("list", {"--rol", "admin"}, 2, "did you mean --role?");
}

BOOST_AUTO_TEST_CASE(what_a_terminal_would_obey_is_not_written_to_it)
{
    const place on;
    server_process server(on.directory.path(), on.arguments);
    const auto password = on.password_file(secret);
    const auto made = on.user("create", {"--name",
                                         "\x1b[2Jx\xc2\x9b"
                                         "1m",
                                         "--password-file", password, ann});
    BOOST_TEST(made.exit_code == 0, made.errors);
    BOOST_TEST(contains(made.output, "name    ?[2Jx?1m\n"));
    BOOST_TEST(!contains(on.user("list", {}).output, "\x1b"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_made_is_said_and_changes_nothing)
{
    const place on;
    server_process server(on.directory.path(), on.arguments);
    const auto password = on.password_file(secret);
    BOOST_TEST(on.user("create", {"--password-file", password, ann}).exit_code == 0);
    on.says("create", {"--password-file", password, ann}, 1, "somebody has this address");
    on.says("create", {"--password-file", password, "ANN@b.test"}, 1, "somebody has this address");
    on.says("create", {"--password-file", on.directory / "nothing", "bob@b.test"}, 1, "cannot read");
    on.says("create", {"bob@b.test"}, 1, "no password on standard input");
    on.says("create", {"--role", "Admin", "bob@b.test"}, 2, "a role is");
    on.says("create", {}, 2, "needs EMAIL");
    const auto weak = on.password_file("password");
    on.says("create", {"--password-file", weak, "bob@b.test"}, 1, "nothing was changed");
    on.says("password", {"--password-file", weak, ann}, 1, "nothing was changed");
    on.says("password", {"--password-file", weak, "bob@b.test"}, 1, "no user with the address");
    on.says("delete", {"--yes", "bob@b.test"}, 1, "no user with the address");
    on.says("creat", {ann}, 2, "did you mean create?");
    BOOST_TEST(count_users(on, {}) == 1u);
    http_client client(server.address());
    read_grant(try_sign_in(client, ann, secret));
}

BOOST_AUTO_TEST_CASE(two_servers_are_refused_and_so_is_a_restore)
{
    const place on;
    server_process server(on.directory.path(), on.arguments);
    BOOST_CHECK_THROW(server_process(on.directory.path(), on.arguments), std::runtime_error);
    const auto copy = on.directory / "copy.db";
    BOOST_TEST(run_program({watchword_binary(), "backup", "--database", "sqlite:" + on.file, copy}).exit_code == 0);
    const auto refused =
        run_program({watchword_binary(), "restore", "--force", "--database", "sqlite:" + on.file, copy});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, "in use by another running Watchword"));
    BOOST_TEST(server.stop() == 0);
}

// He would be nobody's administrator, and whoever asks again would hear that the address is taken.
BOOST_AUTO_TEST_CASE(a_user_is_made_with_his_roles_or_not_at_all)
{
    const place on;
    BOOST_TEST(server_process(on.directory.path(), on.arguments).stop() == 0);
    query_sqlite(on.file, "CREATE TRIGGER full_disk BEFORE INSERT ON watchword_user_state "
                          "BEGIN SELECT RAISE(ABORT, 'no room'); END");
    const std::vector<std::string> asked{"--json", "--role", "admin", "--password-file", on.password_file(secret), ann};
    BOOST_TEST(on.user("create", asked).exit_code == 1);
    BOOST_TEST(query_sqlite(on.file, "SELECT count(*) FROM user") == "0\n");
    BOOST_TEST(query_sqlite(on.file, "SELECT count(*) FROM watchword_audit") == "0\n");
    query_sqlite(on.file, "DROP TRIGGER full_disk");
    BOOST_TEST(parsed(on.user("create", asked)).at("roles").as_array().size() == 1u);
    BOOST_TEST(query_sqlite(on.file, "SELECT actor_kind, action, details FROM watchword_audit") ==
               "shell|user.created|{\"roles\":[\"admin\"],\"disabled\":false}\n");
}

BOOST_AUTO_TEST_CASE(the_audit_log_tells_what_the_shell_has_changed)
{
    const place on;
    server_process server(on.directory.path(), on.arguments);
    BOOST_TEST(on.user("create", {"--password-file", on.password_file(secret), ann}).exit_code == 0);
    BOOST_TEST(on.user("password", {"--password-file", on.password_file(other_secret), ann}).exit_code == 0);
    BOOST_TEST(on.user("delete", {"--yes", ann}).exit_code == 0);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(query_sqlite(on.file, "SELECT actor_kind, action FROM watchword_audit ORDER BY id") ==
               "shell|user.created\nshell|user.password_changed\nshell|user.deleted\n");
}

BOOST_AUTO_TEST_CASE(users_on_postgresql_are_made_listed_and_deleted)
{
    const either_database on(true);
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    const auto password = on.password_file(secret);
    const auto listed = [&](std::vector<std::string> flags) {
        flags.emplace_back("--json");
        return parsed(on.run("user", "list", flags)).as_array().size();
    };
    BOOST_TEST(listed({}) == 0u);
    const auto made = parsed(
        on.run("user", "create", {"--json", "--name", "Ann B.", "--role", "admin", "--password-file", password, ann}));
    BOOST_TEST(on.run("user", "create", {"--password-file", password, "bob@b.test"}).exit_code == 0);
    const auto twice = on.run("user", "create", {"--password-file", password, "ANN@b.test"});
    BOOST_TEST(twice.exit_code == 1);
    BOOST_TEST(contains(twice.errors, "somebody has this address"), twice.errors);
    BOOST_TEST(listed({}) == 2u);
    BOOST_TEST(listed({"--search", "ANN"}) == 1u);
    BOOST_TEST(listed({"--search", "ann%"}) == 0u);
    BOOST_TEST(listed({"--role", "admin"}) == 1u);
    BOOST_TEST(listed({"--role", "adm"}) == 0u);
    const auto table = on.run("user", "list", {"--limit", "1"});
    BOOST_TEST(contains(table.output, ann + "  Ann B.  enabled  admin  " + text_at(made, "id")), table.output);
    BOOST_TEST(contains(table.errors, "there are more"));

    const auto in = read_grant(try_sign_in(client, ann, secret));
    BOOST_TEST(in.user_id == text_at(made, "id"));
    BOOST_TEST(check(client, in.access) == 200);
    BOOST_TEST(on.run("user", "delete", {"--yes", ann}).output == ann + " is deleted\n");
    BOOST_TEST(on.holds([&] { return check(client, in.access) == 401; }));
    BOOST_TEST(try_sign_in(client, ann, secret).status == 401);
    BOOST_TEST(listed({}) == 1u);
    BOOST_TEST(on.run("user", "delete", {"--yes", ann}).exit_code == 1);
    BOOST_TEST(on.postgres->query(on.where[1], "SELECT actor_kind || ' ' || action FROM watchword_audit ORDER BY id") ==
               "shell user.created\nshell user.created\nshell user.deleted\n");
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(an_import_beside_a_server_is_seen_by_it)
{
    const place on;
    server_process server(on.directory.path(), on.arguments);
    std::string users = "email,name,password\n";
    for (int i = 0; i < 2000; ++i) users += "u" + std::to_string(i) + "@b.test,U," + secret + "\n";
    write_file(on.directory / "users.csv", users);
    const auto done = on.user("import", {"--hash-passwords", "--quiet", on.directory / "users.csv"});
    BOOST_TEST(done.exit_code == 0, done.errors);
    http_client client(server.address());
    read_grant(try_sign_in(client, "u1999@b.test", secret));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(query_sqlite(on.file, "SELECT count(*) FROM user") == "2000\n");
}

BOOST_AUTO_TEST_SUITE_END()
