#include "accounts/idempotent_requests.hpp"
#include "sessions_fixture.hpp"
#include "support/cancellable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using accounts::idempotency_settings;
using accounts::idempotent_request;
using accounts::idempotent_requests;
using verdict = idempotent_requests::verdict;
using begun = core::result<idempotent_requests::beginning>;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr idempotent_request usual{"user:ann", "POST /things", "key-1", "", "{\"a\":1}"};

idempotency_settings impatient()
{
    idempotency_settings s;
    s.patience = 0ms;
    return s;
}

core::task<bool> done(core::task<> t)
{
    co_await std::move(t);
    co_return true;
}

begun begin(idempotent_requests& r, const idempotent_request& q = usual)
{
    return test::run_task(r.begin(q));
}
verdict ask(idempotent_requests& r, const idempotent_request& q = usual)
{
    return begin(r, q)->what;
}
void finish(idempotent_requests& r, idempotent_requests::turn mine, std::string_view answer)
{
    test::run_task(done(r.finish(std::move(mine), core::secret_string(answer))));
}
// Is the first, and answers.
void do_once(idempotent_requests& r, const idempotent_request& q = usual, std::string_view answer = "answer")
{
    auto b = begin(r, q);
    if (!b || b->what != verdict::first) throw std::logic_error("it is not the first");
    finish(r, std::move(b->mine), answer);
}
std::string answer_of(const begun& b)
{
    return b && b->what == verdict::repeated ? std::string(b->answer.view()) : "none";
}

} // namespace

// Not of this file alone, as far as GCC is concerned: cases with data are templates.
namespace idempotent_requests_tests {

struct world {
    explicit world(const std::string& kind, const idempotency_settings& s = impatient())
        : place(kind), settings(s), requests(s, test::session_secret(), database, clock, random)
    {}

    void execute(const std::string& sql)
    {
        const auto work = [&](store::session& s) -> core::result<void> {
            s.execute(sql);
            return {};
        };
        test::run_task(database.write(work)).value();
    }

    test::session_database place;
    test::precise_clock clock;
    test::repeatable_random random;
    idempotency_settings settings;
    store::database database{place.settings()};
    idempotent_requests requests;
};

// Another process on the database of a world, which on SQLite comes after it.
struct later {
    explicit later(world& w, const core::secret_string& secret = test::session_secret())
        : requests(w.settings, secret, w.database, w.clock, w.random)
    {}
    idempotent_requests requests;
};

} // namespace idempotent_requests_tests

namespace {

using idempotent_requests_tests::later;
using idempotent_requests_tests::world;

} // namespace

BOOST_AUTO_TEST_SUITE(idempotent_requests_test)

BOOST_DATA_TEST_CASE(what_was_done_is_answered_again_for_a_day_and_over_restarts, kinds, kind)
{
    world w(kind);
    auto first = begin(w.requests);
    BOOST_REQUIRE((first->what == verdict::first));
    const std::string answer("201 \0\xff", 6);
    finish(w.requests, std::move(first->mine), answer);
    for (int i = 0; i < 3; ++i) BOOST_TEST(answer_of(begin(w.requests)) == answer);
    w.clock.advance(24h - 1ms);
    later next(w);
    BOOST_TEST(answer_of(begin(next.requests)) == answer);
    w.clock.advance(1ms);
    do_once(next.requests, usual, "another");
    BOOST_TEST(answer_of(begin(w.requests)) == "another");
}

BOOST_DATA_TEST_CASE(a_key_is_of_one_caller_one_operation_and_one_request, kinds, kind)
{
    world w(kind);
    do_once(w.requests);
    for (const auto& other : {idempotent_request{"user:ann", "POST /things", "key-1", "", "{\"a\":2}"},
                              idempotent_request{"user:ann", "POST /things", "key-1", "", ""},
                              idempotent_request{"user:ann", "POST /things", "key-1", "a", "{\"a\":1}"}})
        BOOST_TEST((ask(w.requests, other) == verdict::other_request));
    for (const auto& other : {idempotent_request{"user:bob", "POST /things", "key-1", "", "{\"a\":1}"},
                              idempotent_request{"user:ann", "POST /other", "key-1", "", "{\"a\":1}"},
                              idempotent_request{"user:ann", "POST /things", "key-2", "", "{\"a\":1}"},
                              idempotent_request{"user:an", "nPOST /things", "key-1", "", "{\"a\":1}"}})
        do_once(w.requests, other, other.caller);
    BOOST_TEST(answer_of(begin(w.requests)) == "answer");
}

BOOST_DATA_TEST_CASE(what_was_not_done_is_done_when_it_comes_again, kinds, kind)
{
    world w(kind);
    for (int i = 0; i < 2; ++i) {
        auto b = begin(w.requests);
        BOOST_REQUIRE((b->what == verdict::first));
        test::run_task(done(w.requests.give_up(std::move(b->mine))));
    }
    do_once(w.requests, {"user:ann", "POST /things", "key-1", "", "corrected"});
}

// The server stops between the change and its answer.
BOOST_DATA_TEST_CASE(what_may_have_been_done_is_never_done_twice, kinds, kind)
{
    world w(kind);
    {
        const auto lost = begin(w.requests);
        BOOST_REQUIRE((lost->what == verdict::first));
    }
    w.clock.advance(1ms);
    BOOST_TEST((ask(w.requests) == verdict::in_progress)); // as far as another node can tell
    later next(w);
    const bool is_alone = std::string(kind) == "sqlite";
    BOOST_TEST((ask(next.requests) == (is_alone ? verdict::outcome_unknown : verdict::in_progress)));
    w.clock.advance(w.settings.longest - 2ms);
    BOOST_TEST((ask(w.requests) == verdict::in_progress));
    w.clock.advance(1ms);
    BOOST_TEST((ask(w.requests) == verdict::outcome_unknown));
    BOOST_TEST((ask(next.requests) == verdict::outcome_unknown));
    w.clock.advance(24h);
    do_once(w.requests);
}

BOOST_DATA_TEST_CASE(an_answer_that_is_not_kept_is_unknown, kinds, kind)
{
    auto s = impatient();
    s.largest_answer = 10;
    world w(kind, s);
    for (const std::string answer : {"", "elevenbytes"}) {
        const std::string key = "of " + answer;
        const idempotent_request q{"user:ann", "POST /things", key, "", ""};
        do_once(w.requests, q, answer);
        BOOST_TEST((ask(w.requests, q) == verdict::outcome_unknown));
    }
    do_once(w.requests, usual, "ten bytes!");
    BOOST_TEST(answer_of(begin(w.requests)) == "ten bytes!");
}

BOOST_DATA_TEST_CASE(who_comes_meanwhile_waits_and_gets_the_answer, kinds, kind)
{
    auto s = impatient();
    s.patience = 60s;
    world w(kind, s);
    auto first = begin(w.requests);
    test::cancellable<idempotent_requests::beginning> second(w.requests.begin(usual)), third(w.requests.begin(usual));
    BOOST_TEST((!second.outcome && !third.outcome));
    const idempotent_request other{"user:ann", "POST /things", "key-1", "", "other"};
    BOOST_TEST((ask(w.requests, other) == verdict::other_request)); // at once
    third.cancel();
    BOOST_TEST(third.is_cancelled());
    finish(w.requests, std::move(first->mine), "answer");
    BOOST_TEST(answer_of(second.finish()) == "answer");
}

BOOST_AUTO_TEST_CASE(another_node_is_waited_for)
{
    auto s = impatient();
    s.patience = 60s;
    s.look_every = 1ms;
    world w("postgresql", s);
    store::database there(w.place.settings());
    idempotent_requests other(s, test::session_secret(), there, w.clock, w.random);
    auto first = begin(w.requests);
    test::cancellable<idempotent_requests::beginning> second(other.begin(usual));
    BOOST_TEST(test::once_idle([&] { return there.statistics().writer; }).executed >= 1u);
    finish(w.requests, std::move(first->mine), "answer");
    BOOST_TEST(answer_of(second.finish()) == "answer");
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_ever_and_not_too_many_wait)
{
    auto s = impatient();
    s.patience = 30ms;
    world w("sqlite", s);
    const auto first = begin(w.requests);
    BOOST_TEST((ask(w.requests) == verdict::in_progress));

    s.patience = 1h;
    s.waiting = 1;
    world full("sqlite", s);
    const auto begun_first = begin(full.requests);
    test::cancellable<idempotent_requests::beginning> waits(full.requests.begin(usual));
    BOOST_TEST((ask(full.requests) == verdict::in_progress)); // at once
    waits.cancel();
    BOOST_TEST(waits.is_cancelled());
}

// Its client has left, so that whatever it waits for is given up: but what is done is done.
BOOST_DATA_TEST_CASE(who_is_cancelled_has_done_it_all_the_same, kinds, kind)
{
    struct leaving {
        world& w;
        core::task<core::result<int>> operator()() const
        {
            auto b = co_await w.requests.begin(usual);
            using timer =
                core::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                 core::asio::wait_traits<std::chrono::steady_clock>, core::io_executor>;
            const auto executor = co_await core::asio::this_coro::executor;
            timer t(executor, std::chrono::hours(1));
            co_await t.async_wait(core::asio::as_tuple(core::use_task));
            core::secret_string answer(std::string_view("answer"));
            co_await w.requests.finish(std::move(b->mine), std::move(answer));
            co_return 1;
        }
    };
    world w(kind);
    const leaving work{w};
    test::cancellable<int> client(work());
    test::once_idle([&] { return w.database.statistics().writer; });
    client.cancel(core::asio::cancellation_type::none); // only turns it to where it waits
    client.cancel();
    BOOST_TEST(client.finish().value() == 1);
    BOOST_TEST(answer_of(begin(w.requests)) == "answer");
}

BOOST_DATA_TEST_CASE(a_caller_pushes_out_his_own_answers_and_all_together_the_oldest, kinds, kind)
{
    auto s = impatient();
    s.most_per_caller = 2;
    s.most = 4;
    world w(kind, s);
    const auto of = [](std::string_view caller, std::string_view key) {
        return idempotent_request{caller, "POST /things", key, "", ""};
    };
    do_once(w.requests, of("bob", "0"));
    for (const auto* key : {"1", "2", "3"}) do_once(w.requests, of("ann", key));
    BOOST_TEST(answer_of(begin(w.requests, of("ann", "2"))) == "answer");
    BOOST_TEST(answer_of(begin(w.requests, of("bob", "0"))) == "answer");
    do_once(w.requests, of("ann", "1")); // again: it was forgotten
    for (const auto* caller : {"c", "d", "e"}) do_once(w.requests, of(caller, "1"));
    do_once(w.requests, of("bob", "0"));
}

BOOST_AUTO_TEST_CASE(a_database_tells_nothing)
{
    world w("postgresql");
    const idempotent_request q{"address:192.0.2.77", "POST /things", "key-of-mine", "q=query", "password=hunter2"};
    do_once(w.requests, q, "a-token-in-the-answer");
    const auto all = w.place.query("SELECT * FROM watchword_idempotency");
    BOOST_REQUIRE(all.size() > 100u);
    for (const auto* part : {"192.0.2.77", "things", "key-of-mine", "query", "hunter2", "token"})
        BOOST_TEST(all.find(part) == all.npos, part);
    do_once(w.requests, {"address:192.0.2.77", "POST /things", "another", "q=query", "password=hunter2"});
    BOOST_TEST(w.place.query("SELECT count(DISTINCT request) FROM watchword_idempotency").find('2') == 0u);

    const core::secret_string secret(std::string(32, 'x'));
    later other(w, secret);
    BOOST_TEST((ask(other.requests, q) == verdict::first));
}

BOOST_DATA_TEST_CASE(an_answer_that_was_altered_is_not_given, kinds, kind)
{
    world w(kind);
    const idempotent_request other{"user:ann", "POST /things", "key-2", "", ""};
    do_once(w.requests);
    do_once(w.requests, other, "of another");
    w.execute("UPDATE watchword_idempotency SET answer = (SELECT max(answer) FROM watchword_idempotency)");
    const bool one = answer_of(begin(w.requests)) == "answer",
               two = answer_of(begin(w.requests, other)) == "of another";
    BOOST_TEST((one != two));
    w.execute("UPDATE watchword_idempotency SET answer = 'x'");
    BOOST_TEST((ask(w.requests) == verdict::outcome_unknown));
}

BOOST_DATA_TEST_CASE(what_has_expired_is_deleted, kinds, kind)
{
    world w(kind);
    do_once(w.requests);
    BOOST_TEST(test::run_task(w.requests.purge()).value() == 0u);
    w.clock.advance(24h);
    BOOST_TEST(test::run_task(w.requests.purge()).value() == 1u);
    BOOST_TEST(test::run_task(w.requests.purge()).value() == 0u);
}

BOOST_DATA_TEST_CASE(of_many_at_once_one_is_the_first, kinds, kind)
{
    auto s = impatient();
    s.patience = 60s;
    s.look_every = 1ms;
    world w(kind, s);
    later node(w); // on PostgreSQL; beside it on SQLite, where there is none
    auto& other = std::string(kind) == "sqlite" ? w.requests : node.requests;
    for (int round = 0; round < 5; ++round) {
        const std::string key = "round " + std::to_string(round);
        const idempotent_request q{"user:ann", "POST /things", key, "", ""};
        std::atomic<int> firsts{0}, repeats{0};
        std::vector<std::thread> all;
        for (int i = 0; i < 8; ++i)
            all.emplace_back([&, i] {
                auto& mine = i % 2 == 0 ? w.requests : other;
                auto b = begin(mine, q);
                if (b && b->what == verdict::first) {
                    ++firsts;
                    finish(mine, std::move(b->mine), "answer");
                } else if (answer_of(b) == "answer") {
                    ++repeats;
                }
            });
        for (auto& t : all) t.join();
        BOOST_TEST(firsts == 1);
        BOOST_TEST(repeats == 7);
    }
}

BOOST_AUTO_TEST_SUITE_END()
