// Checks and changes by several threads at once: there must be an order that explains what the checks said.
#include "revocation_fixture.hpp"
#include "support/interruption.hpp"
#include "support/linearisable.hpp"
#include "support/repeatable.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <compare>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::test;

constexpr std::size_t threads = 3, operations = 60, histories = is_sanitized ? 300 : 2000;
constexpr std::size_t level_length = 8; // operations of a thread for which generations and sessions are about the same

repeatable_numbers numbers_of(std::uint64_t seed)
{
    return repeatable_numbers(seed * 0xD1342543DE82EF95u + 1);
}

enum class kind { check, raise, disable, end_session, forget, distrust, trust, crowd };
constexpr std::array kind_names{"check", "raise", "disable", "end", "forget", "distrust", "trust", "crowd"};

// Of user 0 or 1, and one of his sessions. Tokens of user 0 expire early, and that is what is forgotten.
struct operation {
    kind what = kind::check;
    std::size_t user = 0;
    std::optional<std::size_t> session; // of the token that is checked: not all have one
    std::uint64_t generation = 0;
    answer outcome = answer::unknown;
    std::uint64_t begin = 0, end = 0;
};
using history = std::vector<std::vector<operation>>; // by thread

core::timestamp expiry(std::size_t user)
{
    return user == 0 ? early : late;
}

// What a revocation state is, if one could do one thing at a time and never had to forget.
struct plain_state {
    std::array<std::uint64_t, 2> users{};
    std::uint32_t ended = 0; // a bit for each session
    bool trusted = true, forgot_early = false;

    auto operator<=>(const plain_state&) const = default;

    bool apply(const operation& o)
    {
        auto& user = users[o.user];
        switch (o.what) {
        case kind::check: return could_say(o);
        case kind::raise: user = std::max(user, o.generation * 2); break;
        case kind::disable: user = std::max(user, o.generation * 2 + 1); break;
        case kind::end_session: ended |= bit(o.session); break;
        case kind::forget: forgot_early = true; break;
        case kind::distrust: trusted = false; break;
        case kind::trust: trusted = true; break;
        case kind::crowd: break;
        }
        return true;
    }
    static std::uint32_t bit(std::optional<std::size_t> session) { return session ? 1u << *session : 0; }
    bool could_say(const operation& o) const
    {
        if (!trusted || (forgot_early && o.user == 0)) return o.outcome == answer::unknown;
        const bool revoked =
            users[o.user] % 2 == 1 || o.generation < users[o.user] / 2 || (ended & bit(o.session)) != 0;
        return o.outcome == (revoked ? answer::revoked : answer::valid);
    }
};

// The operation of a thread's with that number.
operation made_up(repeatable_numbers& random, std::size_t number)
{
    constexpr std::array shares{55, 12, 4, 8, 1, 4, 9, 7}; // of 100, by kind
    operation o;
    auto left = static_cast<int>(random.below(100));
    std::size_t what = 0;
    while (left >= shares[what]) left -= shares[what++];
    o.what = static_cast<kind>(what);
    o.user = random.below(2);
    const std::size_t level = number / level_length;
    o.generation = level + random.below(o.what == kind::check ? 6 : 4);
    if (o.what == kind::end_session || random.below(2) == 0) o.session = level * 2 + o.user;
    return o;
}

// Others, some of whom matter early only: tables grow, and forgetting replaces them.
void crowd(state& s, repeatable_numbers& random)
{
    for (int i = 0; i < 100; ++i) {
        const auto other = random.below(100'000);
        s.raise_generation("other " + std::to_string(other), 1, expiry(other % 2));
        s.end_session(session(1000 + other), expiry(other % 2));
    }
}

void perform(state& s, operation& o, const accounts::token_marks& marks, repeatable_numbers& random)
{
    const std::string name(1, o.user == 0 ? 'a' : 'b');
    switch (o.what) {
    case kind::check: o.outcome = s.check(marks, revocation_fixture::now); break;
    case kind::raise: s.raise_generation(name, o.generation, expiry(o.user)); break;
    case kind::disable: s.disable(name, o.generation, expiry(o.user)); break;
    case kind::end_session: s.end_session(session(*o.session), expiry(o.user)); break;
    case kind::forget: s.forget_before(early); break;
    case kind::distrust: s.distrust(); break;
    case kind::trust: s.trust_until(state::time_point::max()); break;
    case kind::crowd: crowd(s, random); break;
    }
}

void play(state& s, std::vector<operation>& mine, std::atomic<std::uint64_t>& stamps, std::uint64_t seed)
{
    auto random = numbers_of(seed);
    interruption within;
    for (auto& o : mine) {
        const auto own_session = o.session ? std::optional(session(*o.session)) : std::nullopt;
        const auto marks = s.marks_of(o.user == 0 ? "a" : "b", o.generation, own_session, expiry(o.user));
        if (random.below(16) == 0) within.come_after(std::chrono::nanoseconds(1 + random.below(20'000)));
        o.begin = stamps++;
        perform(s, o, marks, random);
        o.end = stamps++;
    }
}

// Lets all of them go on when the last has come, as close together as they can.
class start_line {
public:
    void wait()
    {
        std::unique_lock lock(mutex_);
        const auto round = round_;
        if (++waiting_ == threads) {
            waiting_ = 0;
            ++round_;
            gone_ = 0;
            all_here_.notify_all();
        } else {
            all_here_.wait(lock, [&] { return round_ != round; });
        }
        lock.unlock();
        ++gone_;
        for (int i = 0; i < 2000 && gone_.load() < threads; ++i) asm volatile(""); // for those who wake up
    }

private:
    std::mutex mutex_;
    std::condition_variable all_here_;
    std::size_t waiting_ = 0, round_ = 0; // guarded by mutex_
    std::atomic<std::size_t> gone_{0};
};

bool is_change(const operation& o)
{
    return o.what != kind::check && o.what != kind::crowd;
}

// Checks that were under way at the same time as another thread's change.
std::size_t count_overlaps(const history& h)
{
    std::size_t count = 0;
    for (const auto& mine : h)
        for (const auto& check : mine) {
            const auto overlaps = [&](const operation& o) {
                return is_change(o) && check.begin < o.end && o.begin < check.end;
            };
            const auto in = [&](const auto& theirs) { return std::any_of(theirs.begin(), theirs.end(), overlaps); };
            if (check.what == kind::check && std::any_of(h.begin(), h.end(), in)) ++count;
        }
    return count;
}

std::string told(const history& h)
{
    std::vector<std::pair<operation, std::size_t>> all;
    for (std::size_t t = 0; t < h.size(); ++t)
        for (const auto& o : h[t]) all.emplace_back(o, t);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first.begin < b.first.begin; });
    std::ostringstream out;
    for (const auto& [o, t] : all) {
        out << '\n' << t << ": " << o.begin << "-" << o.end << ' ' << kind_names[static_cast<std::size_t>(o.what)];
        out << " user " << o.user << " generation " << o.generation;
        if (o.session) out << " session " << *o.session;
        if (o.what == kind::check) accounts::boost_test_print_type(out << ": ", o.outcome);
    }
    return out.str();
}

// Threads that play one history after the other.
class company {
public:
    template <class Judge> void play_all(std::size_t count, Judge judge)
    {
        std::vector<std::thread> others;
        for (std::size_t t = 1; t < threads; ++t)
            others.emplace_back([this, t, count] {
                for (std::size_t i = 0; i < count; ++i) play_one(t, i);
            });
        for (std::size_t i = 0; i < count; ++i) {
            prepare(i);
            play_one(0, i);
            judge(played_);
        }
        for (auto& each : others) each.join();
    }

private:
    void prepare(std::size_t number)
    {
        stage_ = std::make_unique<revocation_fixture>();
        auto random = numbers_of(number);
        played_.assign(threads, std::vector<operation>(operations));
        for (auto& mine : played_)
            for (std::size_t i = 0; i < operations; ++i) mine[i] = made_up(random, i);
        stamps_ = 0;
    }
    void play_one(std::size_t thread, std::size_t number)
    {
        begin_.wait();
        play(stage_->revocations, played_[thread], stamps_, number * threads + thread);
        end_.wait();
    }

    std::unique_ptr<revocation_fixture> stage_;
    history played_;
    std::atomic<std::uint64_t> stamps_{0};
    start_line begin_, end_;
};

operation timed(operation o, std::uint64_t begin, std::uint64_t end)
{
    o.begin = begin;
    o.end = end;
    return o;
}

const operation raising{kind::raise, 1, {}, 3}, enabling{kind::raise, 1, {}, 4}, disabling{kind::disable, 1, {}, 3},
    ending{kind::end_session, 1, 1, 1};

operation said(answer outcome, std::uint64_t generation = 0, std::optional<std::size_t> in = {})
{
    return {kind::check, 1, in, generation, outcome};
}

bool is_possible(const history& h)
{
    return is_linearisable(h, plain_state());
}

} // namespace

BOOST_AUTO_TEST_SUITE(revocation_history)

// What the histories are judged by must be able to find fault.
BOOST_AUTO_TEST_CASE(the_judge_knows_what_cannot_have_been)
{
    const auto change = timed(raising, 1, 4);
    const auto valid = said(answer::valid), revoked = said(answer::revoked), unknown = said(answer::unknown);
    BOOST_TEST(is_possible({{change}, {timed(valid, 2, 3)}}));
    BOOST_TEST(is_possible({{change}, {timed(revoked, 2, 3)}}));
    BOOST_TEST(is_possible({{change}, {timed(valid, 3, 6)}}));
    BOOST_TEST(!is_possible({{change}, {timed(valid, 5, 6)}})); // after it has returned
    BOOST_TEST(!is_possible({{timed(raising, 3, 4)}, {timed(revoked, 1, 2)}}));
    BOOST_TEST(!is_possible({{change}, {timed(unknown, 5, 6)}})); // nobody distrusted it
    // Two who look at the same time may not see it come and go.
    BOOST_TEST(is_possible({{timed(raising, 1, 8)}, {timed(valid, 2, 3)}, {timed(revoked, 4, 5)}}));
    BOOST_TEST(!is_possible({{timed(raising, 1, 8)}, {timed(revoked, 2, 3)}, {timed(valid, 4, 5)}}));
}

// A disabled user whose session ends before he is enabled again: there was no time at which that token was valid.
BOOST_AUTO_TEST_CASE(the_judge_knows_that_all_must_have_held_at_one_time)
{
    const std::vector<operation> changes{timed(disabling, 1, 2), timed(ending, 4, 5), timed(enabling, 6, 7)};
    BOOST_TEST(is_possible({changes, {timed(said(answer::revoked, 4, 1), 3, 8)}}));
    BOOST_TEST(!is_possible({changes, {timed(said(answer::valid, 4, 1), 3, 8)}}));
    BOOST_TEST(is_possible({changes, {timed(said(answer::valid, 4), 3, 8)}}));
}

BOOST_AUTO_TEST_CASE(every_history_of_checks_and_changes_is_explained_by_an_order)
{
    const auto count = is_long() ? 20 * histories : histories;
    std::size_t unexplained = 0, overlapping = 0;
    std::array<std::size_t, 3> said_so{};
    std::string first;
    company all;
    all.play_all(count, [&](const history& h) {
        overlapping += count_overlaps(h);
        for (const auto& mine : h)
            for (const auto& o : mine)
                if (o.what == kind::check) ++said_so[static_cast<std::size_t>(o.outcome)];
        if (!is_possible(h) && unexplained++ == 0) first = told(h);
    });
    BOOST_TEST_MESSAGE(count << " histories of " << threads * operations
                             << " operations; checks that said valid, revoked, unknown: " << said_so[0] << ", "
                             << said_so[1] << ", " << said_so[2] << "; that overlapped a change: " << overlapping);
    BOOST_TEST(unexplained == 0u, unexplained << " histories cannot have been; the first:" << first);
    BOOST_TEST(overlapping > 0u);
    BOOST_TEST(*std::min_element(said_so.begin(), said_so.end()) > 0u);
}

// A disabled user's session ends before he is enabled; or he is enabled first, but while nothing is trusted. So a token
// of that session, issued as if he were enabled, is good at no time, though each of its parts is, some time.
BOOST_AUTO_TEST_CASE(a_token_that_was_valid_at_no_time_is_never_accepted)
{
    constexpr std::uint64_t rounds = is_sanitized ? 10'000 : 200'000;
    revocation_fixture stage;
    auto& s = stage.revocations;
    std::atomic<std::uint64_t> round{0}, accepted{0}, asked{0};
    const auto ask = [&] {
        std::uint64_t mine = 0;
        interruption within;
        auto random = numbers_of(1);
        for (auto now = round.load(); now < rounds; now = round.load()) {
            if (now == 0) continue;
            const auto token = s.marks_of("a", 2 * now, session(now), early);
            for (int i = 0; i < 4; ++i, ++mine) {
                if (mine % 16 == 0) within.come_after(std::chrono::nanoseconds(1 + random.below(20'000)));
                if (s.check(token, revocation_fixture::now) == answer::valid) ++accepted;
            }
        }
        asked += mine;
    };
    std::thread one(ask), other(ask);
    for (std::uint64_t i = 1; i <= rounds; ++i) {
        s.disable("a", 2 * i - 1, early);
        round = i;
        if (i % 2 == 0) {
            s.end_session(session(i), early);
            s.raise_generation("a", 2 * i, early);
        } else {
            s.distrust();
            s.raise_generation("a", 2 * i, early);
            s.end_session(session(i), early);
            s.trust_until(state::time_point::max());
        }
    }
    one.join();
    other.join();
    BOOST_TEST_MESSAGE(asked << " checks");
    BOOST_TEST(accepted == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
