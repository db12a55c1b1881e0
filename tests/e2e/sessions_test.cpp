// Sessions of the running server, from signing up to signing out.
#include "sessions_fixture.hpp"
#include "support/postgres_server.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

namespace {

using namespace watchword::test;

// Cheap hashes, and two I/O threads whatever the machine.
std::vector<std::string> quick(std::vector<std::string> more = {})
{
    more.insert(more.end(), {"--threads", "2", "--set", "passwords.memory_kib=8"});
    return more;
}

// A database of either kind, and servers on it.
struct database {
    temporary_directory directory;
    std::unique_ptr<postgres_server> postgres;
    std::vector<std::string> arguments;

    explicit database(bool is_postgresql)
    {
        arguments = quick();
        if (!is_postgresql) return;
        postgres = std::make_unique<postgres_server>();
        write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
        arguments = quick({"--database", postgres->create_database(), "--secret-file", directory / "secret"});
    }
};

std::size_t count_sessions(http_client& client, const std::string& access)
{
    const auto r = client.exchange("GET", "/v1/sessions", bearer(access));
    BOOST_REQUIRE_MESSAGE(r.status == 200, r.status << " " << r.body);
    BOOST_TEST(r.header("Cache-Control") == "no-store");
    return boost::json::parse(r.body).at("sessions").as_array().size();
}

using connections = std::vector<std::unique_ptr<http_client>>;

connections connect_often(const std::string& address, std::size_t count)
{
    connections all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(std::make_unique<http_client>(address));
    return all;
}

// Asks on all connections at once; how many answers have that status.
std::size_t count_answers(const connections& all, const std::string& access, int status)
{
    const auto request = request_bytes("GET", "/v1/sessions", {{"Host", "x"}, {"Authorization", "Bearer " + access}});
    for (const auto& each : all) each->send(request);
    std::size_t count = 0;
    for (const auto& each : all) count += each->read_response().status == status ? 1 : 0;
    return count;
}

void live_through_a_session(bool is_postgresql)
{
    const database on(is_postgresql);
    signed_in in;
    std::string next;
    {
        server_process server(on.directory.path(), on.arguments);
        http_client client(server.address());
        BOOST_TEST(client.form_post("/signup", registration("ann@b.test")).status == 201);
        const auto created = try_sign_in(client, "ann@b.test");
        BOOST_TEST(created.status == 201);
        BOOST_TEST(created.header("Cache-Control") == "no-store");
        in = read_grant(created);
        BOOST_TEST(code_in(try_sign_in(client, "ann@b.test", "nope")) == "wrong_credentials");
        BOOST_TEST(check(client, in.access) == 200);

        // A lost answer, two tabs: the same successor.
        next = read_grant(try_refresh(client, in.refresh)).refresh;
        http_client tab(server.address());
        BOOST_TEST(read_grant(try_refresh(tab, in.refresh)).refresh == next);
        BOOST_TEST(next != in.refresh);
        BOOST_TEST(count_sessions(client, in.access) == 1u);
        BOOST_TEST(server.stop() == 0);
        BOOST_TEST(!contains(server.log(), in.access));
        BOOST_TEST(!contains(server.log(), in.refresh));
    }
    // A restart keeps sessions, and the keys of their tokens.
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    BOOST_TEST(check(client, in.access) == 200);
    BOOST_TEST(read_grant(try_refresh(client, in.refresh)).refresh == next);
    const auto later = read_grant(try_refresh(client, next));
    BOOST_TEST(later.user_id == in.user_id);
    const auto other = sign_in(client, "ANN@b.test");
    BOOST_TEST(count_sessions(client, later.access) == 2u);
    BOOST_TEST(sign_out(client, later.access) == 204);
    BOOST_TEST(check(client, later.access) == 401);
    BOOST_TEST(check(client, in.access) == 401);
    BOOST_TEST(code_in(try_refresh(client, later.refresh)) == "session_ended");
    BOOST_TEST(check(client, other.access) == 200);
    BOOST_TEST(sign_out(client, other.access, "all") == 204);
    BOOST_TEST(check(client, other.access) == 401);
}

void be_refused_everywhere_after_signing_out(bool is_postgresql, int rounds)
{
    const database on(is_postgresql);
    server_process server(on.directory.path(), on.arguments);
    http_client client(server.address());
    client.form_post("/signup", registration("ann@b.test"));
    const auto all = connect_often(server.address(), 8);
    const std::vector<std::string> ways{"current", "all", "others"};
    for (int round = 0; round < rounds; ++round) {
        const auto& way = ways[static_cast<std::size_t>(round) % ways.size()];
        const auto in = sign_in(client, "ann@b.test");
        const auto who = way == "others" ? sign_in(client, "ann@b.test") : in;
        for (int i = 0; i < 2; ++i) BOOST_REQUIRE(count_answers(all, in.access, 200) == all.size()); // now all know it
        BOOST_REQUIRE(sign_out(client, who.access, way) == 204);
        BOOST_REQUIRE_MESSAGE(count_answers(all, in.access, 401) == all.size(), "round " << round << ", " << way);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(a_session_lives_through_refreshes_and_a_restart_until_it_is_ended)
{
    live_through_a_session(false);
}

BOOST_AUTO_TEST_CASE(the_same_holds_on_postgresql)
{
    live_through_a_session(true);
}

BOOST_AUTO_TEST_CASE(once_signing_out_was_answered_no_connection_accepts_the_token)
{
    be_refused_everywhere_after_signing_out(false, is_sanitized ? 50 : 200);
}

BOOST_AUTO_TEST_CASE(once_signing_out_was_answered_no_connection_accepts_the_token_on_postgresql)
{
    be_refused_everywhere_after_signing_out(true, is_sanitized ? 25 : 100);
}

BOOST_AUTO_TEST_CASE(several_servers_share_sessions)
{
    const database on(true);
    server_process first(on.directory.path(), on.arguments), second(on.directory.path(), on.arguments);
    http_client here(first.address()), there(second.address());
    here.form_post("/signup", registration("ann@b.test"));
    const auto in = sign_in(here, "ann@b.test");
    BOOST_TEST(check(there, in.access) == 200);
    const auto next = read_grant(try_refresh(there, in.refresh));
    BOOST_TEST(read_grant(try_refresh(here, in.refresh)).refresh == next.refresh);
    BOOST_TEST(check(here, next.access) == 200);

    // Nobody asks the database about tokens that are known; the feeds ask for something else.
    const auto last_read = [&] {
        return on.postgres->query(on.arguments.at(1),
                                  "SELECT max(query_start) FROM pg_stat_activity WHERE application_name = 'watchword' "
                                  "AND query NOT LIKE '%watchword_change%'");
    };
    BOOST_TEST(last_read().size() > 10u);
    BOOST_TEST(comes_true([&] { // keys are looked for once a second, after changes by others
        const auto before = last_read();
        for (int i = 0; i < 100; ++i) BOOST_REQUIRE(sign_out(there, in.access, "no-id") == 404);
        return last_read() == before;
    }));

    BOOST_TEST(sign_out(there, in.access) == 204);
    BOOST_TEST(check(there, next.access) == 401);
    BOOST_TEST(comes_true([&] { return check(here, in.access) == 401 && check(here, next.access) == 401; }));
    BOOST_TEST(code_in(try_refresh(here, next.refresh)) == "session_ended");
}

BOOST_FIXTURE_TEST_CASE(the_settings_of_tokens_and_sessions_hold, temporary_directory)
{
    const auto start = [this](std::vector<std::string> more) {
        return std::make_unique<server_process>(path(), quick(std::move(more)));
    };
    const auto server = start({"--set", "tokens.issuer=https://id.test", "--set", "tokens.access_lifetime=2s", "--set",
                               "sessions.per_user=1"});
    http_client client(server->address());
    client.form_post("/signup", registration("ann@b.test"));
    const auto first = sign_in(client, "ann@b.test");
    const auto created = try_sign_in(client, "ann@b.test");
    BOOST_TEST(boost::json::parse(created.body).at("expires_in").as_int64() == 2);
    const auto second = read_grant(created);
    BOOST_TEST(code_in(try_refresh(client, first.refresh)) == "session_ended");
    BOOST_TEST(comes_true([&] {
        const auto r = client.exchange("GET", "/v1/sessions", bearer(second.access));
        return r.status == 401 && code_in(r) == "token_expired";
    }));
    BOOST_TEST(check(client, read_grant(try_refresh(client, second.refresh)).access) == 200);
}

BOOST_AUTO_TEST_SUITE_END()
