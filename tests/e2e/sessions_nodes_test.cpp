// Two servers on one PostgreSQL: what one has ended the other refuses within a bound, whatever becomes of the feed by
// which it hears of it.
#include "core/text.hpp"
#include "sessions_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/resources.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace watchword::test;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A request that needs a caller and nothing of the database: there is no such session, as its name tells. 404: the
// token was accepted.
std::string question(const std::string& access)
{
    return request_bytes("DELETE", "/v1/sessions/no-id", {{"Host", "x"}, {"Authorization", "Bearer " + access}});
}
int ask(http_client& client, const std::string& access)
{
    return sign_out(client, access, "no-id");
}
constexpr int accepted = 404;

// The second server has a role of its own, by which its connections can be told apart and refused.
struct two_servers {
    temporary_directory directory;
    postgres_server postgres;
    std::string url = postgres.create_database(), other_url = url;
    std::unique_ptr<server_process> first, second;
    std::unique_ptr<http_client> here, there;

    two_servers()
    {
        postgres.query(url, "CREATE ROLE other LOGIN SUPERUSER");
        other_url.replace(other_url.find("postgres@"), 8, "other");
        write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
    }
    std::vector<std::string> on(const std::string& database) const
    {
        return {"--database", database, "--secret-file", directory / "secret"};
    }
    void start(const std::vector<std::string>& settings = {})
    {
        std::vector<std::string> more{"--threads", "2", "--set", "passwords.memory_kib=8"};
        for (const auto& each : settings) more.insert(more.end(), {"--set", each});
        const auto begin = [&](const std::string& database) {
            auto arguments = on(database);
            arguments.insert(arguments.end(), more.begin(), more.end());
            return std::make_unique<server_process>(directory.path(), arguments);
        };
        first = begin(url);
        second = begin(other_url);
        here = std::make_unique<http_client>(first->address());
        there = std::make_unique<http_client>(second->address());
        BOOST_REQUIRE(here->form_post("/signup", registration("ann@b.test")).status == 201);
    }
    // A session that was opened here and whose access token both know.
    signed_in known_session()
    {
        const auto in = sign_in(*here, "ann@b.test");
        for (int i = 0; i < 2; ++i) {
            BOOST_REQUIRE(ask(*here, in.access) == accepted);
            BOOST_REQUIRE(ask(*there, in.access) == accepted);
        }
        return in;
    }
    // Connections of the second server by which it hears of changes.
    const std::string of_its_feed = "FROM pg_stat_activity WHERE usename = 'other' AND (query LIKE 'LISTEN%' OR query "
                                    "LIKE 'SELECT number, current_schema%')";
    std::size_t feeds() const { return std::stoul(postgres.query(url, "SELECT count(*) " + of_its_feed)); }
    // Its other connections go on.
    void cut_feed()
    {
        postgres.query(url, "ALTER ROLE other NOLOGIN");
        BOOST_REQUIRE(comes_true([&] {
            postgres.query(url, "SELECT pg_terminate_backend(pid) " + of_its_feed);
            return feeds() == 0;
        }));
    }
    void mend_feed()
    {
        postgres.query(url, "ALTER ROLE other LOGIN");
        BOOST_REQUIRE(comes_true([&] { return feeds() == 1; }));
    }
    // When the second server's readers were asked for the last time.
    std::string last_read() const
    {
        return postgres.query(url,
                              "SELECT max(query_start) FROM pg_stat_activity WHERE usename = 'other' AND query NOT "
                              "LIKE '%watchword_change%'");
    }
    finished key(std::vector<std::string> step)
    {
        const auto where = on(url);
        step.insert(step.begin(), {watchword_binary(), "key"});
        step.insert(step.end(), where.begin(), where.end());
        return run_program(step);
    }
};

// Asks again and again until the answer is that one, which it must be for every question after `limit`. How long it was
// another one, and how often.
struct delay {
    steady_clock::duration last_other{};
    std::size_t others = 0;
};
delay until_answered(http_client& client, const std::string& access, int status, steady_clock::time_point since,
                     milliseconds limit)
{
    delay d;
    for (;;) {
        const auto asked = steady_clock::now() - since;
        const int answer = ask(client, access);
        if (answer == status) return d;
        BOOST_REQUIRE_MESSAGE(asked < limit, answer << " to what was asked after "
                                                    << std::chrono::duration_cast<milliseconds>(asked).count()
                                                    << " ms");
        d.last_other = asked;
        ++d.others;
    }
}

double in_milliseconds(steady_clock::duration d)
{
    return std::chrono::duration<double, std::milli>(d).count();
}

std::string kid_of(const std::string& token)
{
    const auto header = watchword::core::base64url_decode(token.substr(0, token.find('.')));
    return text_at(boost::json::parse(header.value()), "kid");
}

std::string request_of(const std::string& refresh)
{
    return request_bytes("POST", "/v1/sessions/refresh", {{"Host", "x"}, {"Content-Type", "application/json"}},
                         "{\"refresh_token\":\"" + refresh + "\"}");
}

constexpr milliseconds default_staleness{2000}, foreign_poll{250};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sessions_on_two_servers, two_servers)

BOOST_AUTO_TEST_CASE(what_is_ended_here_is_refused_there_by_notification)
{
    start();
    std::vector<steady_clock::duration> delays;
    const std::vector<std::string> ways{"current", "all"};
    for (std::size_t round = 0; round < 50; ++round) {
        const auto in = known_session();
        BOOST_REQUIRE(sign_out(*here, in.access, ways[round % 2]) == 204);
        const auto ended = steady_clock::now();
        delays.push_back(until_answered(*there, in.access, 401, ended, default_staleness).last_other);
    }
    std::sort(delays.begin(), delays.end());
    BOOST_TEST_MESSAGE("accepted there after the end was answered here, in ms: median "
                       << in_milliseconds(delays[25]) << ", longest " << in_milliseconds(delays.back()));
    BOOST_TEST((delays[25] < at_most(foreign_poll))); // not by asking
}

BOOST_AUTO_TEST_CASE(a_server_that_hears_nothing_trusts_what_it_knows_no_longer_than_is_set)
{
    constexpr milliseconds staleness{3000};
    start({"database.staleness=3s"});
    for (int round = 0; round < 2; ++round) {
        const auto in = known_session(), other = known_session();
        cut_feed();
        BOOST_REQUIRE(sign_out(*here, in.access) == 204);
        const auto ended = steady_clock::now();
        const auto d = until_answered(*there, in.access, 401, ended, staleness);
        BOOST_TEST_MESSAGE("without a feed accepted for " << in_milliseconds(d.last_other) << " ms");
        if (!is_sanitized) BOOST_TEST(d.others > 0u); // it has not heard of it, and may trust what it knows

        // From now on it asks about each of them.
        const auto before = last_read();
        BOOST_TEST(ask(*there, other.access) == accepted);
        BOOST_TEST(last_read() != before);
        BOOST_REQUIRE(sign_out(*here, other.access) == 204);
        BOOST_TEST(ask(*there, other.access) == 401);
        mend_feed();
    }
    const auto in = known_session();
    BOOST_TEST(comes_true([&] { // it knows again
        const auto before = last_read();
        for (int i = 0; i < 50; ++i) BOOST_REQUIRE(ask(*there, in.access) == accepted);
        return last_read() == before;
    }));
}

BOOST_AUTO_TEST_CASE(when_the_database_hangs_or_is_gone_nobody_is_accepted_for_longer_than_is_set)
{
    start({"database.timeout=1s"});
    for (const bool is_hanging : {true, false}) {
        const auto in = known_session();
        if (is_hanging) postgres.suspend();
        if (!is_hanging) postgres.stop();
        const auto gone = steady_clock::now();
        const auto d = until_answered(*there, in.access, 503, gone, default_staleness);
        BOOST_TEST_MESSAGE("without the database accepted for " << in_milliseconds(d.last_other) << " ms");
        BOOST_TEST(ask(*there, in.access) == 503);
        if (is_hanging) postgres.resume();
        if (!is_hanging) postgres.start();
        BOOST_TEST(comes_true([&] { return ask(*there, in.access) == accepted; }));
        BOOST_TEST(comes_true([&] { return try_sign_in(*here, "ann@b.test").status == 201; }));
    }
}

// A machine that sleeps: requests that wait when it wakes up come before its feed can have heard anything.
BOOST_AUTO_TEST_CASE(a_server_that_was_stopped_for_longer_than_is_set_asks_before_it_answers)
{
    start({"database.staleness=500ms"});
    std::vector<std::unique_ptr<http_client>> waiting;
    for (int i = 0; i < 16; ++i) waiting.push_back(std::make_unique<http_client>(second->address()));
    const int rounds = is_sanitized ? 3 : 6;
    for (int round = 0; round < rounds; ++round) {
        const auto in = known_session();
        const auto request = question(in.access);
        for (auto& each : waiting) each->send(request);
        for (auto& each : waiting) BOOST_REQUIRE(each->read_response().status == accepted);
        second->child().signal(SIGSTOP);
        BOOST_REQUIRE(comes_true([&] { return is_stopped(second->child().id()); }));
        BOOST_REQUIRE(sign_out(*here, in.access) == 204);
        for (auto& each : waiting) each->send(request);
        std::this_thread::sleep_for(milliseconds(600)); // how long it is stopped is what is tested
        second->child().signal(SIGCONT);
        for (auto& each : waiting) BOOST_TEST(each->read_response().status == 401);
    }
}

BOOST_AUTO_TEST_CASE(nobody_asks_again_because_others_sign_in_and_refresh)
{
    start({"sessions.per_user=1000"}); // none is ended for another one
    const auto in = known_session();
    auto newest = sign_in(*here, "ann@b.test");
    std::size_t asked = 0, refreshed = 0;
    BOOST_TEST(comes_true([&] { // since the start keys may have to be read, and once a minute
        const auto before = last_read();
        const auto end = steady_clock::now() + seconds(1);
        for (asked = 0; steady_clock::now() < end; ++asked) {
            newest = read_grant(try_refresh(*here, newest.refresh));
            if (++refreshed % 10 == 0) sign_in(*here, "ann@b.test");
            BOOST_REQUIRE(ask(*there, in.access) == accepted);
        }
        return last_read() == before;
    }));
    BOOST_TEST(asked > 10u);
}

BOOST_AUTO_TEST_CASE(a_new_key_s_tokens_are_good_everywhere_at_once_and_a_retired_one_s_nowhere_within_the_bound)
{
    start();
    std::vector<steady_clock::duration> delays;
    for (int round = 0; round < 5; ++round) {
        const auto old = known_session();
        const auto rotated = key({"rotate", "--now"});
        BOOST_REQUIRE_MESSAGE(rotated.exit_code == 0, rotated.errors);
        signed_in young;
        BOOST_REQUIRE(comes_true([&] {
            young = sign_in(*here, "ann@b.test");
            BOOST_REQUIRE(ask(*there, young.access) == accepted);
            return kid_of(young.access) != kid_of(old.access);
        }));
        BOOST_TEST(ask(*there, old.access) == accepted);
        const auto done = key({"retire", kid_of(old.access)});
        const auto retired = steady_clock::now();
        BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
        delays.push_back(until_answered(*there, old.access, 401, retired, default_staleness + foreign_poll).last_other);
        until_answered(*here, old.access, 401, retired, default_staleness + foreign_poll);
        BOOST_TEST(ask(*there, young.access) == accepted);
        BOOST_TEST(ask(*there, read_grant(try_refresh(*there, old.refresh)).access) == accepted);
    }
    BOOST_TEST_MESSAGE("a retired key's token was accepted for at most "
                       << in_milliseconds(*std::max_element(delays.begin(), delays.end())) << " ms");
}

// Whoever signs has heard of the key; who verifies has not, and does not for a while.
BOOST_AUTO_TEST_CASE(a_server_that_hears_nothing_looks_for_a_key_that_it_does_not_know)
{
    start({"database.staleness=1m"});
    const auto old = known_session();
    cut_feed();
    BOOST_REQUIRE(key({"rotate", "--now"}).exit_code == 0);
    signed_in young;
    BOOST_REQUIRE(comes_true([&] {
        young = sign_in(*here, "ann@b.test");
        return kid_of(young.access) != kid_of(old.access);
    }));
    BOOST_TEST(ask(*there, young.access) == accepted);
    BOOST_TEST(ask(*there, young.access.substr(0, young.access.size() - 4) + "AAAA") == 401);
}

BOOST_AUTO_TEST_CASE(a_retired_key_s_token_is_refused_without_a_feed_too)
{
    constexpr milliseconds staleness{1000};
    start({"database.staleness=1s"});
    const auto old = known_session();
    cut_feed();
    BOOST_REQUIRE(key({"retire", kid_of(old.access)}).exit_code == 0);
    until_answered(*there, old.access, 401, steady_clock::now(), staleness + foreign_poll);
    BOOST_TEST(ask(*there, sign_in(*here, "ann@b.test").access) == accepted);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_refreshed_on_both_at_once_goes_on)
{
    start();
    std::vector<std::unique_ptr<http_client>> tabs;
    for (int i = 0; i < 8; ++i) tabs.push_back(std::make_unique<http_client>((i % 2 == 0 ? first : second)->address()));
    auto newest = sign_in(*here, "ann@b.test");
    const int rounds = is_sanitized ? 25 : 100;
    for (int round = 0; round < rounds; ++round) {
        const auto request = request_of(newest.refresh);
        for (auto& each : tabs) each->send(request);
        std::vector<signed_in> all;
        for (auto& each : tabs) all.push_back(read_grant(each->read_response()));
        for (const auto& each : all) BOOST_REQUIRE(each.refresh == all.front().refresh);
        BOOST_REQUIRE(all.front().refresh != newest.refresh);
        newest = all.back();
    }
    for (auto* const each : {here.get(), there.get()}) BOOST_TEST(ask(*each, newest.access) == accepted);
    const auto r = there->exchange("GET", "/v1/sessions", bearer(newest.access));
    BOOST_TEST(boost::json::parse(r.body).at("sessions").as_array().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
