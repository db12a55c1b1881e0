// Whose password is hashed next, and what those are told who must come back.
#include "api/operations.hpp"
#include "service_fixture.hpp"
#include "support/held_worker.hpp"
#include "support/turned_context.hpp"

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <latch>
#include <list>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using core::asio::detached;

struct answer {
    std::string from;
    int status;
    std::string retry_after;
};

// A form that somebody posts.
struct visitor {
    const http::router& routes;
    std::vector<answer>& answers;
    std::string path, address, form;
    http::request q{};

    core::task<> operator()()
    {
        q.method = http::method::post;
        q.path = path;
        q.remote_address = address;
        q.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        q.body = form;
        const auto r = co_await routes.answer(q);
        answers.push_back({address, static_cast<int>(r.status()), std::string(r.header("Retry-After"))});
    }
};

struct fixture : test::service {
    test::turned_context context{};
    std::list<visitor> visitors{};
    std::vector<answer> answers{}; // in the order they were given
    std::uint64_t before_look = 0;

    fixture() { sign_up("a@x"); }

    void post(const http::router& to, const std::string& path, const std::string& address, const std::string& form)
    {
        auto& v = visitors.emplace_back(visitor{to, answers, path, address, form});
        core::asio::co_spawn(context.io(), v(), detached);
    }
    void post(const std::string& path, const std::string& address, const std::string& form)
    {
        post(routes, path, address, form);
    }
    void log_in_from(const std::string& address) { post("/login", address, "email=a@x&password=pw"); }
    // Queues a job of a client that nobody knows, which sees how many jobs were done before it.
    void look()
    {
        const auto count = [this](std::size_t) -> core::result<int> {
            before_look = hashing.statistics().executed;
            return 0;
        };
        core::asio::co_spawn(context.io(), hashing.run(count), detached);
    }
    // Turns the context until so many wait for a thread, which is held.
    void until_waiting(std::size_t count, core::workers& pool)
    {
        while (pool.statistics().waiting < count) {
            context.turn();
            std::this_thread::yield();
        }
        BOOST_TEST_REQUIRE(pool.statistics().waiting == count);
    }
    void until_waiting(std::size_t count) { until_waiting(count, hashing); }
    void until_answered(std::size_t count)
    {
        while (answers.size() < count) context.turn();
    }
    std::size_t place_of(const std::string& address) const
    {
        std::size_t place = 0;
        while (place < answers.size() && answers[place].from != address) ++place;
        return place;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(hashing_queue, fixture)

BOOST_AUTO_TEST_CASE(a_network_that_floods_gets_turns_like_everybody_else)
{
    test::held_worker held(hashing);
    for (int i = 1; i <= 10; ++i) log_in_from("2001:db8:0:1::" + std::to_string(i)); // one client: a /64
    until_waiting(10);
    log_in_from("2001:db8:0:2::1");
    until_waiting(11);
    log_in_from("192.0.2.1");
    until_waiting(12);
    log_in_from("unix"); // nobody says who it is
    until_waiting(13);
    held.release();
    context.finish();
    BOOST_TEST_REQUIRE(answers.size() == 13u);
    for (const auto& each : answers) BOOST_TEST(each.status == 201, each.from);
    BOOST_TEST(place_of("2001:db8:0:2::1") == 1u);
    BOOST_TEST(place_of("192.0.2.1") == 2u);
    BOOST_TEST(place_of("unix") == 3u);
}

BOOST_AUTO_TEST_CASE(sign_ups_take_turns_too)
{
    test::held_worker held(hashing);
    const auto before = hashing.statistics().executed;
    for (int i = 0; i < 5; ++i) post("/signup", "192.0.2.1", "name=N&password=pw&email=" + std::to_string(i) + "@x");
    until_waiting(5);
    look();
    until_waiting(6);
    held.release();
    context.finish();
    BOOST_TEST(before_look == before + 2); // what was held, and one sign-up
    for (const auto& each : answers) BOOST_TEST(each.status == 201);
}

BOOST_AUTO_TEST_CASE(new_passwords_are_judged_in_turns_too)
{
    test::held_worker held(hashing);
    const auto before = hashing.statistics().executed;
    const accounts::client from{core::parse_address("192.0.2.1")};
    const accounts::terms strict{accounts::addresses::exact, accounts::password_rules::strict};
    for (int i = 0; i < 5; ++i) {
        accounts::registration wanted{"N", std::to_string(i) + "@x", core::secret_string(std::string_view("gXv2pTqL"))};
        core::asio::co_spawn(context.io(), accounts.sign_up(std::move(wanted), from, strict), detached);
    }
    until_waiting(5);
    look();
    until_waiting(6);
    held.release();
    context.finish();
    BOOST_TEST(before_look == before + 2);
}

BOOST_AUTO_TEST_CASE(the_renewal_of_a_hash_waits_in_the_line_of_its_client)
{
    sign_up("old@x");
    const auto set = [](store::session& s) -> core::result<void> {
        const auto u = store::find_user_by_email(s, "old@x");
        // PBKDF2-HMAC-SHA1 of "pw" with 1000 rounds, from Python's hashlib
        return store::set_password_hash(s, u->id, "pbkdf2:sha1:1000$ogdvbzDp$1e6d7ec093158617864665fce4db59879493bc36",
                                        *u->password_hash);
    };
    BOOST_REQUIRE(test::run_task(database.write(set)).has_value());
    test::held_worker held(hashing);
    post("/login", "192.0.2.1", "email=old@x&password=pw");
    until_waiting(1);
    std::latch began(1), released(1);
    const auto hold = [&](std::size_t) -> core::result<int> {
        began.count_down();
        released.wait();
        return 0;
    };
    core::asio::co_spawn(context.io(), hashing.run(hold), detached);
    until_waiting(2);
    for (int i = 0; i < 5; ++i) log_in_from("192.0.2.1");
    until_waiting(7);
    held.release(); // the old hash is compared, and then nobody's job has the thread
    began.wait();
    until_waiting(6); // the renewal has come
    const auto before = hashing.statistics().executed;
    look();
    until_waiting(7);
    released.count_down();
    context.finish();
    BOOST_TEST(before_look == before + 2); // nobody's first job and a login, but no renewal that counts as nobody's
    BOOST_TEST(answers.size() == 6u);
    for (const auto& each : answers) BOOST_TEST(each.status == 201);
}

BOOST_AUTO_TEST_CASE(a_network_that_fills_the_queue_makes_room_for_others)
{
    test::held_worker held(hashing);
    for (int i = 0; i < 16; ++i) log_in_from("198.51.100.1");
    until_waiting(16);
    log_in_from("198.51.100.1");
    until_answered(1);
    BOOST_TEST(answers.at(0).status == 503);
    log_in_from("198.51.100.2");
    until_answered(2);
    BOOST_TEST(answers.at(1).from == "198.51.100.1"); // gave way
    BOOST_TEST(answers.at(1).status == 503);
    held.release();
    context.finish();
    BOOST_TEST_REQUIRE(answers.size() == 18u);
    BOOST_TEST(place_of("198.51.100.2") == 3u);
    BOOST_TEST(answers.at(3).status == 201);
}

BOOST_AUTO_TEST_CASE(those_who_are_refused_are_told_how_long_the_queue_is)
{
    core::workers slow({"slow", 1, 16});
    const accounts::settings settings{10min, true};
    accounts::service patient(settings, database, slow, passwords, random);
    api::tutorial tutorial_of_patient(patient, checker, database);
    http::router door;
    watchword::api::operations all_door(door);
    tutorial_of_patient.add_routes(all_door);

    BOOST_TEST(patient.hashing_wait().count() == 1); // nothing is known yet
    test::teach(slow, 300ms);
    BOOST_TEST(patient.hashing_wait().count() == 1); // nobody waits
    test::held_worker held(slow);
    const auto wait_behind = [&](std::size_t count) {
        while (visitors.size() < count) post(door, "/login", "198.51.100.1", "email=a@x&password=pw");
        until_waiting(count, slow);
        return patient.hashing_wait().count();
    };
    const auto some = wait_behind(8), more = wait_behind(16);
    BOOST_TEST(some >= 3); // 8.5 times 300 ms, rounded up
    BOOST_TEST(more >= 5); // 16.5 times
    BOOST_TEST(more > some);
    post(door, "/login", "198.51.100.1", "email=a@x&password=pw");
    post(door, "/signup", "198.51.100.1", "name=N&email=c@x&password=pw");
    until_answered(2);
    for (const auto& each : answers) {
        BOOST_TEST(each.status == 503);
        BOOST_TEST(each.retry_after == std::to_string(more));
    }
    held.release();
    context.finish();
}

BOOST_AUTO_TEST_CASE(nobody_is_sent_away_for_more_than_a_minute)
{
    core::workers slow({"slow", 1, 1000});
    const accounts::settings settings{10s, true};
    const accounts::service patient(settings, database, slow, passwords, random);
    test::teach(slow, 100ms);
    test::held_worker held(slow);
    const auto nothing = [](std::size_t) -> core::result<int> { return 0; };
    for (int i = 0; i < 1000; ++i) core::asio::co_spawn(context.io(), slow.run(nothing), detached);
    context.turn();
    BOOST_TEST((slow.backlog() > 100s));
    BOOST_TEST(patient.hashing_wait().count() == 60);
    held.release();
    context.finish();
}

BOOST_AUTO_TEST_SUITE_END()
