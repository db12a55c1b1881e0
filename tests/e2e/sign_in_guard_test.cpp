// Guesses at the passwords of the running server, with its limits: how many are judged, and who gets in meanwhile.
#include "e2e_fixture.hpp"
#include "support/swarm.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <fstream>

namespace {

using namespace watchword::test;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A server whose clients are who they say they are, with cheap hashes.
struct guarded_server {
    process child;
    std::string address;

    explicit guarded_server(const temporary_directory& directory, const std::vector<std::string>& more = {})
        : child(command(directory, more))
    {
        const auto ready = child.await_error_line("\"message\":\"ready\"");
        BOOST_REQUIRE(ready.has_value());
        address = boost::json::parse(*ready).at("listen").as_string().c_str();
    }
    ~guarded_server()
    {
        child.signal(SIGTERM);
        BOOST_TEST(child.wait() == 0);
    }

    static std::vector<std::string> command(const temporary_directory& directory, const std::vector<std::string>& more)
    {
        std::vector<std::string> all{
            watchword_binary(), "serve",     "--listen",   "127.0.0.1:0",
            "--log-format",     "json",      "--database", "sqlite:" + (directory / "watchword.db"),
            "--trusted-proxy",  "127.0.0.1", "--set",      "passwords.memory_kib=8"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    http_response post(std::string_view path, const name_values& form, const std::string& from,
                       name_values headers = {})
    {
        headers.insert(headers.end(),
                       {{"X-Forwarded-For", from}, {"Content-Type", "application/x-www-form-urlencoded"}});
        return http_client(address).exchange("POST", path, headers, encode_form(form));
    }
    http_response log_in(const std::string& secret, const std::string& from, name_values headers = {})
    {
        return post("/login", credentials("ann@b.test", secret), from, std::move(headers));
    }
    // Guesses until even the right password is refused, from an address that nobody has come from yet. However slow
    // the machine is: each guess doubles the delay.
    bool comes_to_refuse_strangers()
    {
        for (int i = 1; i <= 25; ++i) {
            log_in("wrong", "203.0.113.1");
            const auto r = log_in(password, "198.51.100." + std::to_string(i));
            if (r.status != 429) continue;
            BOOST_TEST(contains(r.body, "too_many_attempts"));
            BOOST_TEST(std::stoi(r.header("Retry-After")) <= 900);
            return true;
        }
        return false;
    }
};

std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

// Those that strangers' delays of 1 s, 2 s, 4 s ... let through in that time, beside the eleven that come at once.
std::size_t delayed_guesses(steady_clock::duration within)
{
    std::size_t more = 0;
    for (auto next = seconds(1), step = seconds(2); next <= within; next += step, step *= 2) ++more;
    return more;
}

struct verdicts {
    std::size_t judged = 0, refused = 0, others = 0, allowed = 0;
};

// So many connections, each with an address of its own, send wrong passwords all at once.
verdicts guess_in_parallel(const std::string& address, std::size_t connections, std::size_t each)
{
    const auto begin = steady_clock::now();
    swarm guessers(address);
    const auto form = encode_form(credentials("ann@b.test", "wrong"));
    for (std::size_t i = 0; i < connections; ++i) {
        const auto peer = guessers.open();
        const auto from = "203.0.113." + std::to_string(i % 250);
        for (std::size_t n = 1; n <= each; ++n)
            guessers.send(peer, request_bytes("POST", "/login",
                                              {{"Host", "x"},
                                               {"X-Forwarded-For", from},
                                               {"Connection", n == each ? "close" : "keep-alive"},
                                               {"Content-Type", "application/x-www-form-urlencoded"}},
                                              form));
    }
    guessers.run_until([&] { return guessers.ended() == connections; }, at_most(seconds(60)));
    verdicts v;
    for (std::size_t i = 0; i < connections; ++i) {
        const auto& received = guessers.at(i).received;
        v.judged += count(received, "HTTP/1.1 403 ");
        v.refused += count(received, "HTTP/1.1 429 ");
        v.others += count(received, "HTTP/1.1 ");
    }
    v.others -= v.judged + v.refused;
    v.allowed = 11 + delayed_guesses(steady_clock::now() - begin);
    return v;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sign_in_guard)

// S29, S31
BOOST_AUTO_TEST_CASE(two_hundred_connections_get_no_more_guesses_than_one_and_the_owner_gets_in)
{
    const temporary_directory directory;
    guarded_server server(directory);
    BOOST_TEST(server.post("/signup", registration("ann@b.test"), "192.0.2.1").status == 201);
    const auto token = token_of(server.log_in(password, "192.0.2.1"));

    const auto v = guess_in_parallel(server.address, 200, 5);
    BOOST_TEST(v.judged >= 1u);
    BOOST_TEST(v.judged <= v.allowed);
    BOOST_TEST(v.judged + v.refused == 1000u);
    BOOST_TEST(v.others == 0u);

    // Strangers wait, even with the right password; the owner need not.
    BOOST_TEST(server.comes_to_refuse_strangers());
    BOOST_TEST(server.log_in(password, "198.51.100.101", {{"x-access-token", token}}).status == 201);
    BOOST_TEST(server.log_in(password, "198.51.100.102", {{"Authorization", "Bearer " + token}}).status == 201);
    BOOST_TEST(server.log_in(password, "192.0.2.1").status == 201);
    BOOST_TEST(server.log_in(password, "192.0.2.1").header("Set-Cookie").empty());

    BOOST_TEST(comes_true([&] { return contains(server.child.errors(), "are slowed down"); }));
    const auto log = server.child.errors();
    BOOST_TEST(count(log, "are slowed down") == 1u);
    BOOST_TEST(contains(log, "\"event\":\"account.slowed_down\",\"user\":\""), log);
    BOOST_TEST(!contains(log, "ann@b.test"));
    BOOST_TEST(!contains(log, token));
}

BOOST_AUTO_TEST_CASE(a_device_is_known_by_its_cookie_and_a_restart_does_not_change_that)
{
    const temporary_directory directory;
    const std::vector<std::string> settings{"--set", "compat.device_cookie=true"};
    std::string cookie;
    {
        guarded_server server(directory, settings);
        server.post("/signup", registration("ann@b.test"), "192.0.2.1");
        const auto field = server.log_in(password, "192.0.2.1").header("Set-Cookie");
        BOOST_TEST(field.starts_with("watchword_device="));
        cookie = field.substr(0, field.find(';'));
    }
    guarded_server server(directory, settings);
    BOOST_TEST(server.comes_to_refuse_strangers());
    const auto field = server.log_in(password, "192.0.2.2", {{"Cookie", cookie}});
    BOOST_TEST(field.status == 201);
    BOOST_TEST(field.header("Set-Cookie").starts_with("watchword_device="));
    BOOST_TEST(server.log_in("wrong", "192.0.2.3", {{"Cookie", cookie}}).status == 403);
}

BOOST_AUTO_TEST_CASE(a_device_cookie_is_worth_nothing_under_another_secret)
{
    const temporary_directory directory;
    const auto with_secret = [&](char filling) {
        const auto file = directory / std::string(1, filling);
        std::ofstream(file) << std::string(32, filling);
        return std::vector<std::string>{"--set", "compat.device_cookie=true", "--secret-file", file};
    };
    std::string cookie;
    {
        guarded_server server(directory, with_secret('a'));
        server.post("/signup", registration("ann@b.test"), "192.0.2.1");
        const auto field = server.log_in(password, "192.0.2.1").header("Set-Cookie");
        cookie = field.substr(0, field.find(';'));
    }
    // Which does not open the signing keys of the other.
    const std::vector<std::string> give_up{
        watchword_binary(), "key",          "retire", "--all", "--database", "sqlite:" + directory / "watchword.db",
        "--secret-file",    directory / "b"};
    auto settings = with_secret('b');
    BOOST_TEST(run_program(give_up).exit_code == 0);
    guarded_server server(directory, settings);
    BOOST_TEST(server.comes_to_refuse_strangers());
    BOOST_TEST(server.log_in(password, "192.0.2.2", {{"Cookie", cookie}}).status == 429);
}

BOOST_AUTO_TEST_CASE(nobody_waits_where_that_is_set)
{
    for (const auto* off : {"limits.enabled=false", "limits.account_failures=0", "limits.account_longest_delay=0"}) {
        const temporary_directory directory;
        guarded_server server(directory, {"--set", off});
        server.post("/signup", registration("ann@b.test"), "192.0.2.1");
        for (int i = 0; i < 30; ++i) BOOST_TEST(server.log_in("wrong", "203.0.113." + std::to_string(i)).status == 403);
    }
}

BOOST_AUTO_TEST_CASE(delays_begin_after_as_many_failures_as_are_set)
{
    const temporary_directory directory;
    guarded_server server(directory, {"--set", "limits.account_failures=1"});
    server.post("/signup", registration("ann@b.test"), "192.0.2.1");
    int judged = 0;
    while (judged < 11 && server.log_in("wrong", "203.0.113.1").status == 403) ++judged;
    BOOST_TEST(judged >= 2);
    BOOST_TEST(judged < 11); // as many as are free by default
}

BOOST_AUTO_TEST_SUITE_END()
