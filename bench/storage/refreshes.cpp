// Refreshes a second, each answered only when it is durable: every caller uses a session's newest refresh token, gets
// the next, and goes on with another session. Prints JSON.
//   store_refreshes service N URL SESSIONS REFRESHES SECONDS  N coroutines that each wait for accounts::sessions
//   store_refreshes each 1 URL SESSIONS REFRESHES SECONDS     the same statements by one thread, a commit for each
// It ends after so many refreshes or seconds. The database is emptied before.
#include "accounts/refresh_chain.hpp"
#include "accounts/sessions.hpp"
#include "storage/measuring.hpp"
#include "store/database.hpp"
#include "store/open.hpp"
#include "store/session.hpp"
#include "store/sessions.hpp"
#include "store/users.hpp"

#include <boost/asio/co_spawn.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::storage;
namespace json = boost::json;

constexpr std::uint64_t most_callers = 1024, most_sessions = 10'000'000, sessions_of_a_user = 50;

struct task {
    std::uint64_t callers;
    std::string url;
    std::uint64_t sessions, refreshes;
    std::chrono::duration<double> seconds;

    std::uint64_t unmeasured() const { return 2 * callers; } // statements are prepared, batches have formed
};

store::database_settings settings_of(const task& t)
{
    store::database_settings s;
    s.url = t.url;
    s.readers = 1;
    s.queue = most_callers;
    s.timeout = std::chrono::seconds(60);
    return s;
}

struct held_session {
    std::string id;
    core::secret_string token;
};

// A service with sessions. One I/O thread.
class session_house {
public:
    explicit session_house(const task& t)
        : db_(settings_of(t)), sessions_(settings(), core::secret_string(std::string(32, 'b')), db_, clock_, random_)
    {
        const auto empty = [](store::session& s) -> core::result<int> {
            s.execute("DELETE FROM \"user\"");
            return 0;
        };
        run(db_.write(empty));
        for (std::uint64_t i = 0; i * sessions_of_a_user < t.sessions; ++i) {
            const store::new_user u{name_of(i), std::nullopt, name_of(i) + "@example.test", "hash"};
            const auto add = [&u](store::session& s) { return store::add_user(s, u); };
            run(db_.write(add));
        }
        held_.resize(t.sessions);
        for (std::uint64_t i = 0; i < std::min(most_callers, t.sessions); ++i)
            core::asio::co_spawn(io_, open_sessions(), rethrow);
        turn();
    }

    std::vector<held_session>& held() { return held_; }
    accounts::sessions& sessions() { return sessions_; }
    store::database& db() { return db_; }
    core::asio::io_context& io() { return io_; }
    void turn()
    {
        io_.restart();
        io_.run();
    }

private:
    static accounts::session_settings settings()
    {
        accounts::session_settings s;
        s.most_per_user = 2 * sessions_of_a_user;
        return s;
    }
    static std::string name_of(std::uint64_t user) { return "user" + std::to_string(user); }

    template <class T> void run(core::task<core::result<T>> t)
    {
        core::asio::co_spawn(io_, std::move(t), [](const std::exception_ptr& e, const core::result<T>& r) {
            if (e) std::rethrow_exception(e);
            if (!r) throw std::runtime_error("the database cannot be prepared: " + r.error().message());
        });
        turn();
    }

    core::task<> open_sessions()
    {
        while (opened_ < held_.size()) {
            auto& place = held_[opened_];
            accounts::session_request request;
            request.public_id = name_of(opened_++ / sessions_of_a_user);
            request.from.device = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
            request.amr = "pwd";
            auto opened = co_await sessions_.open(std::move(request));
            if (!opened) throw std::runtime_error("no session: " + opened.error().message());
            place = {opened->session.id, std::move(opened->refresh_token)};
        }
    }

    core::system_clock clock_;
    core::system_random random_;
    core::asio::io_context io_{1};
    store::database db_;
    accounts::sessions sessions_;
    std::vector<held_session> held_;
    std::uint64_t opened_ = 0;
};

// Counts from the end of the warm-up on.
class tally {
public:
    explicit tally(const task& t) : task_(t) {}

    void add(time_point begin, time_point end)
    {
        if (is_over_) return;
        if (++done_ <= task_.unmeasured()) {
            begin_ = end_ = end;
            return;
        }
        latency_.add(end - begin);
        end_ = end;
        is_over_ = latency_.count() >= task_.refreshes || end_ - begin_ >= task_.seconds;
    }
    bool measures() const { return latency_.count() != 0; }
    bool is_over() const { return is_over_; }

    json::object report() const
    {
        const double seconds = seconds_between(begin_, end_);
        return {{"refreshes", latency_.count()},
                {"seconds", seconds},
                {"per_second", static_cast<double>(latency_.count()) / seconds},
                {"latency_us", to_object(latency_)}};
    }

private:
    const task task_;
    std::uint64_t done_ = 0;
    time_point begin_, end_;
    load::histogram latency_;
    bool is_over_ = false;
};

class service_run {
public:
    explicit service_run(const task& t) : task_(t), house_(t), tally_(t) {}

    json::object measure()
    {
        for (std::uint64_t i = 0; i < task_.callers; ++i) core::asio::co_spawn(house_.io(), refresh(i), rethrow);
        house_.turn();
        const auto after = house_.db().statistics();
        auto seen = tally_.report();
        seen["refreshes_per_commit"] = static_cast<double>(after.writer.executed - before_.writer.executed) /
                                       static_cast<double>(after.commits.committed - before_.commits.committed);
        return seen;
    }

private:
    // Its own share of the sessions, in turn.
    core::task<> refresh(std::uint64_t at)
    {
        auto& held = house_.held();
        for (; !tally_.is_over(); at = (at + task_.callers) % held.size()) {
            accounts::session_client from;
            const auto begin = steady_clock::now();
            auto granted = co_await house_.sessions().refresh(held[at].token.view(), std::move(from));
            if (!granted) throw std::runtime_error("a refresh failed: " + granted.error().message());
            if (granted->is_repeated) throw std::runtime_error("a refresh was a repetition");
            held[at].token = std::move(granted->refresh_token);
            if (!tally_.measures()) before_ = house_.db().statistics();
            tally_.add(begin, steady_clock::now());
        }
    }

    const task task_;
    session_house house_;
    tally tally_;
    store::database_statistics before_;
};

// What a refresh asks of the database.
void refresh_row(store::session& s, const std::string& id, core::precise_timestamp now)
{
    const auto found = store::lock_session(s, id);
    if (!found || !*found) throw std::runtime_error("there is no session " + id);
    const auto& seen = (*found)->row;
    const accounts::refresh_chain chain{seen.counter, seen.uses};
    const auto next = accounts::present(chain, seen.counter + 1, now, std::chrono::seconds(30));
    auto row = seen;
    row.counter = next.chain.counter;
    row.uses = next.chain.first_uses;
    row.last_used = now;
    if (!store::advance_session(s, seen, row)) throw std::runtime_error("a session was changed");
}

json::object measure_each(const task& t)
{
    std::vector<std::string> ids;
    {
        session_house house(t);
        for (const auto& h : house.held()) ids.push_back(h.id);
    }
    const auto opened = store::open_backend(settings_of(t));
    const auto s = opened->connect(store::access::write);
    const core::system_clock clock;
    tally seen(t);
    for (std::size_t at = 0; !seen.is_over(); at = (at + 1) % ids.size()) {
        const auto begin = steady_clock::now();
        s->begin();
        refresh_row(*s, ids[at], clock.precise_now());
        s->commit();
        seen.add(begin, steady_clock::now());
        s->checkpoint();
    }
    return seen.report();
}

json::object measure(int argc, char** argv)
{
    if (argc != 7) throw std::runtime_error("usage: store_refreshes service|each N URL SESSIONS REFRESHES SECONDS");
    const std::string kind = argv[1];
    const task t{static_cast<std::uint64_t>(to_number(argv[2], 1, most_callers)), argv[3],
                 static_cast<std::uint64_t>(to_number(argv[4], 1, most_sessions)),
                 static_cast<std::uint64_t>(to_number(argv[5], 1, 1e9)),
                 std::chrono::duration<double>(to_number(argv[6], 0.01, 3600))};
    if (t.sessions % t.callers != 0) throw std::runtime_error("each caller must have as many sessions");
    if (kind == "service") return service_run(t).measure();
    if (kind == "each") return measure_each(t);
    throw std::runtime_error("there is no kind " + kind);
}

} // namespace

int main(int argc, char** argv)
{
    return print("store_refreshes", measure, argc, argv);
}
