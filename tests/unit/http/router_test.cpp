#include "http/middleware.hpp"
#include "http/router.hpp"
#include "support/run_task.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using http::method;
using http::request;
using http::response;
using http::status;

core::task<response> say_path(request& q)
{
    co_return response(status::ok, "text/plain", std::string(q.path));
}
core::task<response> say_id(request& q)
{
    co_return response(status::ok, "text/plain", std::string(q.parameter("id")) + "|" + std::string(q.parameter("x")));
}
core::task<response> say_fixed(request&)
{
    co_return response(status::ok, "text/plain", "fixed");
}
core::task<response> fail(request&)
{
    throw std::runtime_error("secret detail");
    co_return response();
}

// Puts its name before what the next answers.
struct naming_layer {
    std::string name;
    http::handler next;

    core::task<response> operator()(request& q) const
    {
        response r = co_await next(q);
        co_return response(status::ok, "text/plain", name + std::string(r.body()));
    }
};

struct routes {
    http::router router;

    routes()
    {
        router.add(method::get, "/user", say_path);
        router.add(method::post, "/login", say_path);
        router.add(method::get, "/items/{id}", say_id);
        router.add(method::get, "/items/{id}/parts/{x}", say_id);
        router.add(method::get, "/items/mine", say_fixed);
        router.add(method::get, "/fails", fail);
    }
    response ask(method m, std::string_view path)
    {
        request q;
        q.method = m;
        q.path = path;
        return test::run_task(router.answer(q));
    }
    std::string body(std::string_view path) { return std::string(ask(method::get, path).body()); }
    int code(method m, std::string_view path) { return static_cast<int>(ask(m, path).status()); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(router, routes)

BOOST_AUTO_TEST_CASE(fixed_paths_and_parameters_find_their_handlers)
{
    BOOST_TEST(body("/user") == "/user");
    BOOST_TEST(body("/items/7") == "7|");
    BOOST_TEST(body("/items/7/parts/a%20b") == "7|a b");
}

BOOST_AUTO_TEST_CASE(a_fixed_path_wins_over_a_parameter)
{
    BOOST_TEST(body("/items/mine") == "fixed");
    BOOST_TEST(body("/items/m%69ne") == "fixed");
}

BOOST_AUTO_TEST_CASE(escapes_are_decoded_once_and_never_make_a_separator)
{
    BOOST_TEST(code(method::get, "/us%65r") == 200);
    BOOST_TEST(code(method::get, "/items/a%2Fparts%2Fb") == 200);
    BOOST_TEST(body("/items/a%2Fb") == "a/b|");
    BOOST_TEST(code(method::get, "/user%2F") == 404);
    BOOST_TEST(code(method::get, "%2Fuser") == 404);
    BOOST_TEST(body("/items/%2541") == "%41|");
}

BOOST_AUTO_TEST_CASE(slashes_count)
{
    for (const char* path : {"/user/", "//user", "/items/", "/items//parts/x", "/", "/items/7/"})
        BOOST_TEST(code(method::get, path) == 404, path);
}

BOOST_AUTO_TEST_CASE(a_known_path_with_another_method_names_those_it_has)
{
    const auto refused = ask(method::post, "/user");
    BOOST_TEST(static_cast<int>(refused.status()) == 405);
    BOOST_TEST(refused.header("Allow") == "GET, HEAD, OPTIONS");
    BOOST_TEST(ask(method::get, "/login").header("allow") == "POST, OPTIONS");
    BOOST_TEST(code(method::other, "/user") == 405);
    BOOST_TEST(code(method::post, "/nowhere") == 404);
}

BOOST_AUTO_TEST_CASE(head_is_answered_by_get_and_options_by_the_router)
{
    BOOST_TEST(code(method::head, "/user") == 200);
    BOOST_TEST(code(method::head, "/login") == 405);
    const auto options = ask(method::options, "/user");
    BOOST_TEST(static_cast<int>(options.status()) == 200);
    BOOST_TEST(options.body() == "");
    BOOST_TEST(options.header("Allow") == "GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_CASE(an_exception_becomes_a_500_that_tells_nothing)
{
    const auto r = ask(method::get, "/fails");
    BOOST_TEST(static_cast<int>(r.status()) == 500);
    BOOST_TEST(r.body().find("secret detail") == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(malformed_and_double_routes_are_refused)
{
    BOOST_CHECK_THROW(router.add(method::get, "user", say_path), std::invalid_argument);
    BOOST_CHECK_THROW(router.add(method::get, "/a/x{id}", say_path), std::invalid_argument);
    BOOST_CHECK_THROW(router.add(method::get, "/a/{id", say_path), std::invalid_argument);
    BOOST_CHECK_THROW(router.add(method::get, "/user", say_path), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_pattern_may_leave_the_rest_of_the_path_open)
{
    router.add(method::get, "/items/all/{*}", say_path);
    for (const char* path : {"/items/all/", "/items/all/a", "/items/all/a/b/", "/items/all//", "/items/all/%zz/../x"})
        BOOST_TEST(body(path) == path);
    BOOST_TEST(body("/items/all") == "all|");               // the parameter's
    BOOST_TEST(code(method::get, "/items/a%6Cl/a") == 404); // compared as it is sent
    BOOST_TEST(code(method::post, "/items/all/a") == 405);
    BOOST_TEST(body("/items/all/parts/x") == "/items/all/parts/x"); // before patterns
    router.add(method::get, "/items/all/mine", say_fixed);
    BOOST_TEST(body("/items/all/mine") == "fixed"); // but not before fixed paths
    BOOST_TEST(body("/items/all/mine/x") == "/items/all/mine/x");
    for (const char* pattern : {"/x/{*}/y", "/x/{id}/{*}", "/x/{*}/{*}", "/x{*}"})
        BOOST_CHECK_THROW(router.add(method::get, pattern, say_path), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_route_may_answer_every_method_itself)
{
    for (std::size_t i = 0; i < http::method_count; ++i) router.add(static_cast<method>(i), "/all", say_fixed);
    for (std::size_t i = 0; i < http::method_count; ++i)
        BOOST_TEST(ask(static_cast<method>(i), "/all").body() == "fixed");
    BOOST_TEST(router.allowed_methods("/all") == ""); // nobody else may answer OPTIONS
    router.add(method::other, "/login", say_fixed);
    BOOST_TEST(ask(method::get, "/login").header("Allow") == "POST, OPTIONS");
}

BOOST_AUTO_TEST_CASE(the_list_names_every_route)
{
    const std::vector<std::string> expected{
        "GET /user", "POST /login", "GET /items/{id}", "GET /items/{id}/parts/{x}", "GET /items/mine", "GET /fails"};
    const auto listed = router.list();
    BOOST_CHECK_EQUAL_COLLECTIONS(listed.begin(), listed.end(), expected.begin(), expected.end());
}

BOOST_AUTO_TEST_CASE(middleware_is_composed_with_the_first_outermost)
{
    const auto mark = [](std::string name) -> http::middleware {
        return [name](http::handler next) -> http::handler { return naming_layer{name, std::move(next)}; };
    };
    http::router composed;
    composed.add(method::get, "/x", http::compose({mark("a"), mark("b"), http::no_store()}, say_fixed));
    request q;
    q.path = "/x";
    BOOST_TEST(test::run_task(composed.answer(q)).body() == "abfixed");
}

BOOST_AUTO_TEST_CASE(layers_are_around_all_answers_and_the_first_is_the_outermost)
{
    for (const std::string name : {"a", "b"})
        router.use([name](http::handler next) -> http::handler { return naming_layer{name, std::move(next)}; });
    router.add(method::get, "/later", say_fixed); // routes that come after the layers have them too
    BOOST_TEST(body("/user") == "ab/user");
    BOOST_TEST(body("/later") == "abfixed");
    BOOST_TEST(body("/items/7") == "ab7|");
    BOOST_TEST(body("/nowhere").starts_with("ab{"));
    BOOST_TEST(ask(method::post, "/user").body().starts_with("ab{"));
    BOOST_TEST(ask(method::options, "/user").body() == "ab");
    BOOST_TEST(ask(method::head, "/user").body() == "ab/user");
}

BOOST_AUTO_TEST_CASE(an_exception_passes_through_layers_and_one_of_their_own_is_answered_too)
{
    bool seen = false;
    router.use([&](http::handler next) -> http::handler {
        return [&, next = std::move(next)](request& q) {
            if (q.path == "/refused") throw std::runtime_error("in a layer");
            seen = true;
            return next(q);
        };
    });
    router.use([](http::handler next) -> http::handler { return naming_layer{"x", std::move(next)}; });
    BOOST_TEST(code(method::get, "/fails") == 500);
    BOOST_TEST(seen);
    BOOST_TEST(code(method::get, "/refused") == 500);
}

BOOST_AUTO_TEST_CASE(finishers_see_every_response_in_the_order_added)
{
    router.use([](http::handler next) -> http::handler { return naming_layer{"layer", std::move(next)}; });
    for (const std::string name : {"one", "two"})
        router.finish_with([name](request&, response& r) { r.set("X-Seen", name); });
    for (const char* path : {"/user", "/nowhere", "/fails", "/items/7"}) {
        const auto r = ask(method::get, path);
        BOOST_TEST(r.lines().ends_with("X-Seen: one\r\nX-Seen: two\r\n"), path);
    }
    BOOST_TEST(ask(method::post, "/user").lines().find("X-Seen") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(a_finisher_that_throws_costs_no_response)
{
    router.finish_with([](request&, response&) { throw std::runtime_error("x"); });
    BOOST_TEST(body("/user") == "/user");
    BOOST_TEST(code(method::get, "/fails") == 500);
}

BOOST_AUTO_TEST_CASE(the_methods_of_a_path_can_be_asked_for)
{
    BOOST_TEST(router.allowed_methods("/user") == "GET, HEAD, OPTIONS");
    BOOST_TEST(router.allowed_methods("/login") == "POST, OPTIONS");
    BOOST_TEST(router.allowed_methods("/items/7") == "GET, HEAD, OPTIONS");
    BOOST_TEST(router.allowed_methods("/us%65r") == "GET, HEAD, OPTIONS");
    BOOST_TEST(router.allowed_methods("/nowhere") == "");
}

BOOST_AUTO_TEST_CASE(no_store_is_added_to_every_answer)
{
    http::router composed;
    composed.add(method::get, "/x", http::compose({http::no_store()}, say_fixed));
    request q;
    q.path = "/x";
    BOOST_TEST(test::run_task(composed.answer(q)).header("Cache-Control") == "no-store");
}

BOOST_AUTO_TEST_SUITE_END()
