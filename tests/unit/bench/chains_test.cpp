#include "load_run.hpp"
#include "scripted_server.hpp"
#include "support/temporary_directory.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <sstream>

using namespace watchword;
using test::number;
namespace json = boost::json;

namespace {

std::string answer(unsigned status, std::string_view body)
{
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

// Sessions whose token changes with every refresh: only the last one is good, and one at a time.
class refreshing {
public:
    std::string operator()(const std::string& request)
    {
        const std::lock_guard lock(mutex_);
        const auto body = json::parse(request.substr(request.find("\r\n\r\n") + 4)).as_object();
        if (request.starts_with("POST /begin ")) {
            const std::string user(body.at("user").as_string());
            if (!begun_.insert(user).second) return answer(409, "{}");
            return answer(201, token(user, 0));
        }
        const std::string sent(body.at("token").as_string());
        const auto user = sent.substr(0, sent.find('#'));
        if (sent != user + "#" + std::to_string(refreshed_[user])) {
            ++strange_;
            return answer(401, "{}");
        }
        return answer(200, token(user, ++refreshed_[user]));
    }

    std::size_t sessions() const { return begun_.size(); }
    std::size_t strange() const { return strange_; }
    std::uint64_t refreshes() const
    {
        std::uint64_t all = 0;
        for (const auto& [user, count] : refreshed_) all += count;
        return all;
    }
    std::uint64_t fewest() const
    {
        std::uint64_t least = UINT64_MAX;
        for (const auto& [user, count] : refreshed_) least = std::min(least, count);
        return least;
    }

private:
    static std::string token(const std::string& user, std::uint64_t count)
    {
        return R"({"session": {"tokens": [")" + user + "#" + std::to_string(count) + R"("]}})";
    }

    std::mutex mutex_;
    std::set<std::string> begun_;
    std::map<std::string, std::uint64_t> refreshed_;
    std::size_t strange_ = 0;
};

struct chain_fixture {
    test::temporary_directory directory;
    refreshing sessions;
    test::scripted_server server{[this](std::uint64_t, const std::string& request) { return sessions(request); }};

    json::object run(const std::string& scenario, std::vector<std::string_view> arguments)
    {
        const auto file = directory / "scenario.json";
        test::write_file(file, scenario);
        arguments.insert(arguments.end(), {"--scenario", file});
        return test::run_load(server.address(), std::move(arguments));
    }
};

std::string refresh_scenario(const std::string& members)
{
    return R"({"chains": {"session": {"members": )" + members + R"(, "prepare": ["begin"],
                 "values": {"user": "u-${unique}"}}},
       "classes": [
         {"name": "begin", "chain": "session", "weight": 0, "method": "POST", "path": "/begin", "expect": [201],
          "json": {"user": "${user}"}, "keep": {"token": "/session/tokens/0"}},
         {"name": "refresh", "chain": "session", "method": "POST", "path": "/refresh",
          "json": {"token": "${token}"}, "keep": {"token": "/session/tokens/0"}}]})";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(chains, chain_fixture)

BOOST_AUTO_TEST_CASE(each_refresh_uses_the_token_of_the_last_one)
{
    const auto seen = run(refresh_scenario("10"), {"--connections", "8", "--threads", "2", "--requests", "1000"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "classes.refresh.answers") == 1000u);
    BOOST_TEST(number(seen, "classes.begin.answers") == 0u); // prepared, not measured
    BOOST_TEST(sessions.sessions() == 10u);
    BOOST_TEST(sessions.refreshes() == 1000u);
    BOOST_TEST(sessions.strange() == 0u);
    BOOST_TEST(sessions.fewest() > 10u); // all take part
}

BOOST_AUTO_TEST_CASE(one_request_of_a_member_is_under_way_even_with_more_connections_than_members)
{
    const auto seen = run(refresh_scenario("2"), {"--connections", "8", "--rate", "1000", "--duration", "0.3"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "classes.refresh.answers") == 300u); // those that had to wait came too
    BOOST_TEST(sessions.strange() == 0u);
}

BOOST_AUTO_TEST_CASE(a_member_for_each_connection_also_when_connections_are_renewed)
{
    const auto seen = run(refresh_scenario("\"by connection\""),
                          {"--connections", "6", "--requests", "600", "--requests-per-connection", "7"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(sessions.sessions() == 6u);
    BOOST_TEST(sessions.refreshes() == 600u);
    BOOST_TEST(sessions.fewest() > 10u);
    BOOST_TEST(number(seen, "reopened") >= 80u);
    BOOST_TEST(number(seen, "connects_per_second") > 0u);
}

BOOST_AUTO_TEST_CASE(a_single_member_goes_on_with_its_new_connection)
{
    const auto seen = run(refresh_scenario("\"by connection\""), {"--connections", "1", "--requests", "20",
                                                                  "--duration", "5", "--requests-per-connection", "1"});
    BOOST_TEST(number(seen, "answers") == 20u);
    BOOST_TEST(number(seen, "failed.total") == 0u);
}

BOOST_AUTO_TEST_CASE(members_begin_and_end_while_it_runs_and_the_ledger_says_which)
{
    const auto ledger = directory / "ledger";
    const auto seen = run(R"({"chains": {"session": {"values": {"user": "u-${unique}"}}}, "classes": [
         {"name": "begin", "chain": "session", "starts": true, "method": "POST", "path": "/begin", "expect": [201],
          "json": {"user": "${user}"}, "keep": {"token": "/session/tokens/0"}, "ledger": "${user}"},
         {"name": "refresh", "chain": "session", "weight": 3, "method": "POST", "path": "/refresh",
          "json": {"token": "${token}"}, "keep": {"token": "/session/tokens/0"}},
         {"name": "last", "chain": "session", "ends": true, "method": "POST", "path": "/refresh",
          "json": {"token": "${token}"}}]})",
                          {"--connections", "4", "--requests", "500", "--ledger", ledger});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    const auto begun = number(seen, "classes.begin.answers"), ended = number(seen, "classes.last.answers");
    BOOST_TEST(begun >= 100u); // each is begun before it can end, with a few requests under way
    BOOST_TEST(begun <= 105u);
    BOOST_TEST(ended >= 95u);
    BOOST_TEST(ended <= 100u);
    BOOST_TEST(number(seen, "chains.started") == begun);
    BOOST_TEST(number(seen, "chains.dropped") == 0u);
    BOOST_TEST(number(seen, "acknowledged") == begun);
    BOOST_TEST(sessions.sessions() == begun);

    std::set<std::string> named;
    std::istringstream lines(test::read_file(ledger));
    for (std::string line; std::getline(lines, line);) {
        const auto entry = json::parse(line).as_object();
        BOOST_TEST(entry.at("class").as_string() == "begin");
        BOOST_TEST(entry.at("status").as_int64() == 201);
        named.insert(std::string(entry.at("value").as_string()));
    }
    BOOST_TEST(named.size() == begun);
}

BOOST_AUTO_TEST_CASE(a_chain_that_cannot_be_prepared_is_an_error_that_says_why)
{
    const auto scenario = [](const std::string& more) {
        return R"({"chains": {"c": {"members": 1, "prepare": ["begin"]}}, "classes": [
            {"name": "begin", "chain": "c", "method": "POST", "path": "/begin", "json": {"user": "same"}, )" +
               more + "}]}";
    };
    const auto problem = [&](const std::string& text) {
        try {
            run(text, {"--connections", "1", "--duration", "0.1"});
        } catch (const std::runtime_error& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    BOOST_TEST(problem(scenario(R"("expect": [200])")).find("'begin' was answered 201") != std::string::npos);
    BOOST_TEST(problem(scenario(R"("expect": [201, 409])")).find("'begin' was answered 409") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(answers_that_give_no_value)

BOOST_AUTO_TEST_CASE(they_are_counted_and_the_member_is_dropped)
{
    for (const std::string body :
         {"", "{", "[]", R"({"t": null})", R"({"t": ["a"]})", R"({"t": "a\r\nb"})", R"({"T": "a"})"}) {
        const test::temporary_directory directory;
        const auto file = directory / "scenario.json";
        test::write_file(file, R"({"chains": {"c": {"members": 3}},
            "classes": [{"chain": "c", "path": "/${t}", "keep": {"t": "/t"}},
                        {"name": "first", "chain": "c", "keep": {"t": "/t"}}]})");
        const test::scripted_server server([&](std::uint64_t) { return answer(200, body); });
        const auto began = std::chrono::steady_clock::now();
        const auto seen = test::run_load(server.address(), {"--rate", "1000", "--duration", "0.01", "--connections",
                                                            "1", "--timeout", "60", "--scenario", file});
        BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(30))); // nobody is waited for
        BOOST_TEST_CONTEXT(body)
        {
            BOOST_TEST(number(seen, "failed.no_value") == 3u);
            BOOST_TEST(number(seen, "chains.dropped") == 3u);
            BOOST_TEST(server.requests() == 3u); // nobody is left
            BOOST_TEST(number(seen, "not_sent") == 7u);
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_values_too)
{
    const test::temporary_directory directory;
    const auto file = directory / "scenario.json";
    test::write_file(file, R"({"chains": {"c": {"members": 1, "prepare": ["first"]}},
        "classes": [{"name": "first", "chain": "c", "weight": 0, "keep": {"id": "/id"}},
                    {"name": "then", "chain": "c", "path": "/${id}"}]})");
    const test::scripted_server server([](std::uint64_t, const std::string& request) {
        return request.starts_with("GET / ")     ? answer(200, R"({"id": 17})")
               : request.starts_with("GET /17 ") ? answer(200, "{}")
                                                 : answer(404, "{}");
    });
    const auto seen = test::run_load(server.address(), {"--requests", "5", "--connections", "1", "--scenario", file});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "classes.then.answers") == 5u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(lanes)

BOOST_AUTO_TEST_CASE(classes_with_rates_and_closed_loops_run_together)
{
    const test::temporary_directory directory;
    const auto file = directory / "scenario.json";
    test::write_file(file, R"({"classes": [{"name": "steady", "connections": 2, "rate": 100},
        {"name": "slower", "connections": 1, "rate": 20}, {"name": "busy", "connections": 3}]})");
    const test::scripted_server server([](std::uint64_t) { return answer(200, ""); });
    const auto seen = test::run_load(server.address(), {"--duration", "0.5", "--scenario", file});
    BOOST_TEST(seen.at("loop").as_string() == "mixed");
    BOOST_TEST(number(seen, "connections") == 6u);
    BOOST_TEST(server.connections() == 6u);
    BOOST_TEST(number(seen, "classes.steady.answers") == 50u);
    BOOST_TEST(number(seen, "classes.slower.answers") == 10u);
    BOOST_TEST(number(seen, "classes.busy.answers") > 0u);
    BOOST_TEST(number(seen, "failed.total") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
