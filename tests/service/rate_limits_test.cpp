// Rate limits around the tutorial's routes, at times that the test sets.
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "core/log.hpp"
#include "service_fixture.hpp"
#include "support/once_idle.hpp"
#include "support/vectors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <fcntl.h>
#include <latch>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;

struct limited : test::service {
    core::steady_time now{1h};
    api::rate_limits limits;
    http::router limited_routes;
    std::string client = "192.0.2.1";

    explicit limited(const api::rate_limit_settings& s) : limits(s, random, [this] { return now; })
    {
        watchword::api::operations all_limited_routes(limited_routes);
        tutorial.add_routes(all_limited_routes, &limits);
    }
    http::response ask_as_client(http::method m, std::string_view path, std::string_view form = {})
    {
        http::request q;
        q.method = m;
        q.path = path;
        q.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        q.body = form;
        q.remote_address = client;
        return test::run_task(limited_routes.answer(q));
    }
    http::response try_log_in(std::string_view password)
    {
        return ask_as_client(http::method::post, "/login", "email=a@x&password=" + std::string(password));
    }
    int log_in_status(std::string_view password = "pw") { return static_cast<int>(try_log_in(password).status()); }
    int sign_up_status(const std::string& email)
    {
        return static_cast<int>(
            ask_as_client(http::method::post, "/signup", "name=N&password=pw&email=" + email).status());
    }
};

api::rate_limit_settings each_address(core::rate sign_ins, core::rate failures = {}, core::rate sign_ups = {})
{
    api::rate_limit_settings s;
    s.address_sign_ins = sign_ins;
    s.address_failures = failures;
    s.address_sign_ups = sign_ups;
    return s;
}

api::rate_limit_settings all_together(core::rate sign_ins, core::rate sign_ups)
{
    api::rate_limit_settings s;
    s.total_sign_ins = sign_ins;
    s.total_sign_ups = sign_ups;
    return s;
}

core::task<http::response> answer_unavailable(http::request&)
{
    co_return http::response(http::status::service_unavailable);
}
core::task<http::response> answer_throttled(http::request&)
{
    co_return http::response(http::status::too_many_requests);
}
core::task<http::response> answer_created(http::request&)
{
    co_return http::response(http::status::created);
}
core::task<http::response> answer_unauthorized(http::request&)
{
    co_return http::response(http::status::unauthorized);
}
core::task<http::response> fail(http::request&)
{
    throw std::runtime_error("x");
    co_return http::response();
}

// Asks a handler as 192.0.2.1 and returns the status; 0 for an exception.
int ask(const http::handler& h)
{
    http::request q;
    q.remote_address = "192.0.2.1";
    try {
        return static_cast<int>(test::run_task(h(q)).status());
    } catch (const std::runtime_error&) {
        return 0;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(rate_limits)

BOOST_AUTO_TEST_CASE(beyond_the_limit_an_attempt_is_answered_429_until_its_time_has_come)
{
    limited s(each_address({3, 60s}));
    s.sign_up("a@x");
    BOOST_TEST(s.log_in_status() == 201);
    BOOST_TEST(s.log_in_status("wrong") == 403);
    BOOST_TEST(s.log_in_status() == 201);
    s.now += 1500ms;
    const auto hashed = test::once_idle(s.hashing).executed;
    const auto refused = s.try_log_in("pw");
    BOOST_TEST(static_cast<int>(refused.status()) == 429);
    BOOST_TEST(test::once_idle(s.hashing).executed == hashed);
    BOOST_TEST(refused.header("Retry-After") == "19");
    BOOST_TEST(refused.header("RateLimit-Policy") == "\"address_sign_ins\";q=3;w=60");
    BOOST_TEST(refused.header("RateLimit") == "\"address_sign_ins\";r=0;t=19");
    BOOST_TEST(refused.content_type() == "application/problem+json");
    for (int i = 0; i < 10; ++i) BOOST_TEST(s.log_in_status() == 429); // they cost nothing
    s.now += 18'500ms - 1ns;
    BOOST_TEST(s.log_in_status() == 429);
    s.now += 1ns;
    BOOST_TEST(s.log_in_status() == 201);
    BOOST_TEST(s.log_in_status() == 429);
}

BOOST_AUTO_TEST_CASE(ordinary_answers_get_no_new_fields)
{
    limited s(each_address({10, 60s}, {10, 60s}, {10, 60s}));
    const auto added = s.ask_as_client(http::method::post, "/signup", "name=N&password=pw&email=a@x");
    BOOST_TEST(added.lines() == "");
    BOOST_TEST(s.try_log_in("pw").lines() == "");
    const auto plain = s.post("/login", "email=a@x&password=wrong");
    BOOST_TEST(s.try_log_in("wrong").lines() == plain.lines());
    BOOST_TEST(s.try_log_in("wrong").literal_lines() == plain.literal_lines());
}

BOOST_AUTO_TEST_CASE(failures_have_a_limit_of_their_own_and_successes_are_none)
{
    limited s(each_address({}, {2, 600s}));
    s.sign_up("a@x");
    for (int i = 0; i < 5; ++i) BOOST_TEST(s.log_in_status() == 201);
    BOOST_TEST(s.log_in_status("wrong") == 403);
    BOOST_TEST(s.log_in_status() == 201);
    const auto unknown = s.ask_as_client(http::method::post, "/login", "email=nobody@x&password=pw");
    BOOST_TEST(static_cast<int>(unknown.status()) == 401);
    const auto refused = s.try_log_in("pw"); // whether it is right is not looked at
    BOOST_TEST(static_cast<int>(refused.status()) == 429);
    BOOST_TEST(refused.header("RateLimit-Policy") == "\"address_failures\";q=2;w=600");
    BOOST_TEST(refused.header("Retry-After") == "300");
    s.now += 300s;
    BOOST_TEST(s.log_in_status() == 201);
    BOOST_TEST(s.log_in_status("wrong") == 403);
    BOOST_TEST(s.log_in_status() == 429);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_was_not_judged_is_no_failure)
{
    limited s(each_address({}, {2, 600s}));
    const std::vector<std::pair<http::handler, int>> unjudged{
        {answer_unavailable, 503}, {answer_throttled, 429}, {fail, 0}, {answer_created, 201}};
    for (const auto& [next, status] : unjudged) {
        const auto h = s.limits.around_sign_ins(next);
        for (int i = 0; i < 5; ++i) BOOST_TEST(ask(h) == status);
    }
    const auto h = s.limits.around_sign_ins(answer_unauthorized);
    for (const int status : {401, 401, 429, 429}) BOOST_TEST(ask(h) == status);
}

BOOST_AUTO_TEST_CASE(a_refused_attempt_counts_for_no_limit)
{
    auto settings = each_address({4, 60s}, {2, 86'400s});
    settings.total_sign_ins = {5, 86'400s};
    limited s(settings);
    s.sign_up("a@x");
    for (int i = 0; i < 2; ++i) BOOST_TEST(s.log_in_status("wrong") == 403);
    for (int i = 0; i < 20; ++i) BOOST_TEST(s.try_log_in("pw").header("RateLimit").starts_with("\"address_failures\""));
    s.client = "192.0.2.2"; // three are left of the five of all
    for (int i = 0; i < 3; ++i) BOOST_TEST(s.log_in_status() == 201);
    for (int i = 0; i < 20; ++i) BOOST_TEST(s.try_log_in("pw").header("RateLimit").starts_with("\"total_sign_ins\""));
}

BOOST_AUTO_TEST_CASE(clients_are_addresses_and_of_ipv6_networks_of_64_bits)
{
    limited s(each_address({1, 86'400s}));
    const auto status_as = [&](const std::string& client) {
        s.client = client;
        return s.log_in_status();
    };
    BOOST_TEST(status_as("192.0.2.1") == 401);
    BOOST_TEST(status_as("192.0.2.1") == 429);
    BOOST_TEST(status_as("::ffff:192.0.2.1") == 429);
    BOOST_TEST(status_as("192.0.2.2") == 401);
    BOOST_TEST(status_as("2001:db8:0:1::1") == 401);
    BOOST_TEST(status_as("2001:db8:0:1:ffff:ffff:ffff:ffff") == 429);
    BOOST_TEST(status_as("2001:db8:0:2::1") == 401);
    BOOST_TEST(status_as("fe80::1%eth0") == 401);
    BOOST_TEST(status_as("fe80::2%eth0") == 429);
    BOOST_TEST(status_as("127.0.0.1") == 401);
    BOOST_TEST(status_as("127.0.0.1") == 429); // no exception of its own
}

BOOST_AUTO_TEST_CASE(clients_without_an_address_meet_the_limits_of_all_only)
{
    auto settings = each_address({1, 86'400s}, {1, 86'400s});
    settings.total_sign_ins = {10, 86'400s};
    limited s(settings);
    s.client = "unix";
    for (int i = 0; i < 10; ++i) BOOST_TEST(s.log_in_status() == 401);
    BOOST_TEST(s.log_in_status() == 429);
    s.client = "192.0.2.1";
    BOOST_TEST(s.log_in_status() == 429);
}

BOOST_AUTO_TEST_CASE(all_together_have_a_limit_for_each_kind_of_attempt)
{
    limited s(all_together({2, 60s}, {3, 60s}));
    for (int i = 0; i < 3; ++i) {
        s.client = "192.0.2." + std::to_string(i);
        BOOST_TEST(s.sign_up_status("u" + std::to_string(i) + "@x") == 201);
        BOOST_TEST(s.log_in_status() == (i < 2 ? 401 : 429));
    }
    s.client = "192.0.2.9";
    BOOST_TEST(s.sign_up_status("late@x") == 429);
    const auto refused = s.ask_as_client(http::method::post, "/signup");
    BOOST_TEST(refused.header("RateLimit") == "\"total_sign_ups\";r=0;t=20");
    s.now += 20s;
    BOOST_TEST(s.sign_up_status("late@x") == 201);
    BOOST_TEST(s.sign_up_status("later@x") == 429);
}

BOOST_AUTO_TEST_CASE(sign_ups_count_whether_or_not_they_add_somebody)
{
    limited s(each_address({}, {}, {3, 60s}));
    BOOST_TEST(s.sign_up_status("a@x") == 201);
    BOOST_TEST(s.sign_up_status("a@x") == 202);
    BOOST_TEST(s.sign_up_status("") == 400);
    BOOST_TEST(s.sign_up_status("b@x") == 429);
    BOOST_TEST(s.log_in_status() == 201);
    s.now += 20s;
    BOOST_TEST(s.sign_up_status("b@x") == 201);
}

BOOST_AUTO_TEST_CASE(exempt_clients_are_neither_limited_nor_counted)
{
    auto settings = each_address({1, 86'400s}, {1, 86'400s}, {1, 86'400s});
    settings.total_sign_ins = settings.total_sign_ups = {1, 86'400s};
    settings.exempt = core::network_list::parse({"127.0.0.0/8", "2001:db8::/32"}).value();
    limited s(settings);
    for (const auto* exempt : {"127.0.0.1", "::ffff:127.0.0.1", "2001:db8::1"}) {
        s.client = exempt;
        for (int i = 0; i < 5; ++i) BOOST_TEST(s.log_in_status() == 401);
        for (int i = 0; i < 5; ++i) BOOST_TEST(s.sign_up_status("") == 400);
    }
    s.client = "192.0.2.1";
    BOOST_TEST(s.log_in_status() == 401);
    BOOST_TEST(s.log_in_status() == 429);
    BOOST_TEST(s.sign_up_status("") == 400);
    BOOST_TEST(s.sign_up_status("") == 429);
}

BOOST_AUTO_TEST_CASE(only_attempts_count)
{
    limited s(each_address({1, 86'400s}, {1, 86'400s}, {1, 86'400s}));
    for (int i = 0; i < 5; ++i) {
        for (const auto m : {http::method::get, http::method::head, http::method::put})
            BOOST_TEST(static_cast<int>(s.ask_as_client(m, "/login").status()) == 405);
        BOOST_TEST(static_cast<int>(s.ask_as_client(http::method::options, "/signup").status()) == 200);
        BOOST_TEST(static_cast<int>(s.ask_as_client(http::method::get, "/user").status()) == 401);
    }
    BOOST_TEST(s.log_in_status() == 401);
    BOOST_TEST(s.sign_up_status("") == 400);
    // Another spelling is the same route, and a broken body an attempt.
    BOOST_TEST(static_cast<int>(s.ask_as_client(http::method::post, "/%6cogin", "email=a@x").status()) == 429);
    BOOST_TEST(static_cast<int>(s.ask_as_client(http::method::post, "/signup", "%%%").status()) == 429);
}

BOOST_AUTO_TEST_CASE(without_limits_nothing_stands_before_the_handler)
{
    limited s(api::rate_limit_settings{});
    using plain_function = core::task<http::response> (*)(http::request&);
    const auto h = s.limits.around_sign_ups(answer_created);
    BOOST_TEST((h.target<plain_function>() != nullptr));
    for (int i = 0; i < 50; ++i) BOOST_TEST(s.log_in_status() == 401);
}

BOOST_AUTO_TEST_CASE(a_route_may_tell_on_every_answer_what_is_left)
{
    using told = api::rate_limits::told;
    limited s(each_address({3, 60s}, {2, 600s}, {2, 10s}));
    const auto fields = [&](const http::handler& h) {
        http::request q;
        q.remote_address = "192.0.2.1";
        const auto r = test::run_task(h(q));
        return std::string(r.header("RateLimit"));
    };
    const auto good = s.limits.around_sign_ins(answer_created, told::always);
    const auto bad = s.limits.around_sign_ins(answer_unauthorized, told::always);
    const auto sign_up = s.limits.around_sign_ups(answer_created, told::always);
    BOOST_TEST(fields(good) == "\"address_sign_ins\";r=2;t=60, \"address_failures\";r=2;t=600");
    BOOST_TEST(fields(bad) == "\"address_sign_ins\";r=1;t=60, \"address_failures\";r=1;t=600");
    BOOST_TEST(fields(bad) == "\"address_sign_ins\";r=0;t=20, \"address_failures\";r=0;t=300");
    BOOST_TEST(fields(sign_up) == "\"address_sign_ups\";r=1;t=10");
    BOOST_TEST(fields(sign_up) == "\"address_sign_ups\";r=0;t=5");
}

// CVE-2024-4629: guesses that come together passed the counter before it counted.
BOOST_AUTO_TEST_CASE(guesses_that_come_together_do_not_pass_the_counter)
{
    limited s(each_address({}, {20, 86'400s}));
    const auto h = s.limits.around_sign_ins(answer_unauthorized);
    constexpr int threads = 8, each = 25;
    std::latch ready(threads);
    std::atomic<int> judged{0}, refused{0};
    std::vector<std::thread> guessing;
    for (int t = 0; t < threads; ++t)
        guessing.emplace_back([&] {
            ready.arrive_and_wait();
            for (int i = 0; i < each; ++i) ++(ask(h) == 401 ? judged : refused);
        });
    for (auto& g : guessing) g.join();
    BOOST_TEST(judged == 20);
    BOOST_TEST(refused == threads * each - 20);
}

// All at once on one thread: every one is under way before the first is judged.
BOOST_AUTO_TEST_CASE(guesses_under_way_count_as_failures)
{
    limited s(each_address({}, {5, 86'400s}));
    s.sign_up("a@x");
    std::vector<http::request> guesses(200);
    std::array<int, 600> answers{};
    core::asio::io_context io(1);
    for (auto& q : guesses) {
        q.method = http::method::post;
        q.path = "/login";
        q.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        q.body = "email=a@x&password=wrong";
        q.remote_address = s.client;
        const auto keep = [&](std::exception_ptr e, http::response r) {
            if (!e) ++answers.at(static_cast<std::size_t>(r.status()));
        };
        core::asio::co_spawn(io, s.limited_routes.answer(q), keep);
    }
    io.run();
    BOOST_TEST(answers[403] == 5);
    BOOST_TEST(answers[429] == 195);
}

BOOST_AUTO_TEST_CASE(refusals_are_logged_once_a_second_with_their_number)
{
    const test::temporary_directory directory;
    const auto path = directory / "log";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    BOOST_REQUIRE(file >= 0);
    {
        limited s(each_address({1, 86'400s}));
        core::log::open(core::log::level::info, core::log::format::text, file);
        core::log::write_security_to_log();
        s.log_in_status();
        for (int i = 0; i < 10; ++i) BOOST_TEST(s.log_in_status() == 429);
        s.now += 999ms;
        for (int i = 0; i < 10; ++i) BOOST_TEST(s.log_in_status() == 429);
        s.now += 1ms;
        BOOST_TEST(s.log_in_status() == 429);
        core::log::close();
    }
    ::close(file);
    const auto text = test::read_file(path);
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = text.find("attempts are refused", at)) != text.npos; ++at) ++lines;
    BOOST_TEST(lines == 2u, text);
    BOOST_TEST(text.find("address_sign_ins") != text.npos, text);
    BOOST_TEST(text.find("192.0.2.1") != text.npos, text);
    BOOST_TEST(text.find("since_last_line=20") != text.npos, text);
}

BOOST_AUTO_TEST_SUITE_END()
