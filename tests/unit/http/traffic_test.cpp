#include "http/traffic.hpp"
#include "support/run_task.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using namespace watchword;
using http::method;
using http::request;
using http::response;
using http::status;

core::task<response> found(request&)
{
    co_return response(status::ok, "text/plain", "here");
}
core::task<response> failing(request&)
{
    throw std::runtime_error("nobody planned for this");
    co_return response();
}

core::task<response> answer_with(unsigned code)
{
    co_return response(static_cast<status>(code));
}

struct counted {
    http::router routes;
    http::traffic traffic;

    explicit counted(http::traffic::timing t = http::traffic::timing::measured)
    {
        traffic.count_in(routes, t);
        routes.add(method::get, "/thing/{id}", found);
        routes.add(method::delete_, "/thing/{id}", found);
        routes.add(method::get, "/fails", failing);
    }
    void ask(method m, std::string_view path)
    {
        request q;
        q.method = m;
        q.path = path;
        test::run_task(routes.answer(q));
    }
    std::map<std::tuple<std::string, std::string, unsigned>, std::uint64_t> all() const
    {
        std::map<std::tuple<std::string, std::string, unsigned>, std::uint64_t> counts;
        for (const auto& r : traffic.by_route())
            for (const auto& a : r.answers)
                counts[{std::string(r.pattern), std::string(http::to_string(a.method)), a.status}] = a.count;
        return counts;
    }
};

std::uint64_t total(const core::duration_counts& d)
{
    return std::accumulate(d.in.begin(), d.in.end(), std::uint64_t(0));
}

} // namespace

BOOST_AUTO_TEST_SUITE(traffic)

BOOST_AUTO_TEST_CASE(answers_are_counted_by_route_method_and_status)
{
    counted c;
    for (int i = 0; i < 3; ++i) c.ask(method::get, "/thing/" + std::to_string(i));
    c.ask(method::head, "/thing/1");
    c.ask(method::delete_, "/thing/1");
    c.ask(method::post, "/thing/1");
    c.ask(method::get, "/fails");
    const decltype(c.all()) wanted{{{"/thing/{id}", "GET", 200}, 3},
                                   {{"/thing/{id}", "HEAD", 200}, 1},
                                   {{"/thing/{id}", "DELETE", 200}, 1},
                                   {{"/thing/{id}", "POST", 405}, 1},
                                   {{"/fails", "GET", 500}, 1}};
    BOOST_CHECK(c.all() == wanted);
    BOOST_TEST(c.traffic.read().total() == 7u);
    BOOST_TEST(c.traffic.read().of(2) == 5u);
    BOOST_TEST(c.traffic.read().of(4) == 1u);
    BOOST_TEST(c.traffic.read().of(5) == 1u);
    BOOST_TEST(c.traffic.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(whatever_a_client_calls_a_path_or_a_method_makes_no_new_counts)
{
    counted c;
    for (int i = 0; i < 1000; ++i) {
        c.ask(method::get, "/nowhere/" + std::to_string(i));
        c.ask(method::other, "/" + std::string(static_cast<std::size_t>(i), 'x'));
        c.ask(method::get, "/thing/%2e%2e%00" + std::to_string(i));
    }
    const decltype(c.all()) wanted{
        {{"", "GET", 404}, 1000}, {{"", "", 404}, 1000}, {{"/thing/{id}", "GET", 200}, 1000}};
    BOOST_CHECK(c.all() == wanted);
}

BOOST_AUTO_TEST_CASE(every_status_is_counted_apart)
{
    counted c;
    unsigned next = 0;
    c.routes.add(method::get, "/any", [&next](request&) -> core::task<response> { return answer_with(next); });
    std::size_t known = 0;
    for (next = 200; next <= 599; ++next) {
        if (http::reason(static_cast<status>(next)) == "Unknown") continue;
        ++known;
        c.ask(method::get, "/any");
        BOOST_TEST((c.all()[{"/any", "GET", next}]) == 1u, next);
    }
    BOOST_TEST(c.all().size() == known);
    BOOST_TEST(known > 20u);
}

BOOST_AUTO_TEST_CASE(time_is_measured_by_route)
{
    counted c;
    for (int i = 0; i < 5; ++i) c.ask(method::get, "/thing/1");
    c.ask(method::get, "/nowhere");
    for (const auto& r : c.traffic.by_route()) {
        BOOST_TEST(total(r.durations) == (r.pattern.empty() ? 1u : 5u));
        BOOST_TEST(r.durations.sum.count() > 0);
    }
}

BOOST_AUTO_TEST_CASE(without_timing_it_is_not)
{
    counted c(http::traffic::timing::none);
    c.ask(method::get, "/thing/1");
    BOOST_TEST(c.traffic.read().total() == 1u);
    BOOST_TEST(total(c.traffic.by_route().at(0).durations) == 0u);
}

BOOST_AUTO_TEST_CASE(what_waits_for_its_answer_is_in_flight)
{
    counted c;
    std::vector<std::uint64_t> seen;
    c.routes.add(method::get, "/looks", [&](request& q) {
        seen.push_back(c.traffic.in_flight());
        return found(q);
    });
    c.ask(method::get, "/looks");
    BOOST_CHECK(seen == std::vector<std::uint64_t>{1});
    BOOST_TEST(c.traffic.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(no_count_is_lost_between_threads)
{
    counted c;
    constexpr int threads = 40, times = 200; // more threads than stripes
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
        all.emplace_back([&c] {
            for (int n = 0; n < times; ++n) c.ask(method::get, n % 2 == 0 ? "/thing/1" : "/nowhere");
        });
    for (auto& each : all) each.join();
    const decltype(c.all()) wanted{{{"", "GET", 404}, threads * times / 2},
                                   {{"/thing/{id}", "GET", 200}, threads * times / 2}};
    BOOST_CHECK(c.all() == wanted);
    BOOST_TEST(c.traffic.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(a_duration_is_in_the_first_bucket_that_is_not_below_it)
{
    using std::chrono::microseconds;
    using std::chrono::nanoseconds;
    BOOST_TEST(core::bucket_of(nanoseconds(0)) == 0u);
    BOOST_TEST(core::bucket_of(microseconds(100)) == 0u);
    BOOST_TEST(core::bucket_of(nanoseconds(100'001)) == 1u);
    BOOST_TEST(core::bucket_of(std::chrono::seconds(10)) == core::duration_bounds.size() - 1);
    BOOST_TEST(core::bucket_of(nanoseconds(10'000'000'001)) == core::duration_bounds.size());
    BOOST_TEST(core::bucket_of(std::chrono::hours(1)) == core::duration_bounds.size());
    BOOST_CHECK(std::is_sorted(core::duration_bounds.begin(), core::duration_bounds.end()));
}

BOOST_AUTO_TEST_SUITE_END()
