// What is answered while the database has no time.
#include "api/operations.hpp"
#include "oauth_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using test::oauth_outcome;

// A database with room for one job that waits, and routes on it.
struct small_service : test::oauth_service {
    store::database small{{"sqlite:" + (directory.path() / "small.db").string(), 1, 1, std::chrono::seconds(60)}};
    accounts::key_ring small_keys{{}, secret, small, clock, random};
    accounts::bearer_tokens small_bearers{bearer_settings(), small_keys, small, signing, revoked, clock, random};
    accounts::sessions small_sessions{{}, secret, small, clock, random, &revoked};
    api::oauth small_routes{small_sessions, small_bearers, clients, random};
    http::router router;
    std::string access, refresh;

    small_service()
    {
        test::run_task(small_keys.start()).value();
        const auto add = [](store::session& s) { return store::add_user(s, {"ann", "Ann", "ann@x", "hash"}); };
        test::run_task(small.write(add)).value();
        accounts::session_request wanted;
        wanted.public_id = "ann";
        const auto opened = test::run_task(small_sessions.open(std::move(wanted))).value();
        access = test::run_task(small_bearers.issue(opened)).value().text;
        refresh = opened.refresh_token.view();
        watchword::api::operations all_router(router);
        small_routes.add_routes(all_router);
    }
    http::response ask_small(const std::string& what, const std::string& token)
    {
        return ask_as(router, "/v1/oauth/" + what, "token=" + token,
                      {{"Authorization", test::basic_field("api", "api-secret")}});
    }
    bool is_active_small(const std::string& token)
    {
        return ask_small("introspect", token).body().find("\"active\":true") != std::string_view::npos;
    }
};

bool is_busy(const http::response& r)
{
    return oauth_outcome(r) == "503 temporarily_unavailable" && r.has("Retry-After") &&
           r.literal_lines() == "Cache-Control: no-store\r\n";
}

// Lets one job of a database run, and one wait, until it goes.
template <class Start> class held_queue {
public:
    // `start(job)` has the job done by that queue, whose statistics `look()` are.
    template <class Look> held_queue(Start start, Look look)
    {
        const auto hold = [this](store::session&) -> core::result<int> {
            begun_.count_down();
            released_.wait();
            return 0;
        };
        const auto nothing = [](store::session&) -> core::result<int> { return 0; };
        first_ = std::thread([start, hold] { start(hold); });
        begun_.wait();
        second_ = std::thread([start, nothing] { start(nothing); });
        while (look().waiting == 0) std::this_thread::yield();
    }
    ~held_queue()
    {
        released_.count_down();
        first_.join();
        second_.join();
    }
    held_queue(const held_queue&) = delete;
    held_queue& operator=(const held_queue&) = delete;

private:
    std::latch begun_{1}, released_{1};
    std::thread first_, second_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(oauth_unavailable, small_service)

BOOST_AUTO_TEST_CASE(who_cannot_be_told_is_asked_to_come_back)
{
    const auto read = [this](auto job) { (void)test::run_task(small.read(job)); };
    {
        const held_queue held(read, [this] { return small.statistics().readers; });
        BOOST_TEST(is_busy(ask_small("introspect", access)));
        BOOST_TEST(is_busy(ask_small("introspect", refresh)));
        BOOST_TEST(is_busy(ask_small("revoke", access)));                             // nobody knows yet whose it is
        BOOST_TEST(ask_small("introspect", "wr_x").body() == "{\"active\":false}\n"); // no database is needed for that
        BOOST_TEST(oauth_outcome(ask_small("revoke", "wr_x")) == "200");
    }
    BOOST_TEST(is_active_small(access));
    BOOST_TEST(is_active_small(refresh));
}

BOOST_AUTO_TEST_CASE(what_was_not_revoked_is_not_said_to_be)
{
    BOOST_TEST(is_active_small(access));
    const auto write = [this](auto job) { (void)test::run_task(small.write(job)); };
    {
        const held_queue held(write, [this] { return small.statistics().writer; });
        BOOST_TEST(is_busy(ask_small("revoke", access)));
        BOOST_TEST(is_busy(ask_small("revoke", refresh)));
    }
    BOOST_TEST(is_active_small(access));
    BOOST_TEST(oauth_outcome(ask_small("revoke", access)) == "200");
    BOOST_TEST(!is_active_small(access));
    BOOST_TEST(!is_active_small(refresh));
}

BOOST_AUTO_TEST_SUITE_END()
