// Rows a second, each acknowledged only when it is durable, into an empty user table. Prints JSON.
//   store_commits store N URL ROWS SECONDS        N coroutines that each wait for database::write
//   store_commits raw N URL ROWS SECONDS          the bare API of the database, one thread, N rows for each commit
//   store_commits connections N URL ROWS SECONDS  libpq, N connections, one row for each commit
// It ends after so many rows, so that all write the same into the same table, or so many seconds.
#include "core/task.hpp"
#include "storage/measuring.hpp"
#include "storage/row_writer.hpp"
#include "store/database.hpp"

#include <boost/asio/co_spawn.hpp>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::storage;
namespace json = boost::json;

constexpr std::uint64_t most_writers = 1024, most_rows = 100'000'000;
constexpr std::uint64_t log_rows = 4'000; // more than fit into SQLite's log before a checkpoint

struct task {
    std::uint64_t count;
    std::string url;
    std::uint64_t rows;
    std::chrono::duration<double> seconds;

    std::uint64_t unmeasured() const { return 2 * count; } // statements are prepared, batches have formed
};

// Counts from the end of the warm-up on. One thread at a time.
class tally {
public:
    explicit tally(const task& t) : task_(t) {}

    // False when it was enough.
    bool add(time_point begin, time_point end, std::uint64_t rows)
    {
        if (is_over_) return false;
        done_ += rows;
        if (done_ <= task_.unmeasured()) {
            begin_ = end_ = end;
            return true;
        }
        latency_.add(end - begin);
        measured_ += rows;
        end_ = end;
        is_over_ = measured_ >= task_.rows || end_ - begin_ >= task_.seconds;
        return !is_over_;
    }
    bool measures() const { return measured_ != 0; }
    bool is_over() const { return is_over_; }

    json::object report() const
    {
        const double seconds = seconds_between(begin_, end_);
        return {{"rows", measured_},
                {"seconds", seconds},
                {"per_second", static_cast<double>(measured_) / seconds},
                {"latency_us", to_object(latency_)}};
    }

private:
    const task task_;
    std::uint64_t done_ = 0, measured_ = 0;
    time_point begin_, end_;
    load::histogram latency_;
    bool is_over_ = false;
};

// --- database::write, from one I/O thread

class store_run {
public:
    explicit store_run(const task& t) : task_(t), db_(settings(t)), tally_(t) {}

    json::object measure()
    {
        for (std::uint64_t i = 0; i < task_.count; ++i) core::asio::co_spawn(io_, write_rows(), rethrow);
        io_.run();
        const auto after = db_.statistics();

        auto seen = tally_.report();
        const auto commits = static_cast<double>(after.commits.committed - before_.commits.committed);
        const auto executed = static_cast<double>(after.writer.executed - before_.writer.executed);
        // On the writing thread, with its share of the checkpoints, which the bare API makes within commits.
        const auto took =
            after.writer.worked - before_.writer.worked + after.commits.checkpointing - before_.commits.checkpointing;
        seen["rows_per_commit"] = executed / commits;
        seen["commit_us"] = static_cast<double>(took.count()) / 1e3 / commits;
        return seen;
    }

private:
    static store::database_settings settings(const task& t)
    {
        store::database_settings s;
        s.url = t.url;
        s.readers = 1;
        s.queue = most_writers;
        s.timeout = std::chrono::seconds(60);
        return s;
    }

    core::task<> write_rows()
    {
        while (!tally_.is_over()) {
            const auto row = rows_.next();
            const auto add = [&row](store::session& s) { return add_row(s, row); };
            const auto begin = steady_clock::now();
            const auto added = co_await db_.write(add);
            if (!added) throw std::runtime_error("a write failed: " + added.error().message());
            if (!tally_.measures()) before_ = db_.statistics();
            tally_.add(begin, steady_clock::now(), 1);
        }
    }

    const task task_;
    core::asio::io_context io_{1};
    store::database db_;
    row_source rows_{0};
    tally tally_;
    store::database_statistics before_;
};

// --- the bare API

json::object measure_raw(const task& t)
{
    const auto db = open_raw(t.url);
    row_source rows(0);
    tally seen(t);
    for (bool more = true; more;) {
        const auto begin = steady_clock::now();
        if (t.count > 1) db->begin();
        for (std::uint64_t i = 0; i < t.count; ++i) db->add(rows.next());
        if (t.count > 1) db->commit();
        more = seen.add(begin, steady_clock::now(), t.count);
    }
    return seen.report();
}

// --- PostgreSQL batches the commits of many connections by itself

class many_connections {
public:
    explicit many_connections(const task& t) : task_(t), tally_(t) {}

    json::object measure()
    {
        std::vector<std::unique_ptr<raw_writer>> all;
        for (std::uint64_t i = 0; i < task_.count; ++i) all.push_back(open_raw(task_.url));
        std::vector<std::thread> threads;
        for (std::uint64_t i = 0; i < task_.count; ++i)
            threads.emplace_back([this, i, db = all[i].get()] { write_rows(*db, i * most_rows); });
        for (auto& thread : threads) thread.join();
        if (failure_) std::rethrow_exception(failure_);
        return tally_.report();
    }

private:
    void write_rows(raw_writer& db, std::uint64_t first)
    {
        try {
            row_source rows(first);
            for (bool more = true; more;) {
                const auto begin = steady_clock::now();
                db.add(rows.next());
                const std::lock_guard lock(mutex_);
                more = tally_.add(begin, steady_clock::now(), 1);
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
        }
    }

    const task task_;
    std::mutex mutex_; // guards what follows
    tally tally_;
    std::exception_ptr failure_;
};

// An empty table, and a log that has its size: SQLite's grows at first, and a growing file is slower to make durable.
// While this connection is open the log stays; it must not write any more.
std::unique_ptr<raw_writer> prepare(const std::string& url, bool triggers)
{
    {
        store::database_settings s;
        s.url = url;
        const store::database migrated(s);
    }
    auto db = open_raw(url);
    db->enable_triggers(triggers);
    db->remove_all();
    row_source rows(0);
    db->begin();
    for (std::uint64_t i = 0; i < log_rows; ++i) db->add(rows.next());
    db->commit();
    db->remove_all();
    return db;
}

json::object measure(int argc, char** argv)
{
    if (argc != 6) throw std::runtime_error("usage: store_commits store|raw|connections N URL ROWS SECONDS");
    const std::string kind = argv[1];
    const task t{static_cast<std::uint64_t>(to_number(argv[2], 1, most_writers)), argv[3],
                 static_cast<std::uint64_t>(to_number(argv[4], 1, most_rows)),
                 std::chrono::duration<double>(to_number(argv[5], 0.01, 3600))};
    const auto keeps_log = prepare(t.url, kind == "store");
    if (kind == "store") return store_run(t).measure();
    if (kind == "raw") return measure_raw(t);
    if (kind == "connections") return many_connections(t).measure();
    throw std::runtime_error("there is no kind " + kind);
}

} // namespace

int main(int argc, char** argv)
{
    return print("store_commits", measure, argc, argv);
}
