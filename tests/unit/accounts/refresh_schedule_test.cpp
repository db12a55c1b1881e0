// The rule for refresh tokens under everything that can happen to them. WATCHWORD_SEED=N makes it happen in another
// way; WATCHWORD_LONG=1 a hundred times as often.
#include "accounts/refresh_chain.hpp"
#include "refresh_schedule.hpp"
#include "schedule_seed.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::accounts;
using namespace watchword::test;

using rule = std::function<presented(const refresh_chain&, std::uint64_t, core::precise_timestamp, milliseconds)>;

// Servers on one store in memory, which changes one session at a time. They remember nothing themselves.
class ruled_servers final : public refresh_servers {
public:
    ruled_servers(rule r, milliseconds grace) : rule_(std::move(r)), grace_(grace) {}

    void open(std::size_t session, milliseconds) override { sessions_.resize(session + 1); }

    std::vector<refresh_answer> serve(std::span<const presented_token> tokens, milliseconds now) override
    {
        std::vector<refresh_answer> answers;
        for (const auto& t : tokens) answers.push_back(serve(t, now));
        while (!journal_.empty() && journal_.front().time + std::chrono::seconds(60) < now) journal_.pop_front();
        return answers;
    }

    void crash(std::size_t) override {}

    void fail_over(milliseconds since) override
    {
        for (; !journal_.empty() && journal_.back().time > since; journal_.pop_back())
            sessions_[journal_.back().session] = journal_.back().before;
    }

private:
    struct row {
        refresh_chain chain;
        bool ended = false;
    };
    struct change {
        milliseconds time;
        std::size_t session;
        row before;
    };

    refresh_answer serve(const presented_token& t, milliseconds now)
    {
        auto& r = sessions_[t.session];
        if (r.ended) return {refresh_answer::kind::refused};
        const core::precise_timestamp clock{std::chrono::hours(500'000) + t.clock};
        const auto seen = rule_(r.chain, t.number, clock, grace_);
        const bool is_theft = seen.outcome == presentation::theft;
        if (is_theft || !(seen.chain == r.chain)) journal_.push_back({now, t.session, r});
        r = {seen.chain, is_theft};
        if (is_theft) return {refresh_answer::kind::refused};
        return {refresh_answer::kind::granted, t.number + 1};
    }

    const rule rule_;
    const milliseconds grace_;
    std::vector<row> sessions_;
    std::deque<change> journal_; // of the last minute
};

schedule_report run(const schedule_settings& s, rule r = present)
{
    ruled_servers servers(std::move(r), s.grace);
    return run_schedule(s, servers);
}

schedule_settings numbered(std::uint64_t seed, std::uint64_t refreshes)
{
    schedule_settings s;
    s.seed = seed;
    s.refreshes = refreshes;
    s.tick = milliseconds(50);
    return s;
}

// Rules that are wrong, each in one way.
presented without_window(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds)
{
    return present(c, n, now, milliseconds(0));
}
presented with_a_long_window(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds grace)
{
    return present(c, n, now, 3 * grace);
}
presented trusting(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds grace)
{
    auto p = present(c, n, now, grace);
    if (p.outcome == presentation::theft) p.outcome = presentation::repetition;
    return p;
}
presented using_up(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds grace)
{
    auto p = present(c, n, now, grace);
    if (n == c.counter) p.outcome = presentation::theft; // a token is good for once, as elsewhere
    return p;
}
presented strict_about_gaps(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds grace)
{
    auto p = present(c, n, now, grace);
    if (n > c.counter + 1) p.outcome = presentation::theft;
    return p;
}
presented forgetful(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds grace)
{
    auto last_one = c;
    std::fill(last_one.first_uses.begin() + 1, last_one.first_uses.end(), core::precise_timestamp());
    auto p = present(last_one, n, now, grace);
    return p;
}
presented by_the_newest_use(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds grace)
{
    auto all_new = c;
    all_new.first_uses.fill(c.first_uses[0]); // instead of that of the token's own successor
    auto p = present(all_new, n, now, grace);
    if (p.outcome != presentation::first_use) p.chain = c;
    return p;
}
presented by_its_own_use(const refresh_chain& c, std::uint64_t n, core::precise_timestamp now, milliseconds grace)
{
    auto p = present(c, n, now, grace);
    const auto place = c.counter - n;
    if (n < c.counter && place < c.first_uses.size())
        p.outcome = now - c.first_uses[place] <= grace ? presentation::repetition : presentation::theft;
    return p;
}
} // namespace

BOOST_AUTO_TEST_SUITE(refresh_schedule_test)

BOOST_AUTO_TEST_CASE(nobody_is_logged_out_wrongly_and_no_theft_beyond_the_window_is_missed)
{
    const std::uint64_t rounds = is_long() ? 10 : 1, each = is_long() ? 1'000'000 : 120'000;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        const auto seed = schedule_seed() + i;
        const auto seen = run(numbered(seed, each));
        tell_schedule("the rule", seed, seen);
        BOOST_TEST(seen.is_good(), seen.text());
        // It would be easy if nothing happened.
        BOOST_TEST(seen.presented >= each);
        BOOST_TEST(seen.granted > each / 2);
        BOOST_TEST(seen.repeated > each / 20);
        BOOST_TEST(seen.at_once > each / 100);
        BOOST_TEST(seen.thefts > each / 2000);
        BOOST_TEST(seen.crashes > each / 2000);
        BOOST_TEST(seen.failovers > each / 5000);
        BOOST_TEST(seen.lost_commits > 0u);
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_is_the_same_schedule)
{
    BOOST_TEST(run(numbered(7, 5000)).text() == run(numbered(7, 5000)).text());
    BOOST_TEST(run(numbered(7, 5000)).text() != run(numbered(8, 5000)).text());
}

// What the schedule is worth: it finds each of these.
BOOST_AUTO_TEST_CASE(rules_that_log_honest_clients_out_are_found)
{
    for (const rule& wrong :
         {rule(without_window), rule(using_up), rule(strict_about_gaps), rule(forgetful), rule(by_its_own_use)}) {
        const auto seen = run(numbered(schedule_seed(), 60'000), wrong);
        BOOST_TEST(seen.wrongful_ends > 0u, seen.text());
    }
}

BOOST_AUTO_TEST_CASE(rules_that_miss_thefts_are_found)
{
    for (const rule& wrong : {rule(with_a_long_window), rule(trusting), rule(by_the_newest_use)}) {
        const auto seen = run(numbered(schedule_seed(), 60'000), wrong);
        BOOST_TEST(seen.undetected_thefts > 0u, seen.text());
        BOOST_TEST(seen.wrongful_ends == 0u, seen.text());
    }
}

BOOST_AUTO_TEST_CASE(one_server_with_a_right_clock_needs_no_slack)
{
    auto s = numbered(schedule_seed(), 20'000);
    s.skew = milliseconds(0);
    s.fails_over = false;
    s.clients = 3;
    s.nodes = 1;
    const auto seen = run(s);
    BOOST_TEST(seen.is_good(), seen.text());
}

BOOST_AUTO_TEST_SUITE_END()
