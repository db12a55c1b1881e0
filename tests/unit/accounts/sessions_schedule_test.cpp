// The same schedule against the service itself, on real databases: what arrives at once is served by coroutines that
// run at once, on PostgreSQL by several servers. WATCHWORD_SEED=N and WATCHWORD_LONG=1 as in refresh_schedule_test.cpp.
#include "accounts/session_problem.hpp"
#include "refresh_schedule.hpp"
#include "schedule_seed.hpp"
#include "sessions_fixture.hpp"
#include "support/test_form.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <list>
#include <memory>
#include <optional>

namespace {

using namespace watchword;
using namespace watchword::test;
using accounts::session_problem;

const core::secret_string secret(std::string(32, 'k'));
constexpr core::precise_timestamp beginning{std::chrono::hours(500'000)};

// A Watchword, as far as sessions are concerned.
struct node {
    node(const store::database_settings& db, const accounts::session_settings& s, core::random_source& random)
        : database(db), sessions(s, secret, database, clock, random)
    {}
    precise_clock clock;
    store::database database;
    accounts::sessions sessions;
};

class real_servers final : public refresh_servers {
public:
    real_servers(const std::string& kind, const schedule_settings& s) : database_(kind), node_count_(s.nodes)
    {
        settings_.grace = s.grace;
        settings_.idle = std::chrono::hours(24 * 365); // what the schedule knows nothing of
        settings_.longest = std::chrono::hours(24 * 3650);
        settings_.most_per_user = 1'000'000;
        for (std::size_t i = 0; i < node_count_; ++i) nodes_.push_back(start());
        add_session_user(nodes_[0]->database, "ann");
    }

    void open(std::size_t session, milliseconds now) override
    {
        auto& at = *nodes_[session % node_count_];
        at.clock.set(beginning + now);
        accounts::session_request request;
        request.public_id = "ann";
        auto opened = run_task(at.sessions.open(std::move(request))).value();
        tokens_.resize(session + 1);
        tokens_[session] = {std::string(), std::string(opened.refresh_token.view())};
    }

    std::vector<refresh_answer> serve(std::span<const presented_token> presented, milliseconds) override
    {
        std::list<refresher> all;
        for (const auto& p : presented) {
            auto& at = *nodes_[p.node];
            at.clock.set(beginning + p.clock);
            all.push_back(
                refresher{at.sessions, core::secret_string(std::string_view(tokens_[p.session].at(p.number)))});
            core::asio::co_spawn(io_, all.back()(), core::asio::detached);
        }
        io_.restart();
        io_.run();
        std::vector<refresh_answer> answers;
        for (auto& r : all) answers.push_back(answer(presented[answers.size()], r));
        return answers;
    }

    void crash(std::size_t number) override
    {
        nodes_[number].reset();
        nodes_[number] = start();
    }

    void fail_over(milliseconds) override {}

private:
    std::unique_ptr<node> start() { return std::make_unique<node>(database_.settings(), settings_, random_); }

    refresh_answer answer(const presented_token& p, const refresher& r)
    {
        const auto& outcome = *r.outcome;
        if (!outcome) {
            const bool is_end = accounts::session_problem_of(outcome.error()).has_value();
            if (!is_end) BOOST_TEST_MESSAGE("a refresh failed: " << outcome.error().message());
            return {is_end ? refresh_answer::kind::refused : refresh_answer::kind::failed};
        }
        // The same successor each time, or it counts as another number.
        auto& known = tokens_[p.session];
        const std::string successor(outcome->refresh_token.view());
        if (known.size() == p.number + 1) known.push_back(successor);
        const bool is_same = known.at(p.number + 1) == successor; // a test's, not a server's
        return {refresh_answer::kind::granted, is_same ? p.number + 1 : 0};
    }

    session_database database_;
    const std::size_t node_count_;
    accounts::session_settings settings_;
    repeatable_random random_;
    core::asio::io_context io_{1};
    std::vector<std::unique_ptr<node>> nodes_;
    std::vector<std::vector<std::string>> tokens_; // of each session, by number
};

schedule_settings crowded(std::uint64_t refreshes, std::size_t nodes)
{
    schedule_settings s;
    s.seed = schedule_seed();
    s.refreshes = is_long() ? 50 * refreshes : is_sanitized ? refreshes / 4 : refreshes;
    s.clients = is_sanitized ? 40 : 150; // so that each goes on for as long
    s.nodes = nodes;
    s.usual_wait = std::chrono::seconds(40);
    s.tick = milliseconds(500);
    s.fails_over = false;
    return s;
}

void check(const std::string& kind, const schedule_settings& s)
{
    real_servers servers(kind, s);
    const auto seen = run_schedule(s, servers);
    tell_schedule(kind, s.seed, seen);
    BOOST_TEST(seen.is_good(), seen.text());
    BOOST_TEST(seen.repeated > s.refreshes / 50);
    BOOST_TEST(seen.at_once > s.refreshes / 50);
    BOOST_TEST(seen.thefts > 0u);
    BOOST_TEST(seen.crashes > 0u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions_schedule_test)

BOOST_AUTO_TEST_CASE(on_sqlite)
{
    check("sqlite", crowded(4000, 1));
}

BOOST_AUTO_TEST_CASE(on_three_servers_with_one_postgresql)
{
    check("postgresql", crowded(3000, 3));
}

BOOST_AUTO_TEST_SUITE_END()
