// What becomes of requests with an Idempotency-Key behind the router.
#include "api/bearer_guard.hpp"
#include "api/idempotency.hpp"
#include "server/idempotency_upkeep.hpp"
#include "sessions_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using http::request;
using http::response;
using http::status;
using test::outcome;

accounts::idempotency_settings settings()
{
    accounts::idempotency_settings s;
    s.patience = 0ms;
    return s;
}

struct fixture : test::sessions_service {
    accounts::idempotent_requests requests{settings(), secret, database, clock, random};
    int done = 0;
    status next_status = status::created;

    fixture()
    {
        routes.add(http::method::post, "/things", api::keyed(requests, [this](request& q) { return make(q); }));
        routes.add(http::method::put, "/things", api::keyed(requests, [this](request& q) { return make(q); }));
        routes.add(http::method::post, "/nested", api::keyed(requests, [this](request& q) { return nest(q); }));
        routes.add(http::method::post, "/failing", api::keyed(requests, [this](request&) { return fail(); }));
        routes.add(http::method::post, "/pieces", api::keyed(requests, [this](request&) { return stream(); }));
        routes.add(
            http::method::post, "/mine",
            api::require_bearer(bearers, api::keyed_for<accounts::bearer>(
                                             requests, [this](request& q, const accounts::bearer&) { return make(q); },
                                             api::bearer_caller)));
    }

    core::task<response> make(request& q)
    {
        ++done;
        response r(next_status, "application/json",
                   "{\"n\":" + std::to_string(done) + ",\"token\":\"a-token-of-" + std::to_string(done) + "\"}\n");
        r.set("Location", std::string(q.path) + "/" + std::to_string(done));
        r.set_literal_lines("Cache-Control: no-store\r\n");
        co_return r;
    }
    // While it is under way, the same request comes again.
    core::task<response> nest(request& q)
    {
        ++done;
        request again = q;
        co_return co_await routes.answer(again);
    }
    core::task<response> fail()
    {
        ++done;
        throw std::runtime_error("a test");
        co_return response(status::ok);
    }
    core::task<response> stream()
    {
        ++done;
        const auto pieces = []() -> core::task<core::result<std::string>> { co_return std::string(); };
        co_return response(status::ok, "text/plain; charset=utf-8", pieces);
    }

    response send(std::string_view path, std::string_view key, std::string_view body = "{}",
                  std::string_view address = "192.0.2.7", std::string_view query = {})
    {
        request q;
        q.method = http::method::post;
        q.path = path;
        q.query = query;
        q.headers = {{"Idempotency-Key", key}};
        q.body = body;
        q.remote_address = address;
        return test::run_task(routes.answer(q));
    }
    response send_as(std::string_view access, std::string_view key)
    {
        const std::string bearer = "Bearer " + std::string(access);
        request q;
        q.method = http::method::post;
        q.path = "/mine";
        q.headers = {{"Idempotency-Key", key}, {"Authorization", bearer}};
        return test::run_task(routes.answer(q));
    }
};

std::string replayed(const response& r)
{
    return std::string(r.header("Idempotency-Replayed"));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(idempotency, fixture)

BOOST_AUTO_TEST_CASE(a_request_that_comes_again_gets_the_same_answer)
{
    const auto first = send("/things", "\"k\"");
    BOOST_TEST(replayed(first).empty());
    for (const auto* key : {"\"k\"", "k"}) {
        const auto again = send("/things", key);
        BOOST_TEST(replayed(again) == "true");
        BOOST_TEST((again.status() == status::created));
        BOOST_TEST(again.body() == first.body());
        BOOST_TEST(again.content_type() == "application/json");
        BOOST_TEST(again.header("Location") == "/things/1");
        BOOST_TEST(again.header("Cache-Control") == "no-store");
    }
    BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(without_a_key_or_with_another_everything_is_done)
{
    for (int i = 0; i < 2; ++i) ask(http::method::post, "/things");
    BOOST_TEST(done == 2);
    send("/things", "k");
    send("/things", "l");
    send("/things", "k", "{}", "192.0.2.8");
    BOOST_TEST(done == 5);
    for (int i = 0; i < 2; ++i) ask(http::method::put, "/things", {{"Idempotency-Key", "k"}});
    BOOST_TEST(done == 7);
}

BOOST_AUTO_TEST_CASE(a_key_with_another_request_is_refused)
{
    send("/things", "k");
    BOOST_TEST(outcome(send("/things", "k", "{\"other\":1}")) == "422 idempotency_key_reused");
    BOOST_TEST(outcome(send("/things", "k", "{}", "192.0.2.7", "q=1")) == "422 idempotency_key_reused");
    BOOST_TEST(outcome(send("/things", "k")) == "201");
    BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_key_is_refused)
{
    for (const auto* bad : {"", "a b", "\"\""})
        BOOST_TEST(outcome(send("/things", bad)) == "400 invalid_idempotency_key", bad);
    const auto twice = ask(http::method::post, "/things", {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}});
    BOOST_TEST(outcome(twice) == "400 invalid_idempotency_key");
    BOOST_TEST(done == 0);
}

BOOST_AUTO_TEST_CASE(what_failed_is_done_anew)
{
    for (const auto s : {status::internal_server_error, status::service_unavailable, status::too_many_requests}) {
        next_status = s;
        BOOST_TEST((send("/things", "k").status() == s));
    }
    BOOST_TEST(done == 3);
    next_status = status::conflict;
    for (int i = 0; i < 2; ++i) BOOST_TEST((send("/things", "k").status() == status::conflict));
    BOOST_TEST(done == 4);

    for (int i = 0; i < 2; ++i) BOOST_TEST(outcome(send("/failing", "k")) == "500 internal_error");
    BOOST_TEST(done == 6);
}

BOOST_AUTO_TEST_CASE(what_comes_while_the_first_is_under_way_is_told_so)
{
    const auto inner = send("/nested", "k");
    BOOST_TEST(outcome(inner) == "409 request_in_progress");
    BOOST_TEST(inner.header("Retry-After") == "1");
    BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_in_pieces_is_given_once)
{
    BOOST_TEST((send("/pieces", "k").status() == status::ok));
    BOOST_TEST(outcome(send("/pieces", "k")) == "409 outcome_unknown");
    BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(keys_of_users_are_their_own)
{
    const auto ann = sign_in("ann@x"), bob = sign_in("bob@x");
    BOOST_TEST(outcome(send_as("x", "k")) == "401 token_invalid");
    const auto first = send_as(ann.access, "k");
    BOOST_TEST(outcome(first) == "201");
    BOOST_TEST(send_as(bob.access, "k").body() != first.body());
    const auto again = send_as(ann.access, "k");
    BOOST_TEST(replayed(again) == "true");
    BOOST_TEST(again.body() == first.body());
    BOOST_TEST(done == 2);
    BOOST_TEST(end("current", ann.access) == 204);
    BOOST_TEST(outcome(send_as(ann.access, "k")) == "401 token_invalid"); // who is nobody gets nobody's answer
}

BOOST_AUTO_TEST_CASE(a_server_that_starts_again_knows_what_was_answered)
{
    const auto first = send("/things", "k");
    accounts::idempotent_requests later(settings(), secret, database, clock, random);
    http::router restarted;
    restarted.add(http::method::post, "/things", api::keyed(later, [this](request& q) { return make(q); }));
    request q;
    q.method = http::method::post;
    q.path = "/things";
    q.headers = {{"Idempotency-Key", "k"}};
    q.body = "{}";
    q.remote_address = "192.0.2.7";
    const auto again = test::run_task(restarted.answer(q));
    BOOST_TEST(replayed(again) == "true");
    BOOST_TEST(again.body() == first.body());
    BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(the_file_tells_no_answer_and_no_body)
{
    BOOST_TEST(send("/things", "the-key-itself", "{\"password\":\"hunter22\"}").body().find("a-token-of-1") !=
               std::string_view::npos);
    for (const auto* suffix : {"", "-wal"}) {
        const auto bytes = test::read_file(database_file + suffix);
        for (const auto* part : {"a-token-of", "hunter22", "the-key-itself"})
            BOOST_TEST(bytes.find(part) == bytes.npos, part << " in " << suffix);
    }
    BOOST_TEST(test::read_file(database_file + "-wal").size() > 0u);
}

BOOST_AUTO_TEST_CASE(old_answers_are_deleted_now_and_then)
{
    server::idempotency_upkeep upkeep(requests);
    const auto look = [&] {
        core::asio::io_context io(1);
        core::asio::co_spawn(io, upkeep.look(), core::asio::detached);
        io.run();
    };
    const auto rows = [&] {
        soci::session other(soci::sqlite3, "dbname=" + database_file + " timeout=5");
        long long count = 0;
        other << "select count(*) from watchword_idempotency", soci::into(count);
        return count;
    };
    const auto portion = static_cast<long long>(accounts::idempotent_requests::portion);
    change_from_outside("with recursive n(i) as (select 1 union all select i + 1 from n where i < " +
                        std::to_string(portion + 1) +
                        ") insert into watchword_idempotency (key, caller, request, created, expires) "
                        "select 'k' || i, 'c', 'r', 0, 1 from n");
    send("/things", "k");
    BOOST_TEST(rows() == portion + 2);
    look();
    BOOST_TEST(rows() == 2);
    look();
    BOOST_TEST(rows() == 1);
    clock.time += 24h;
    look(); // not for a minute
    BOOST_TEST(rows() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
