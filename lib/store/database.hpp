#pragma once

#include "core/error.hpp"
#include "core/task.hpp"
#include "core/workers.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

// Asynchronous SOCI for coroutines: SQLite or PostgreSQL behind the same two functions, read and write.
namespace watchword::store {

class session; // store/session.hpp; callers of read and write only pass it on to functions such as those of users.hpp

enum class feed_kind { notify, poll };

struct database_settings {
    // "sqlite:FILE" (relative or absolute; spaces are fine), "postgresql://…" or "host=… dbname=…" (what libpq
    // understands).
    std::string url;
    // Threads that read, each with a connection of its own. At least one.
    std::size_t readers = 2;
    // Jobs that may wait for a reader, and as many for the writer; one more is refused as overloaded.
    std::size_t queue = 1024;
    // That a job may wait for its turn, a connection for its server and SQLite for a lock; of a PostgreSQL statement.
    std::chrono::milliseconds timeout{5000};
    // PostgreSQL: a file whose first line is the password. Empty: the URL has it, or none is needed.
    std::string password_file{};
    // PostgreSQL: whether nodes tell each other of changes by NOTIFY, or find them by asking every `foreign_poll`, for
    // servers that have no NOTIFY.
    feed_kind feed = feed_kind::notify;
    // PostgreSQL: how long copies are trusted though the server has not confirmed that nothing changed.
    std::chrono::milliseconds staleness{2000};
    // SQLite: for commands, which may write to a file beside the server that has it open; its schema must be this
    // program's then, and is not changed. PostgreSQL has no owner.
    bool beside_owner = false;
};

// Numbers that only rise, for those who keep copies of what the database holds. A copy is current while are_known() and
// the number that was loaded (with acquire) before it was read has not changed.
struct change_counters {
    // Rises after every commit that may have changed the user table, before the writer is answered: exact for this
    // process. Also rises with `foreign`.
    std::atomic<std::uint64_t> users{0};
    // Rises when somebody else may have changed the database. SQLite: at most `foreign_poll` and one batch of writes
    // after another process's commit. PostgreSQL: at once if the commit is notified, at most `foreign_poll` after it
    // otherwise; and every `foreign_poll` while the server has confirmed nothing for database_settings::staleness.
    std::atomic<std::uint64_t> foreign{0};
    // Until when others' changes have raised both, whatever keeps whoever raises them from running: a process that was
    // stopped, a log that nobody reads. PostgreSQL: database_settings::staleness after the last question that confirmed
    // it was asked. SQLite: for ever.
    std::atomic<std::chrono::steady_clock::time_point> known_until{std::chrono::steady_clock::time_point::max()};

    // Whether that has not passed yet. To be asked before a number is loaded.
    bool are_known() const noexcept
    {
        const auto until = known_until.load(std::memory_order_acquire);
        return until == std::chrono::steady_clock::time_point::max() || std::chrono::steady_clock::now() < until;
    }
};
inline constexpr std::chrono::milliseconds foreign_poll{250};

// What the writer's transactions, each of which may hold many jobs, have come to; a consistent copy.
struct commit_statistics {
    std::uint64_t committed = 0;
    std::uint64_t lost = 0;    // could not begin or commit: all their jobs were told `unavailable`
    std::uint64_t largest = 0; // jobs in one
    std::uint64_t checkpoints = 0;
    std::chrono::nanoseconds checkpointing{}; // in all

    static constexpr std::array<std::uint64_t, 9> size_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256};
    std::array<std::uint64_t, size_bounds.size()> sizes{}; // how many held up to so many jobs; the last is the most
    std::uint64_t jobs = 0;                                // in all of them
};

// What is heard of other nodes' changes (PostgreSQL). All changes have numbers, in the order of their commits.
struct feed_statistics {
    bool listening = false;                  // for notifications; changes are found by asking in any case
    bool lost = false;                       // nothing was confirmed for longer than database_settings::staleness
    std::uint64_t last = 0;                  // the number of the last change
    std::uint64_t notifications = 0;         // that were news, own ones among them
    std::uint64_t gaps = 0;                  // between the numbers of two of them
    std::uint64_t found = 0;                 // times that asking found changes by others before any notification
    std::uint64_t losses = 0;                // times that it was lost
    std::chrono::nanoseconds unconfirmed{0}; // since it was certain that everything had been heard
};

struct database_statistics {
    // How many wait, run, ran and were refused, and for how long they waited and ran. Of the writer's, running ends
    // with the commit; `works` are whole transactions.
    core::queue_statistics readers, writer;
    commit_statistics commits;
    std::uint64_t connections_cut = 0; // that were given up because the server did not answer in time
    std::optional<feed_statistics> feed;
};

// One piece of work on a session. False: its changes are not wanted.
class database_work {
public:
    virtual bool run(session&) = 0;

protected:
    ~database_work() = default;
};

// What waits for the writer: in the frame of the coroutine that does.
struct queued_write : boost::intrusive::list_base_hook<> {
    queued_write(database_work& w, core::job& a) : work(w), answer(a) {}

    database_work& work;
    core::job& answer;
    std::chrono::steady_clock::time_point since{}; // when it was queued
    std::optional<core::errc> failure{};           // what kept it from running, or from lasting
};

// Thread-safe. Must be destroyed after its last caller is done, before the I/O contexts that callers run on.
class database {
public:
    // Opens, locks, adopts or creates, and migrates. Throws std::runtime_error with one line for the operator; it
    // never holds a password.
    explicit database(const database_settings&);
    // For a service with a schema of its own, and without beside_owner: `prepare` brings it up to date on the
    // connection that writes, with migrate() for example, before anything else happens. It has no transaction open.
    // Then, on PostgreSQL, nothing is heard of other nodes' changes.
    database(const database_settings&, const std::function<void(session&)>& prepare);
    // Finishes what is queued, then closes; SQLite's write-ahead log is merged into the file.
    ~database();

    // Runs work(session&), which returns a core::result, on a reader thread inside one read-only transaction, and
    // resumes the caller on its own thread. `work` may refer to the caller's locals. Cancelling the caller takes it out
    // of the queue, and does nothing once it has begun: see core::work_job::wait.
    // Errors besides work's own: overloaded, timed_out, cancelled, unavailable; already_exists, too_large and
    // invalid_input where the database itself refuses a value. What work throws is logged and becomes unavailable.
    template <class Work> core::task<std::invoke_result_t<Work&, session&>> read(Work work);

    // The same on the writer, alone or together with others in one transaction. When it returns success, the changes
    // are durable. Work that returns an error or throws is rolled back alone. After `unavailable` they may or may not
    // have been made: the connection to a server broke during the commit, or SQLite's log was written and then could
    // not be synced. `work` runs at most once.
    template <class Work> core::task<std::invoke_result_t<Work&, session&>> write(Work work);

    const change_counters& changes() const noexcept;
    // Whether a server beside which this was opened has raised its counters for all that was committed before; waits
    // for it, that long at most. True where there is none: SQLite's owner, PostgreSQL's servers are told otherwise.
    // Blocks: for commands.
    bool is_noted(std::chrono::milliseconds limit) const;
    database_statistics statistics() const;

private:
    struct parts;

    core::workers& readers() noexcept;
    std::optional<core::errc> run_read(std::size_t slot, database_work&) noexcept;
    void enqueue_write(queued_write&);
    bool withdraw_write(queued_write&);
    core::deadline latest_start() const noexcept;

    std::unique_ptr<parts> parts_;
};

// A database_work that keeps what a callable returned until it may be told.
template <class Work> class kept_work final : public database_work {
public:
    using value_type = std::invoke_result_t<Work&, session&>;

    explicit kept_work(Work& work) : work_(work) {}

    bool run(session& s) override
    {
        value_.emplace(work_(s));
        return value_->has_value();
    }
    value_type take() { return std::move(*value_); }

private:
    Work& work_;
    std::optional<value_type> value_;
};

template <class Work> core::task<std::invoke_result_t<Work&, session&>> database::read(Work work)
{
    kept_work<Work> mine(work);
    auto on_reader = [this, &mine](std::size_t slot) -> std::invoke_result_t<Work&, session&> {
        if (const auto failure = run_read(slot, mine)) return *failure;
        return mine.take();
    };
    const auto latest = latest_start();
    co_return co_await readers().run(std::move(on_reader), latest);
}

template <class Work> core::task<std::invoke_result_t<Work&, session&>> database::write(Work work)
{
    // The writer runs `mine`, commits, and only then executes `answer`, which resumes this coroutine.
    kept_work<Work> mine(work);
    auto tell = [&mine](std::size_t) { return mine.take(); };
    core::work_job<decltype(tell)> answer(tell, latest_start());
    queued_write waiting(mine, answer);
    auto submit = [this, &waiting](core::job&) { enqueue_write(waiting); };
    auto take_back = [this, &waiting](core::job&) { return withdraw_write(waiting); };
    co_return co_await answer.wait(submit, take_back);
}

} // namespace watchword::store
