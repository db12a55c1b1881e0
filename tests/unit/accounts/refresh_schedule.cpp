#include "refresh_schedule.hpp"

#include "refresh_history.hpp"
#include "support/repeatable.hpp"

#include <algorithm>
#include <array>
#include <queue>

namespace watchword::test {
namespace {

using std::chrono::seconds;

constexpr std::size_t tabs_of_a_client = 3;

struct dice : repeatable_numbers {
    using repeatable_numbers::repeatable_numbers;

    bool chance(unsigned percent) { return below(100) < percent; }
    // From 0 to `most`.
    milliseconds up_to(milliseconds most)
    {
        return milliseconds(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.count()) + 1)));
    }
};

struct event {
    enum class kind {
        tab_wakes,
        tab_gives_up,
        token_arrives,
        answer_arrives,
        thief_acts,
        node_crashes,
        commits_vanish
    };

    milliseconds time{};
    std::uint64_t order = 0; // of those at one time
    kind what = kind::tab_wakes;
    std::size_t actor = 0, tab = 0; // a client, a thief or a node
    std::uint64_t attempt = 0;      // of the tab, or 0: of a thief
    std::size_t session = 0, node = 0;
    std::uint64_t number = 0;

    bool operator<(const event& later) const // the next one first
    {
        return time != later.time ? time > later.time : order > later.order;
    }
};

struct browser_tab {
    std::uint64_t attempt = 0; // the request that it waits for; another number: it does not
    bool is_waiting = false;
};

// Somebody's browser: its tabs share the newest token.
struct client {
    std::size_t session = 0;
    std::uint64_t newest = 1;
    milliseconds received{};
    std::array<browser_tab, tabs_of_a_client> tabs{};
};

struct thief {
    std::size_t session = 0;
    std::uint64_t number = 0;
    unsigned acts_left = 0;
};

class world {
public:
    world(const schedule_settings& s, refresh_servers& servers)
        : settings_(s), servers_(servers), history_(settings_, report_), dice_(s.seed), down_until_(s.nodes)
    {
        for (std::size_t i = 0; i < s.nodes; ++i) offsets_.push_back(dice_.up_to(2 * s.skew) - s.skew);
        clients_.resize(s.clients);
        for (std::size_t i = 0; i < clients_.size(); ++i) sign_in(i);
        plan({.time = up_to(s.usual_wait), .what = event::kind::node_crashes});
        if (s.fails_over) plan({.time = up_to(2 * s.usual_wait), .what = event::kind::commits_vanish});
    }

    schedule_report run()
    {
        while (report_.presented < settings_.refreshes) step();
        end_well();
        return report_;
    }

private:
    // All that happens at one time.
    void step()
    {
        now_ = events_.top().time;
        arrived_.clear();
        while (events_.top().time == now_) {
            const event e = events_.top();
            events_.pop();
            happen(e);
        }
        serve();
    }

    void happen(const event& e)
    {
        switch (e.what) {
        case event::kind::tab_wakes: return wake(e);
        case event::kind::tab_gives_up: return give_up(e);
        case event::kind::token_arrives: return arrived_.push_back(e);
        case event::kind::answer_arrives: return receive(e);
        case event::kind::thief_acts: return act(e);
        case event::kind::node_crashes: return crash();
        case event::kind::commits_vanish: return fail_over();
        }
    }

    void plan(event e)
    {
        e.order = ++planned_;
        const auto tick = settings_.tick;
        e.time = (now_ + std::max(e.time, milliseconds(0)) + tick) / tick * tick; // later than now
        events_.push(e);
    }
    milliseconds up_to(milliseconds most) { return dice_.up_to(most); }

    // --- clients

    // For how long an honest request may be under way, and how old a token is at least when it is refreshed.
    milliseconds window() const { return settings_.grace - 2 * settings_.skew - 2 * settings_.tick; }
    milliseconds least_age() const { return window() / 8 + settings_.tick; }

    void sign_in(std::size_t id)
    {
        auto& c = clients_[id];
        c.session = history_.begin_session();
        c.newest = 1;
        c.received = now_;
        servers_.open(c.session, now_);
        for (std::size_t tab = 0; tab < c.tabs.size(); ++tab) {
            ++c.tabs[tab].attempt;
            c.tabs[tab].is_waiting = false;
            plan_wake(id, tab);
        }
        if (dice_.chance(30)) plan_thief(id);
    }

    // When an access token is about to expire, all tabs at once; or by chance; or after a night.
    void plan_wake(std::size_t id, std::size_t tab)
    {
        const auto usual = settings_.usual_wait;
        const auto age = now_ - clients_[id].received;
        milliseconds wait = usual - age;
        if (dice_.chance(40)) wait = up_to(usual);
        if (dice_.chance(20)) wait = up_to(3 * least_age());
        if (dice_.chance(2)) wait = up_to(60 * usual);
        plan({.time = wait,
              .what = event::kind::tab_wakes,
              .actor = id,
              .tab = tab,
              .attempt = clients_[id].tabs[tab].attempt});
    }

    void wake(const event& e)
    {
        auto& c = clients_[e.actor];
        auto& tab = c.tabs[e.tab];
        if (e.attempt != tab.attempt || tab.is_waiting) return; // of a session of before
        if (now_ - c.received < least_age()) return plan_wake(e.actor, e.tab);
        send(e.actor, e.tab);
    }

    void send(std::size_t id, std::size_t tab_number)
    {
        auto& c = clients_[id];
        auto& tab = c.tabs[tab_number];
        ++tab.attempt;
        tab.is_waiting = true;
        const int copies = dice_.chance(80) ? 1 : dice_.chance(75) ? 2 : 3;
        for (int i = 0; i < copies; ++i) {
            if (dice_.chance(5)) continue; // lost on the way
            plan({.time = delay(),
                  .what = event::kind::token_arrives,
                  .actor = id,
                  .tab = tab_number,
                  .attempt = tab.attempt,
                  .session = c.session,
                  .node = dice_.below(settings_.nodes),
                  .number = c.newest});
        }
        plan({.time = seconds(1) + up_to(window()),
              .what = event::kind::tab_gives_up,
              .actor = id,
              .tab = tab_number,
              .attempt = tab.attempt});
    }

    milliseconds delay()
    {
        const auto kind = dice_.below(10);
        return up_to(kind < 6 ? window() / 100 : kind < 9 ? window() / 5 : window());
    }

    // It tries again with whatever is the newest token now.
    void give_up(const event& e)
    {
        auto& tab = clients_[e.actor].tabs[e.tab];
        if (!tab.is_waiting || tab.attempt != e.attempt) return;
        const bool has_fresh = now_ - clients_[e.actor].received < least_age(); // another tab was luckier
        if (!has_fresh && dice_.chance(80)) return send(e.actor, e.tab);
        tab.is_waiting = false; // closed, perhaps; it or another one will wake up some time
        plan_wake(e.actor, e.tab);
    }

    // Answers may come late, even those to requests that were given up.
    void receive(const event& e)
    {
        auto& c = clients_[e.actor];
        auto& tab = c.tabs[e.tab];
        if (e.session != c.session) return;
        const bool is_awaited = tab.is_waiting && tab.attempt == e.attempt;
        if (!is_awaited && dice_.chance(50)) return; // nobody listens any more
        if (e.number == 0) return sign_in(e.actor);  // logged out
        if (e.number > c.newest) {
            c.newest = e.number;
            c.received = now_;
            if (dice_.chance(1)) plan_thief(e.actor);
        }
        if (!is_awaited) return;
        tab.is_waiting = false;
        plan_wake(e.actor, e.tab);
    }

    // --- thieves

    void plan_thief(std::size_t victim)
    {
        thieves_.push_back({clients_[victim].session, 0, 1 + static_cast<unsigned>(dice_.below(20))});
        plan({.time = up_to(20 * settings_.usual_wait),
              .what = event::kind::thief_acts,
              .actor = thieves_.size() - 1,
              .tab = victim});
    }

    // First he copies a token, perhaps one of before; then he uses it and what he gets for it.
    void act(const event& e)
    {
        auto& t = thieves_[e.actor];
        if (t.number == 0) {
            const auto& c = clients_[e.tab];
            if (c.session != t.session) return;
            const auto back = dice_.chance(30) ? dice_.below(12) : 0;
            t.number = c.newest - std::min(back, c.newest - 1);
        } else {
            if (t.acts_left-- == 0) return;
            history_.mark_stolen(t.session);
            arrived_.push_back({.time = now_,
                                .order = 0,
                                .what = event::kind::token_arrives,
                                .actor = e.actor,
                                .tab = e.tab,
                                .attempt = 0,
                                .session = t.session,
                                .node = dice_.below(settings_.nodes),
                                .number = t.number});
        }
        const auto kind = dice_.below(3);
        plan({.time = up_to(kind == 0   ? settings_.grace
                            : kind == 1 ? 3 * settings_.usual_wait
                                        : 20 * settings_.usual_wait),
              .what = event::kind::thief_acts,
              .actor = e.actor,
              .tab = e.tab});
    }

    // --- servers

    void serve()
    {
        std::vector<presented_token> tokens;
        std::vector<event> senders;
        for (const auto& e : arrived_) {
            if (down_until_[e.node] > now_) continue; // the connection is refused
            tokens.push_back({e.session, e.node, e.number, now_ + offsets_[e.node]});
            senders.push_back(e);
        }
        if (tokens.empty()) return;
        const auto answers = servers_.serve(tokens, now_);
        history_.judge(tokens, answers, now_);
        for (std::size_t i = 0; i < senders.size(); ++i) answer(senders[i], answers[i]);
    }

    void answer(event e, const refresh_answer& a)
    {
        const bool granted = a.what == refresh_answer::kind::granted;
        if (e.attempt == 0) {
            if (granted) thieves_[e.actor].number = a.successor;
            return;
        }
        if (dice_.chance(10) || crashing_ == e.node + 1) return; // lost
        e.what = event::kind::answer_arrives;
        e.number = granted ? a.successor : 0;
        e.time = dice_.chance(95) ? delay() : up_to(2 * settings_.usual_wait);
        plan(e);
    }

    // What arrives at that moment is still committed, and nobody is told.
    void crash()
    {
        const auto node = dice_.below(settings_.nodes);
        servers_.crash(node);
        crashing_ = node + 1;
        serve();
        crashing_ = 0;
        arrived_.clear();
        down_until_[node] = now_ + up_to(seconds(20));
        ++report_.crashes;
        plan({.time = up_to(settings_.usual_wait), .what = event::kind::node_crashes});
    }

    void fail_over()
    {
        const auto since = now_ - up_to(seconds(5));
        servers_.fail_over(since);
        history_.forget_after(since);
        ++report_.failovers;
        plan({.time = up_to(2 * settings_.usual_wait), .what = event::kind::commits_vanish});
    }

    // Whose session nobody has touched can go on.
    void end_well()
    {
        now_ += seconds(1);
        for (const auto& c : clients_) {
            if (history_.is_stolen(c.session)) ++report_.stolen_sessions;
            if (history_.is_stolen(c.session)) continue;
            const presented_token token{c.session, 0, c.newest, now_ + offsets_[0]};
            const auto answers = servers_.serve(std::span(&token, 1), now_);
            history_.judge(std::span(&token, 1), answers, now_);
        }
    }

    const schedule_settings settings_;
    refresh_servers& servers_;
    schedule_report report_;
    refresh_history history_;
    dice dice_;
    milliseconds now_{};
    std::priority_queue<event> events_;
    std::uint64_t planned_ = 0;
    std::vector<client> clients_;
    std::vector<thief> thieves_;
    std::vector<milliseconds> offsets_, down_until_;
    std::vector<event> arrived_; // at this time
    std::size_t crashing_ = 0;   // a node's number and 1
};

} // namespace

std::string schedule_report::text() const
{
    const auto n = [](std::uint64_t count) { return std::to_string(count); };
    std::string all = n(presented) + " tokens presented (" + n(at_once) + " at once with others of their session) in " +
                      n(sessions) + " sessions, " + n(granted) + " granted, " + n(repeated) + " of them repeated; " +
                      n(crashes) + " crashes, " + n(failovers) + " failovers with " + n(lost_commits) +
                      " lost commits; " + n(thefts) + " thefts beyond the window; wrongful ends " + n(wrongful_ends) +
                      ", undetected thefts " + n(undetected_thefts) + ", wrong answers " + n(wrong_answers);
    for (const auto& f : failures) all += "\n  " + f;
    return all;
}

schedule_report run_schedule(const schedule_settings& s, refresh_servers& servers)
{
    return world(s, servers).run();
}

} // namespace watchword::test
