#include "refresh_history.hpp"

#include <algorithm>
#include <map>

namespace watchword::test {
namespace {

using kind = refresh_answer::kind;

constexpr milliseconds longest_memory = std::chrono::seconds(60); // of changes that a failover may lose
constexpr std::uint64_t remembered = 8;                           // uses, by the servers
constexpr std::size_t most_failures_told = 10;

} // namespace

std::size_t refresh_history::begin_session()
{
    sessions_.emplace_back();
    ++report_.sessions;
    return sessions_.size() - 1;
}

void refresh_history::judge(std::span<const presented_token> tokens, std::span<const refresh_answer> answers,
                            milliseconds now)
{
    std::map<std::size_t, indexes> by_session;
    for (std::size_t i = 0; i < tokens.size(); ++i) by_session[tokens[i].session].push_back(i);
    for (const auto& [id, those] : by_session) judge_session(id, those, tokens, answers, now);
    while (!changes_.empty() && changes_.front().time + longest_memory < now) changes_.pop_front();
}

// Whether the token's successor was first used longer ago.
bool refresh_history::is_older_than(const real_session& s, std::uint64_t number, milliseconds age,
                                    milliseconds now) const
{
    return number < s.counter() && now - s.first_uses[number + 1] > age;
}

void refresh_history::judge_session(std::size_t id, const indexes& those, std::span<const presented_token> tokens,
                                    std::span<const refresh_answer> answers, milliseconds now)
{
    auto& s = sessions_[id];
    const auto slack = 2 * settings_.skew;
    const auto counter = s.counter();
    const bool had_ended = s.ended;
    std::uint64_t newest = counter;
    for (const auto i : those) newest = std::max(newest, tokens[i].number);

    // In whichever order they were judged: what was first used in this moment is not long ago.
    bool may_end = had_ended, was_refused = false;
    report_.at_once += those.size() > 1 ? those.size() : 0;
    for (const auto i : those) {
        const auto number = tokens[i].number;
        const bool must_end = is_older_than(s, number, settings_.grace + slack, now);
        may_end |= is_older_than(s, number, settings_.grace - slack, now) || number + remembered < newest;
        ++report_.presented;
        report_.thefts += must_end && !had_ended ? 1 : 0;
        if (must_end && answers[i].what != kind::refused)
            fail(report_.undetected_thefts, "a theft was not detected", tokens[i], now);
        if (had_ended && answers[i].what != kind::refused)
            fail(report_.wrong_answers, "a session went on after its end", tokens[i], now);
        if (answers[i].what == kind::failed) fail(report_.wrong_answers, "there was no answer", tokens[i], now);
        was_refused |= answers[i].what == kind::refused;
    }
    for (const auto i : those) {
        if (answers[i].what != kind::granted) continue;
        ++report_.granted;
        report_.repeated += tokens[i].number <= s.counter() ? 1 : 0;
        if (answers[i].successor != tokens[i].number + 1)
            fail(report_.wrong_answers, "another successor was answered", tokens[i], now);
        note_use(s, tokens[i].number, now);
    }
    if (was_refused && !had_ended && (!may_end || !s.stolen))
        fail(report_.wrongful_ends, "somebody was logged out", tokens[those.front()], now);
    s.ended |= was_refused;
    if (s.ended != had_ended || s.counter() != counter) changes_.push_back({now, id, counter, had_ended});
}

// Of numbers that are left out, because their uses were lost, nobody knows more than that they were used by now.
void refresh_history::note_use(real_session& s, std::uint64_t number, milliseconds now)
{
    while (s.counter() < number) s.first_uses.push_back(now);
}

void refresh_history::forget_after(milliseconds since)
{
    while (!changes_.empty() && changes_.back().time > since) {
        const auto& c = changes_.back();
        auto& s = sessions_[c.session];
        s.first_uses.resize(c.counter + 1);
        s.ended = c.ended;
        changes_.pop_back();
        ++report_.lost_commits;
    }
}

void refresh_history::fail(std::uint64_t& count, const std::string& what, const presented_token& t, milliseconds now)
{
    ++count;
    if (report_.failures.size() >= most_failures_told) return;
    report_.failures.push_back(what + ": session " + std::to_string(t.session) + ", number " +
                               std::to_string(t.number) + " of " + std::to_string(sessions_[t.session].counter()) +
                               ", at " + std::to_string(now.count()) + " ms");
}

} // namespace watchword::test
