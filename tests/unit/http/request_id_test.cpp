#include "http/request_id.hpp"
#include "http/router.hpp"
#include "support/run_task.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <system_error>

namespace {

using namespace watchword;
using http::method;
using http::request;
using http::response;
using http::status;

constexpr std::string_view trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; // the standard's example
constexpr std::string_view trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";

// Counts upwards.
class counting_random final : public core::random_source {
public:
    bool broken = false;
    int asked = 0;
    void fill(std::span<std::byte> out) override
    {
        if (broken) throw std::system_error(std::make_error_code(std::errc::io_error));
        ++asked;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(i + 1);
    }
};
constexpr std::string_view made = "0102030405060708090a0b0c0d0e0f10";

core::task<response> say_id(request& q)
{
    co_return response(status::ok, "text/plain", std::string(q.id) + "|" + std::string(q.traceparent));
}
core::task<response> be_busy(request&)
{
    co_return http::problem(status::service_unavailable, "overloaded", "later");
}
core::task<response> be_down(request&)
{
    co_return response(status::service_unavailable, "text/plain", "}");
}
core::task<response> fail(request&)
{
    throw std::runtime_error("secret detail");
    co_return response();
}

struct identified {
    counting_random random;
    http::request_ids ids{random};
    http::router router;

    identified()
    {
        router.identify_by(ids);
        router.add(method::get, "/id", say_id);
        router.add(method::get, "/busy", be_busy);
        router.add(method::get, "/down", be_down);
        router.add(method::get, "/fails", fail);
    }
    response get(std::string_view path, std::vector<http::header_field> headers = {})
    {
        request q;
        q.path = path;
        q.headers = std::move(headers);
        return test::run_task(router.answer(q));
    }
    std::string id_for(std::string_view value)
    {
        return std::string(get("/id", {{"x-request-id", value}}).header("X-Request-Id"));
    }
};

std::string member(const response& r, std::string_view name)
{
    const std::string body(r.body());
    const auto parsed = boost::json::parse(body).as_object();
    const auto* const value = parsed.if_contains({name.data(), name.size()});
    return value ? std::string(value->as_string().c_str()) : "";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(request_id, identified)

BOOST_AUTO_TEST_CASE(the_clients_id_is_taken_and_given_back)
{
    const auto r = get("/id", {{"Host", "x"}, {"X-Request-ID", "abc/DEF:12.3_~+=@-"}});
    BOOST_TEST(r.body() == "abc/DEF:12.3_~+=@-|");
    BOOST_TEST(r.header("X-Request-Id") == "abc/DEF:12.3_~+=@-");
    BOOST_TEST(id_for(std::string(128, 'a')) == std::string(128, 'a'));
    BOOST_TEST(random.asked == 0);
}

BOOST_AUTO_TEST_CASE(an_id_that_could_do_harm_is_none)
{
    for (const auto* bad : {"", "a b", "a\"b", "a'b", "a<b", "a\\b", "a\tb", "a;b", "a,b", "{a}", "\xc3\xa4", "a\x7f"})
        BOOST_TEST(id_for(bad) == "", bad);
    BOOST_TEST(id_for(std::string(129, 'a')) == "");
    BOOST_TEST(id_for(std::string_view("a\0b", 3)) == "");
}

BOOST_AUTO_TEST_CASE(without_an_id_the_trace_names_the_request)
{
    auto r = get("/id", {{"traceparent", trace}});
    BOOST_TEST(r.body() == std::string(trace_id) + "|" + std::string(trace));
    BOOST_TEST(r.header("X-Request-Id") == trace_id);
    r = get("/id", {{"Traceparent", trace}, {"X-Request-Id", "mine"}});
    BOOST_TEST(r.body() == "mine|" + std::string(trace));
    r = get("/id", {{"traceparent", trace}, {"X-Request-Id", "not an id"}});
    BOOST_TEST(r.header("X-Request-Id") == trace_id);
    r = get("/id", {{"traceparent", trace}, {"traceparent", trace}});
    BOOST_TEST(r.body() == "|");
}

BOOST_AUTO_TEST_CASE(the_state_of_a_trace_is_kept_with_it_and_only_if_both_are_valid)
{
    const auto state_of = [this](std::vector<http::header_field> headers) {
        request q;
        q.tracestate = "of the last request";
        q.headers = std::move(headers);
        ids.read(q);
        return q.tracestate;
    };
    BOOST_TEST(state_of({{"traceparent", trace}, {"tracestate", "a=1"}, {"TraceState", "b=2"}}) == "a=1,b=2");
    BOOST_TEST(state_of({{"tracestate", "a=1"}, {"traceparent", trace}}) == "a=1");
    BOOST_TEST(state_of({{"tracestate", "a=1"}}) == "");
    BOOST_TEST(state_of({{"traceparent", "00-0-0-00"}, {"tracestate", "a=1"}}) == "");
    BOOST_TEST(state_of({{"traceparent", trace}, {"tracestate", "a=1"}, {"tracestate", "a=2"}}) == "");
    BOOST_TEST(state_of({{"traceparent", trace}, {"tracestate", "A=1"}}) == "");
    BOOST_TEST(state_of({{"traceparent", trace}}) == "");
}

BOOST_AUTO_TEST_CASE(what_failed_names_its_trace_too)
{
    const auto r = get("/busy", {{"traceparent", trace}, {"X-Request-Id", "mine"}});
    BOOST_TEST(member(r, "request_id") == "mine");
    BOOST_TEST(member(r, "trace_id") == trace_id);
    BOOST_TEST(member(get("/busy"), "trace_id") == "");
    BOOST_TEST(member(get("/busy", {{"traceparent", "00-4BF9"}}), "trace_id") == "");
}

BOOST_AUTO_TEST_CASE(without_need_no_id_is_made)
{
    const auto r = get("/id");
    BOOST_TEST(r.body() == "|");
    BOOST_TEST(!r.has("X-Request-Id"));
    BOOST_TEST(!get("/nowhere").has("X-Request-Id"));
    BOOST_TEST(random.asked == 0);
}

BOOST_AUTO_TEST_CASE(what_failed_always_has_an_id)
{
    for (const auto* path : {"/fails", "/busy"}) {
        const auto r = get(path);
        BOOST_TEST(r.header("X-Request-Id") == made);
        BOOST_TEST(member(r, "request_id") == made);
        BOOST_TEST(member(r, "type") == "about:blank");
        BOOST_TEST(r.body().ends_with("}\n"));
        const auto named = get(path, {{"X-Request-Id", "mine"}});
        BOOST_TEST(named.header("X-Request-Id") == "mine");
        BOOST_TEST(member(named, "request_id") == "mine");
    }
    BOOST_TEST(random.asked == 2);
    BOOST_TEST(get("/down").body() == "}"); // no problem details
    BOOST_TEST(get("/down").header("X-Request-Id") == made);
}

BOOST_AUTO_TEST_CASE(only_the_servers_own_faults_carry_it_in_the_body)
{
    BOOST_TEST(member(get("/nowhere", {{"X-Request-Id", "mine"}}), "request_id") == "");
}

BOOST_AUTO_TEST_CASE(for_an_access_log_every_request_has_an_id_that_the_client_sees)
{
    const http::request_ids always(random, http::request_ids::when::always);
    router.identify_by(always);
    const auto r = get("/id");
    BOOST_TEST(r.body() == std::string(made) + "|");
    BOOST_TEST(r.header("X-Request-Id") == made);
    BOOST_TEST(get("/id", {{"X-Request-Id", "mine"}}).header("X-Request-Id") == "mine");
}

BOOST_AUTO_TEST_CASE(a_request_that_is_used_again_does_not_keep_its_id)
{
    request q;
    q.path = "/id";
    q.headers = {{"X-Request-Id", "mine"}, {"traceparent", trace}};
    test::run_task(router.answer(q));
    q.headers = {};
    BOOST_TEST(test::run_task(router.answer(q)).body() == "|");
}

BOOST_AUTO_TEST_CASE(a_handler_can_ask_for_an_id)
{
    request q;
    ids.read(q);
    BOOST_TEST(ids.of(q) == made);
    BOOST_TEST(ids.of(q) == made);
    BOOST_TEST(random.asked == 1);
}

BOOST_AUTO_TEST_CASE(without_randomness_the_answer_goes_out_without_an_id)
{
    random.broken = true;
    const auto r = get("/busy");
    BOOST_TEST(static_cast<int>(r.status()) == 503);
    BOOST_TEST(!r.has("X-Request-Id"));
    BOOST_TEST(member(r, "request_id") == "");
}

BOOST_AUTO_TEST_SUITE_END()
