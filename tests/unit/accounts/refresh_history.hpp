#pragma once

#include "refresh_schedule.hpp"

#include <deque>

namespace watchword::test {

// What has really happened to sessions, and so what servers must and must not have answered; knows nothing of how they
// tell. Of each session it keeps when every token was first used.
class refresh_history {
public:
    refresh_history(const schedule_settings& s, schedule_report& r) : settings_(s), report_(r) {}

    std::size_t begin_session();
    bool has_ended(std::size_t session) const { return sessions_[session].ended; }
    // From now on its end is no wrong to anybody, if it comes for a theft.
    void mark_stolen(std::size_t session) { sessions_[session].stolen = true; }
    bool is_stolen(std::size_t session) const { return sessions_[session].stolen; }

    // Tokens that arrived together, and what was answered.
    void judge(std::span<const presented_token>, std::span<const refresh_answer>, milliseconds now);
    // Nobody knows any more what was committed after that time.
    void forget_after(milliseconds since);

private:
    struct real_session {
        std::vector<milliseconds> first_uses{milliseconds(0)}; // by number; there is no number 0
        bool ended = false, stolen = false;
        std::uint64_t counter() const { return first_uses.size() - 1; }
    };
    struct change {
        milliseconds time;
        std::size_t session;
        std::uint64_t counter; // as it was before
        bool ended;
    };
    using indexes = std::vector<std::size_t>;

    void judge_session(std::size_t id, const indexes&, std::span<const presented_token>,
                       std::span<const refresh_answer>, milliseconds now);
    bool is_older_than(const real_session&, std::uint64_t number, milliseconds age, milliseconds now) const;
    void note_use(real_session&, std::uint64_t number, milliseconds now);
    void fail(std::uint64_t& count, const std::string& what, const presented_token&, milliseconds now);

    const schedule_settings& settings_;
    schedule_report& report_;
    std::vector<real_session> sessions_;
    std::deque<change> changes_; // the latest
};

} // namespace watchword::test
