#include "core/per_thread.hpp"
#include "core/workers.hpp"
#include "support/cancellable.hpp"
#include "support/held_worker.hpp"
#include "support/run_task.hpp"
#include "support/turned_context.hpp"

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <latch>
#include <list>
#include <set>
#include <string>
#include <sys/resource.h>
#include <thread>

namespace {

using namespace watchword;
using namespace std::chrono_literals;

constexpr auto whenever = core::deadline::max();

template <class Work>
auto run(core::workers& w, Work work, core::deadline latest = whenever, core::client_key client = 0)
{
    return test::run_task(w.run(std::move(work), latest, client));
}

using holder = test::held_worker;

core::result<int> answer(std::size_t)
{
    return 42;
}

// Many jobs that wait for their turn, on a context that runs when they shall be told.
struct crowd {
    core::workers& w;
    test::turned_context context{};

    void queue(std::size_t count, core::client_key client)
    {
        for (std::size_t i = 0; i < count; ++i)
            core::asio::co_spawn(context.io(), w.run(answer, whenever, client), core::asio::detached);
        context.turn();
    }
};

// Two pieces of work, one after the other, for a caller that wants to be told rather than unwound.
struct two_steps {
    core::workers& w;
    std::atomic<int>& begun;
    core::error_code first{}, second{};

    core::task<core::result<int>> operator()()
    {
        co_await core::asio::this_coro::throw_if_cancelled(false);
        const auto count = [this](std::size_t) -> core::result<int> { return ++begun; };
        const auto one = co_await w.run(count);
        if (!one) first = one.error();
        const auto two = co_await w.run(count);
        if (!two) second = two.error();
        co_return 2;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(workers)

BOOST_AUTO_TEST_CASE(work_gives_its_value_its_error_or_its_exception)
{
    core::workers w({"test", 2, 10});
    BOOST_TEST(run(w, answer).value() == 42);
    const auto fails = [](std::size_t) -> core::result<int> { return core::errc::not_found; };
    BOOST_TEST((run(w, fails).error() == core::errc::not_found));
    const auto throws = [](std::size_t) -> core::result<int> { throw std::runtime_error("x"); };
    BOOST_CHECK_THROW(run(w, throws), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(work_runs_elsewhere_and_the_caller_resumes_at_home)
{
    core::workers w({"test", 1, 10});
    struct coroutine {
        core::workers& w;
        core::task<bool> operator()()
        {
            const auto home = std::this_thread::get_id();
            const auto where = [](std::size_t) -> core::result<std::thread::id> { return std::this_thread::get_id(); };
            const auto there = co_await w.run(where);
            co_return *there != home&& std::this_thread::get_id() == home;
        }
    };
    coroutine c{w};
    BOOST_TEST(test::run_task(c()));
}

BOOST_AUTO_TEST_CASE(one_job_too_many_is_refused_at_once)
{
    core::workers w({"test", 1, 1});
    holder h(w);
    std::thread queued([&] { run(w, answer); });
    while (w.statistics().waiting == 0) std::this_thread::yield();
    BOOST_TEST((run(w, answer).error() == core::errc::overloaded));
    BOOST_TEST(w.refuses(0, whenever)); // and whoever asks before is told so
    BOOST_TEST(w.statistics().refused == 2u);
    h.release();
    queued.join();
    BOOST_TEST(!w.refuses(0, whenever));
}

BOOST_AUTO_TEST_CASE(a_job_that_waited_too_long_is_not_run)
{
    core::workers w({"test", 1, 10});
    holder h(w);
    std::atomic<bool> ran = false;
    const auto late = [&](std::size_t) -> core::result<int> {
        ran = true;
        return 0;
    };
    std::optional<core::errc> why;
    std::thread waiter([&] {
        const auto r = run(w, late, std::chrono::steady_clock::now() - 1s);
        if (r.error() == core::errc::timed_out) why = core::errc::timed_out;
    });
    while (w.statistics().waiting == 0) std::this_thread::yield();
    h.release();
    waiter.join();
    BOOST_TEST(why.has_value());
    BOOST_TEST(!ran);
    BOOST_TEST(w.statistics().refused == 1u);
}

BOOST_AUTO_TEST_CASE(a_job_that_would_come_too_late_is_refused_at_once)
{
    core::workers w({"test", 1, 10});
    const auto busy = [](std::size_t) -> core::result<int> {
        const auto end = std::chrono::steady_clock::now() + 50ms;
        while (std::chrono::steady_clock::now() < end) {
        }
        return 0;
    };
    BOOST_TEST(run(w, busy).has_value()); // now it is known how long jobs take
    holder h(w);
    std::thread queued([&] { run(w, answer); });
    while (w.statistics().waiting == 0) std::this_thread::yield();
    BOOST_TEST((run(w, answer, std::chrono::steady_clock::now() + 10ms).error() == core::errc::overloaded));
    BOOST_TEST(w.refuses(0, std::chrono::steady_clock::now() + 10ms));
    BOOST_TEST(!w.refuses(0, std::chrono::steady_clock::now() + 1h));
    std::thread patient([&] { BOOST_TEST(run(w, answer, std::chrono::steady_clock::now() + 1h).has_value()); });
    while (w.statistics().waiting < 2) std::this_thread::yield();
    h.release();
    queued.join();
    patient.join();
}

BOOST_AUTO_TEST_CASE(clients_take_turns)
{
    core::workers w({"test", 1, 10});
    holder h(w);
    std::string order;
    std::list<test::cancellable<int>> jobs;
    for (const std::string name : {"a1", "a2", "a3", "a4", "b1", "b2", "c1"}) {
        const auto note = [&order, name](std::size_t) -> core::result<int> {
            order += name + " ";
            return 0;
        };
        jobs.emplace_back(w.run(note, whenever, static_cast<core::client_key>(name.front())));
    }
    std::next(jobs.begin(), 4)->cancel(); // b1
    h.release();
    for (auto& each : jobs) each.finish();
    BOOST_TEST(order == "a1 b2 c1 a2 a3 a4 ");
    BOOST_TEST(w.statistics().withdrawn == 1u);
}

BOOST_AUTO_TEST_CASE(nobody_can_fill_the_queue_against_another)
{
    core::workers w({"test", 1, 3});
    holder h(w);
    test::cancellable<int> first(w.run(answer, whenever, 1)), second(w.run(answer, whenever, 1)),
        third(w.run(answer, whenever, 1));
    BOOST_TEST((run(w, answer, whenever, 1).error() == core::errc::overloaded));
    BOOST_TEST(w.statistics().gave_way == 0u);
    BOOST_TEST(!w.refuses(2, whenever)); // somebody would give way

    test::cancellable<int> other(w.run(answer, whenever, 2));
    BOOST_TEST((third.finish().error() == core::errc::overloaded)); // while the thread is busy with something else
    third.cancel();
    BOOST_TEST((run(w, answer, whenever, 2).error() == core::errc::overloaded)); // that would leave 1 with fewer
    const auto seen = w.statistics();
    BOOST_TEST(seen.waiting == 3u);
    BOOST_TEST(seen.gave_way == 1u);
    BOOST_TEST(seen.refused == 3u);
    BOOST_TEST(seen.withdrawn == 0u);
    h.release();
    for (auto* each : {&first, &second, &other}) BOOST_TEST(each->finish().value() == 42);
}

BOOST_AUTO_TEST_CASE(a_queue_that_many_want_keeps_places_for_newcomers)
{
    core::workers w({"test", 1, 256});
    holder h(w);
    crowd storm{w};
    for (int round = 0; round < 20; ++round)
        for (core::client_key client = 1; client <= 100; ++client) storm.queue(1, client);
    const auto full = w.statistics();
    BOOST_TEST(full.waiting >= 200u); // two of each
    BOOST_TEST(full.waiting < 256u);
    for (core::client_key client = 101; client <= 102; ++client) {
        BOOST_TEST(!w.refuses(client, whenever));
        storm.queue(1, client);
    }
    BOOST_TEST(w.statistics().waiting == full.waiting + 2);
    BOOST_TEST(w.statistics().gave_way == 0u);
    BOOST_TEST(w.refuses(1, whenever));
    h.release();
    storm.context.finish();
}

// The time of a job is asked of the pool: what is judged are the turns, not the clock.
BOOST_AUTO_TEST_CASE(whether_a_job_comes_too_late_depends_on_the_turns_before_its_own)
{
    core::workers w({"test", 1, 1000});
    test::teach(w, 50ms);
    holder h(w);
    crowd others{w};
    for (core::client_key client = 1; client <= 40; ++client) others.queue(5, client);
    others.queue(2, 41);
    const auto usual = w.backlog() * 2 / (2 * 202 + 1);
    BOOST_TEST(usual.count() >= std::chrono::nanoseconds(50ms).count());
    const auto in = [usual](int jobs) { return std::chrono::steady_clock::now() + jobs * usual; };

    // A newcomer stands behind one of each, the third of client 41 behind three of all others and two of its own, the
    // sixth of another behind all.
    BOOST_TEST((run(w, answer, in(40), 42).error() == core::errc::overloaded));
    BOOST_TEST((run(w, answer, in(40 * 3 + 1), 41).error() == core::errc::overloaded));
    BOOST_TEST((run(w, answer, in(201), 1).error() == core::errc::overloaded));
    BOOST_TEST(w.statistics().refused == 3u);

    test::cancellable<int> newcomer(w.run(answer, in(195), 42)), third(w.run(answer, in(195), 41));
    BOOST_TEST(!newcomer.outcome.has_value());
    BOOST_TEST(!third.outcome.has_value());
    BOOST_TEST(w.statistics().waiting == 204u);
    h.release();
    others.context.finish();
    BOOST_TEST(newcomer.finish().value() == 42);
    BOOST_TEST(third.finish().value() == 42);
}

BOOST_AUTO_TEST_CASE(a_newcomer_does_not_wait_for_a_thousand_jobs_of_another)
{
    core::workers w({"test", 1, 2000});
    test::teach(w, 50ms);
    holder h(w);
    crowd flood{w};
    flood.queue(1000, 1); // 50 s at least
    const auto soon = std::chrono::steady_clock::now() + 25s;
    BOOST_TEST((run(w, answer, soon, 1).error() == core::errc::overloaded));
    std::uint64_t done_before = 0;
    const auto count = [&](std::size_t) -> core::result<int> {
        done_before = w.statistics().executed;
        return 0;
    };
    test::cancellable<int> newcomer(w.run(count, soon, 2));
    const auto before = w.statistics().executed;
    h.release();
    BOOST_TEST(newcomer.finish().has_value());
    BOOST_TEST(done_before == before + 2); // what was running, and one job
    flood.context.finish();
    BOOST_TEST(w.statistics().waiting == 0u);
}

BOOST_AUTO_TEST_CASE(the_backlog_is_what_waits_and_half_of_what_runs)
{
    core::workers w({"test", 2, 100});
    BOOST_TEST(w.backlog().count() == 0);
    test::teach(w, 50ms);
    BOOST_TEST(w.backlog().count() == 0); // nothing waits
    holder one(w), other(w);
    const auto idle = w.backlog(); // half a job on each thread
    BOOST_TEST(idle.count() >= std::chrono::nanoseconds(25ms).count());
    crowd many{w};
    many.queue(10, 1);
    many.queue(10, 2);
    BOOST_TEST((w.backlog() / idle == 21)); // ten jobs on each thread more
    one.release();
    other.release();
    many.context.finish();
}

BOOST_AUTO_TEST_CASE(a_job_whose_time_has_passed_is_told_before_its_turn)
{
    core::workers w({"test", 4, 10});
    std::list<holder> busy;
    for (int i = 0; i < 4; ++i) busy.emplace_back(w);
    std::latch first_began{1}, other_began{1}, released{1};
    const auto hold_by = [&released](std::latch& began) {
        return [&began, &released](std::size_t) -> core::result<int> {
            began.count_down();
            released.wait();
            return 0;
        };
    };
    const auto long_ago = std::chrono::steady_clock::now() - 1s; // taken, as fewer wait than there are threads
    test::cancellable<int> first(w.run(hold_by(first_began), whenever, 1)), late(w.run(answer, long_ago, 1)),
        other(w.run(hold_by(other_began), whenever, 2));
    BOOST_TEST(w.statistics().waiting == 3u);
    const auto free_one = [&] {
        busy.front().release();
        busy.pop_front();
    };
    free_one();
    first_began.wait();
    BOOST_TEST(w.statistics().waiting == 2u);
    free_one();
    other_began.wait(); // it was the other client's turn
    BOOST_REQUIRE(w.statistics().waiting == 0u);
    BOOST_TEST((late.finish().error() == core::errc::timed_out));
    released.count_down();
    first.finish();
    other.finish();
    while (!busy.empty()) free_one();
}

BOOST_AUTO_TEST_CASE(a_job_that_nobody_wants_leaves_the_queue_at_once)
{
    core::workers w({"test", 1, 3});
    holder h(w);
    std::atomic<int> begun = 0;
    const auto count = [&](std::size_t) -> core::result<int> { return ++begun; };
    test::cancellable<int> first(w.run(count)), unwanted(w.run(count)), last(w.run(count));
    BOOST_TEST(w.statistics().waiting == 3u);
    unwanted.cancel();
    BOOST_TEST(unwanted.is_cancelled()); // while the thread is busy with something else
    BOOST_TEST(w.statistics().waiting == 2u);
    BOOST_TEST(w.statistics().withdrawn == 1u);
    test::cancellable<int> next(w.run(count)); // the queue was full
    BOOST_TEST(w.statistics().refused == 0u);
    h.release();
    BOOST_TEST(first.finish().value() == 1);
    BOOST_TEST(last.finish().value() == 2);
    BOOST_TEST(next.finish().value() == 3);
    BOOST_TEST(begun == 3);
}

BOOST_AUTO_TEST_CASE(a_job_that_runs_or_is_done_is_left_alone)
{
    core::workers w({"test", 1, 3});
    std::latch started{1}, released{1};
    const auto wait = [&](std::size_t) -> core::result<int> {
        started.count_down();
        released.wait();
        return 42;
    };
    test::cancellable<int> runs(w.run(wait));
    started.wait();
    runs.cancel();
    BOOST_TEST(!runs.outcome.has_value());
    released.count_down();
    BOOST_TEST(runs.finish().value() == 42);

    test::cancellable<int> done(w.run(answer)); // and its caller has not resumed yet
    while (w.statistics().executed < 2) std::this_thread::yield();
    done.cancel();
    BOOST_TEST(done.finish().value() == 42);
    done.cancel(); // after its end
    BOOST_TEST(w.statistics().withdrawn == 0u);
}

BOOST_AUTO_TEST_CASE(a_caller_that_nobody_waits_for_submits_nothing_more)
{
    core::workers w({"test", 1, 3});
    std::atomic<int> begun = 0;
    two_steps steps{w, begun};
    std::optional<holder> h(w);
    test::cancellable<int> caller(steps());
    caller.cancel();
    BOOST_TEST((steps.first == core::errc::cancelled));
    BOOST_TEST((steps.second == core::errc::cancelled));
    BOOST_TEST(w.statistics().withdrawn == 1u); // the second was never submitted
    h->release();

    // One that is only told not to wait goes on.
    two_steps others{w, begun};
    h.emplace(w);
    test::cancellable<int> impatient([](two_steps& s) -> core::task<core::result<int>> {
        co_await core::asio::this_coro::reset_cancellation_state(core::asio::enable_partial_cancellation());
        co_return co_await s();
    }(others));
    impatient.cancel(core::asio::cancellation_type::partial);
    BOOST_TEST((others.first == core::errc::cancelled));
    h->release();
    impatient.finish();
    BOOST_TEST(!others.second);
    BOOST_TEST(begun == 1);
}

// Whoever comes first, every job is either run or withdrawn, and told once. For ThreadSanitizer too.
BOOST_AUTO_TEST_CASE(jobs_that_are_withdrawn_while_they_begin_are_told_once)
{
    core::workers w({"test", 2, 100});
    std::atomic<unsigned> begun = 0;
    const auto count = [&](std::size_t) -> core::result<int> {
        ++begun;
        return 1;
    };
    constexpr unsigned rounds = 2000;
    unsigned done = 0, cancelled = 0;
    for (unsigned i = 0; i < rounds; ++i) {
        test::cancellable<int> one(w.run(count)), other(w.run(count));
        for (unsigned spin = i % 64; spin > 0; --spin) std::this_thread::yield();
        other.cancel();
        one.cancel();
        one.finish();
        other.finish();
        cancelled += one.is_cancelled() + other.is_cancelled();
        done += one.outcome->has_value() + other.outcome->has_value();
    }
    BOOST_TEST(done + cancelled == 2 * rounds);
    BOOST_TEST(begun == done);
    BOOST_TEST(w.statistics().withdrawn == cancelled);
    BOOST_TEST(w.statistics().waiting == 0u);
    BOOST_TEST_MESSAGE(cancelled << " withdrawn, " << done << " done");
}

// Several I/O threads, whose jobs push each other out of a queue that is too short, and are withdrawn meanwhile. For
// ThreadSanitizer too.
BOOST_AUTO_TEST_CASE(jobs_of_many_threads_and_clients_are_told_once)
{
    core::workers w({"test", 2, 6});
    std::atomic<unsigned> begun = 0, done = 0, cancelled = 0, refused = 0;
    const auto count = [&](std::size_t) -> core::result<int> {
        ++begun;
        return 1;
    };
    constexpr unsigned rounds = 400, each_round = 6, threads = 4;
    const auto submit = [&](unsigned thread) {
        for (unsigned round = 0; round < rounds; ++round) {
            std::list<test::cancellable<int>> jobs;
            for (unsigned i = 0; i < each_round; ++i)
                jobs.emplace_back(w.run(count, whenever, thread == 0 ? 0u : 10 * thread + i % 3));
            if (round % 3 == 0) jobs.back().cancel();
            if (round % 5 == 0) jobs.front().cancel();
            for (auto& each : jobs) {
                const auto& outcome = each.finish();
                done += outcome.has_value() ? 1u : 0u;
                cancelled += each.is_cancelled() ? 1u : 0u;
                refused += outcome.has_error() && outcome.error() == core::errc::overloaded ? 1u : 0u;
            }
        }
    };
    std::vector<std::thread> submitters;
    for (unsigned thread = 0; thread < threads; ++thread) submitters.emplace_back(submit, thread);
    for (auto& each : submitters) each.join();
    const unsigned told = done + cancelled + refused;
    BOOST_TEST(told == rounds * each_round * threads);
    BOOST_TEST(begun.load() == done.load());
    const auto seen = w.statistics();
    BOOST_TEST(seen.refused == refused.load());
    BOOST_TEST(seen.withdrawn == cancelled.load());
    BOOST_TEST(seen.gave_way <= seen.refused);
    BOOST_TEST(seen.waiting == 0u);
    BOOST_TEST_MESSAGE(done << " done, " << cancelled << " withdrawn, " << refused << " refused, of which "
                            << seen.gave_way << " gave way");
}

BOOST_AUTO_TEST_CASE(threads_give_way_to_others_as_much_as_is_wanted)
{
    const int own = ::getpriority(PRIO_PROCESS, 0);
    core::workers w({"test", 1, 10, 5});
    const auto nice = [](std::size_t) -> core::result<int> { return ::getpriority(PRIO_PROCESS, 0); };
    BOOST_TEST(run(w, nice).value() == own + 5);
    BOOST_TEST(::getpriority(PRIO_PROCESS, 0) == own);
}

BOOST_AUTO_TEST_CASE(a_thread_that_has_become_idle_is_told_once)
{
    std::atomic<int> told = 0;
    core::workers::settings settings{"test", 1, 10};
    settings.when_idle = [&](std::size_t slot) { told += slot == 0 ? 1 : 100; };
    settings.idle_after = 10ms;
    core::workers w(settings);
    BOOST_TEST(told == 0); // it has not worked yet
    for (int i = 1; i <= 3; ++i) {
        BOOST_TEST(run(w, answer).value() == 42);
        while (told < i) std::this_thread::yield();
    }
    BOOST_TEST(told == 3);
}

BOOST_AUTO_TEST_CASE(each_thread_has_a_slot_of_its_own)
{
    core::workers w({"test", 4, 100});
    std::mutex mutex;
    std::set<std::pair<std::size_t, std::thread::id>> seen;
    core::asio::io_context io(1);
    std::latch all(4);
    const auto note = [&](std::size_t slot) -> core::result<int> {
        all.arrive_and_wait(); // four at once: on four threads
        const std::lock_guard lock(mutex);
        seen.emplace(slot, std::this_thread::get_id());
        return 0;
    };
    for (int i = 0; i < 4; ++i) core::asio::co_spawn(io, w.run(note), core::asio::detached);
    io.run();
    std::set<std::size_t> slots;
    for (const auto& [slot, thread] : seen) slots.insert(slot);
    BOOST_TEST((slots == std::set<std::size_t>{0, 1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(what_is_queued_is_done_before_the_pool_ends)
{
    std::atomic<int> done = 0;
    core::asio::io_context io(1);
    {
        core::workers w({"test", 2, 1000});
        const auto count = [&](std::size_t) -> core::result<int> { return ++done; };
        for (core::client_key i = 0; i < 500; ++i)
            core::asio::co_spawn(io, w.run(count, whenever, i % 7), core::asio::detached);
        io.poll();
    }
    io.run();
    BOOST_TEST(done == 500);
}

BOOST_AUTO_TEST_CASE(every_thread_has_its_own_value_and_finds_it_again)
{
    std::atomic<int> made = 0;
    core::per_thread<int> values([&] { return ++made; });
    core::per_thread<int> others([] { return 100; });
    int& mine = values.local();
    BOOST_TEST(others.local() == 100);
    BOOST_TEST(&values.local() == &mine);
    int* theirs = nullptr;
    std::thread([&] { theirs = &values.local(); }).join();
    BOOST_TEST(theirs != &mine);
    BOOST_TEST(made == 2);
}

BOOST_AUTO_TEST_SUITE_END()
