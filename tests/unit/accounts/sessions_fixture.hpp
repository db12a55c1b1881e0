#pragma once

#include "accounts/session_problem.hpp"
#include "accounts/sessions.hpp"
#include "store/database.hpp"
#include "store/session.hpp"
#include "store/sessions.hpp"
#include "store/users.hpp"
#include "support/once_idle.hpp"
#include "support/postgres_server.hpp"
#include "support/repeatable.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

// What the tests of sessions share.
namespace watchword::test {

// Stands where the test puts it. Thread-safe.
class precise_clock final : public core::clock {
public:
    core::timestamp now() const noexcept override { return std::chrono::floor<std::chrono::seconds>(precise_now()); }
    core::precise_timestamp precise_now() const noexcept override { return time_.load(); }
    void set(core::precise_timestamp t) { time_.store(t); }
    void advance(std::chrono::milliseconds by) { set(precise_now() + by); }

private:
    std::atomic<core::precise_timestamp> time_{core::precise_timestamp(std::chrono::seconds(1'800'000'000))};
};

// One who refreshes, beside others. It lives until the end of its context.
struct refresher {
    accounts::sessions& with;
    core::secret_string token;
    std::optional<core::result<accounts::session_grant>> outcome{};

    core::task<> operator()()
    {
        accounts::session_client from;
        auto granted = co_await with.refresh(token.view(), std::move(from));
        outcome.emplace(std::move(granted));
    }
};

// A new database of a kind, "sqlite" or "postgresql", that is gone with it.
class session_database {
public:
    explicit session_database(const std::string& kind)
        : url_(kind == "sqlite" ? "sqlite:" + (directory_ / "sessions.db") : server().create_database())
    {}
    ~session_database()
    {
        if (!url_.starts_with("sqlite:")) server().drop_database(url_);
    }
    session_database(const session_database&) = delete;
    session_database& operator=(const session_database&) = delete;

    store::database_settings settings() const
    {
        store::database_settings s;
        s.url = url_;
        s.timeout = std::chrono::seconds(30); // on a busy machine
        return s;
    }
    // What psql prints of it.
    std::string query(const std::string& sql) const { return server().query(url_, sql); }

private:
    static postgres_server& server()
    {
        static postgres_server instance;
        return instance;
    }

    temporary_directory directory_;
    const std::string url_;
};

inline store::new_user session_user_named(const std::string& name)
{
    return {name, "Name of " + name, name + "@example.test", "hash"};
}

inline void add_session_user(store::database& db, const std::string& public_id)
{
    const auto add = [&](store::session& s) { return store::add_user(s, session_user_named(public_id)); };
    run_task(db.write(add)).value();
}

inline const core::secret_string& session_secret()
{
    static const core::secret_string secret(std::string(32, 'k'));
    return secret;
}

// Keeps what it is told.
struct session_witness final : accounts::session_observer {
    struct told {
        std::string public_id;
        std::vector<std::string> ids;
        accounts::end_reason why;
        std::optional<std::uint64_t> generation;
    };
    std::vector<told> all;

    void sessions_ended(const accounts::ended_sessions& e) noexcept override
    {
        all.push_back({std::string(e.public_id), e.ids, e.why, e.generation});
    }
    void outcome_unknown() noexcept override { ++unknown; }
    int unknown = 0;
};

inline accounts::session_settings short_settings()
{
    accounts::session_settings s;
    s.idle = std::chrono::hours(24);
    s.longest = std::chrono::hours(24 * 7);
    s.kept_after_end = std::chrono::hours(1);
    s.most_per_user = 3;
    return s;
}

struct session_world {
    explicit session_world(const std::string& kind, const accounts::session_settings& s = short_settings())
        : place(kind), sessions(s, session_secret(), database, clock, random, &observer)
    {
        add_session_user(database, "ann");
        add_session_user(database, "bob");
    }

    session_database place;
    precise_clock clock;
    repeatable_random random;
    session_witness observer;
    store::database database{place.settings()};
    accounts::sessions sessions;

    core::result<accounts::session_grant> open(accounts::session_request r)
    {
        return run_task(sessions.open(std::move(r)));
    }
    accounts::session_grant open(const std::string& public_id = "ann")
    {
        accounts::session_request r;
        r.public_id = public_id;
        return open(std::move(r)).value();
    }
    core::result<accounts::session_grant> refresh(const core::secret_string& token, accounts::session_client from = {})
    {
        return run_task(sessions.refresh(token.view(), std::move(from)));
    }
    // A grant's token, used.
    accounts::session_grant next(const accounts::session_grant& g) { return refresh(g.refresh_token).value(); }
    bool is_refused(const accounts::session_grant& g, accounts::session_problem why = accounts::session_problem::ended)
    {
        const auto seen = refresh(g.refresh_token);
        return !seen && accounts::session_problem_of(seen.error()) == why;
    }
    std::vector<accounts::session_info> list(const std::string& public_id = "ann")
    {
        return run_task(sessions.list(public_id)).value();
    }
    store::found_session row(const accounts::session_grant& g)
    {
        const auto find = [&](store::session& s) { return store::find_session(s, g.session.id); };
        return run_task(database.read(find)).value();
    }
    template <class Work> auto write(Work work) { return run_task(database.write(work)); }
    std::uint64_t jobs()
    {
        const auto done = [this](bool writer) {
            return once_idle([&] {
                       const auto all = database.statistics();
                       return writer ? all.writer : all.readers;
                   })
                .executed;
        };
        return done(true) + done(false);
    }
};

} // namespace watchword::test
