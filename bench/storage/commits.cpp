// Rows a second, each acknowledged only when it is durable, into an empty user table. Prints JSON.
//   store_commits store N URL SECONDS        N coroutines that each wait for database::write
//   store_commits raw N URL SECONDS          the bare API of the database, one thread, N rows for each commit
//   store_commits connections N URL SECONDS  libpq, N connections, one row for each commit
#include "core/task.hpp"
#include "storage/measuring.hpp"
#include "storage/row_writer.hpp"
#include "store/database.hpp"

#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::storage;
namespace json = boost::json;

constexpr std::chrono::seconds longest_warm_up{5};
constexpr std::uint64_t most_writers = 1024;

struct task {
    std::string url;
    std::uint64_t count;
    std::chrono::duration<double> seconds;

    std::string file() const { return url.starts_with("sqlite:") ? url.substr(7) : ""; }
};

// Tells when it is warm: SQLite's log must have begun anew once, as it does ever after.
class warming {
public:
    explicit warming(const task& t) : file_(t.file()), first_(wal_sequence(file_)) {}

    bool goes_on() const
    {
        const auto passed = steady_clock::now() - begin_;
        if (passed < warm_up) return true;
        return !file_.empty() && passed < longest_warm_up && (first_ == 0 || wal_sequence(file_) == first_);
    }
    // Before the first row there is no log.
    void look()
    {
        if (first_ == 0 && !file_.empty()) first_ = wal_sequence(file_);
    }

private:
    const std::string file_;
    std::uint32_t first_;
    const time_point begin_ = steady_clock::now();
};

struct tally {
    std::uint64_t rows = 0;
    load::histogram latency;

    void add(time_point begin, time_point end, std::uint64_t count)
    {
        rows += count;
        latency.add(end - begin);
    }
};

json::object report(const tally& t, double seconds)
{
    return {{"rows", t.rows},
            {"seconds", seconds},
            {"per_second", static_cast<double>(t.rows) / seconds},
            {"latency_us", to_object(t.latency)}};
}

// --- database::write, from one I/O thread

class store_run {
public:
    explicit store_run(const task& t) : task_(t), db_(settings(t)) {}

    json::object measure()
    {
        for (std::uint64_t i = 0; i < task_.count; ++i) core::asio::co_spawn(io_, write_rows(), rethrow);
        core::asio::co_spawn(io_, take_time(), rethrow);
        io_.run();

        auto seen = report(tally_, seconds_between(begin_, end_));
        const auto commits = static_cast<double>(after_.commits - before_.commits);
        const auto worked = after_.writer.worked - before_.writer.worked;
        const auto executed = static_cast<double>(after_.writer.executed - before_.writer.executed);
        seen["rows_per_commit"] = executed / commits;
        seen["commit_us"] = static_cast<double>(worked.count()) / 1e3 / commits; // on the writing thread
        return seen;
    }

private:
    static store::database_settings settings(const task& t)
    {
        store::database_settings s;
        s.url = t.url;
        s.readers = 1;
        s.queue = most_writers;
        return s;
    }

    core::task<> write_rows()
    {
        while (!stop_) {
            const auto row = rows_.next();
            const auto add = [&row](store::session& s) { return add_row(s, row); };
            const auto begin = steady_clock::now();
            const auto added = co_await db_.write(add);
            if (!added) throw std::runtime_error("a write failed: " + added.error().message());
            if (measures_) tally_.add(begin, steady_clock::now(), 1);
        }
    }

    core::task<> take_time()
    {
        warming warm(task_);
        while (warm.goes_on()) {
            co_await pause_until(steady_clock::now() + std::chrono::milliseconds(20));
            warm.look();
        }
        before_ = db_.statistics();
        begin_ = steady_clock::now();
        measures_ = true;
        co_await pause_until(begin_ + std::chrono::duration_cast<steady_clock::duration>(task_.seconds));
        measures_ = false;
        end_ = steady_clock::now();
        after_ = db_.statistics();
        stop_ = true;
    }

    const task task_;
    core::asio::io_context io_{1};
    store::database db_;
    row_source rows_{0};
    tally tally_;
    time_point begin_, end_;
    store::database_statistics before_, after_;
    bool measures_ = false, stop_ = false;
};

// --- the bare API

json::object measure_raw(const task& t)
{
    const auto db = open_raw(t.url);
    row_source rows(0);
    tally seen;
    const auto write = [&] {
        const auto begin = steady_clock::now();
        if (t.count > 1) db->begin();
        for (std::uint64_t i = 0; i < t.count; ++i) db->add(rows.next());
        if (t.count > 1) db->commit();
        seen.add(begin, steady_clock::now(), t.count);
    };
    for (warming warm(t); warm.goes_on(); warm.look()) write();
    seen = {};
    const auto begin = steady_clock::now();
    while (steady_clock::now() - begin < t.seconds) write();
    return report(seen, seconds_between(begin, steady_clock::now()));
}

// --- PostgreSQL batches the commits of many connections by itself

class many_connections {
public:
    explicit many_connections(const task& t) : task_(t) {}

    json::object measure()
    {
        std::vector<std::unique_ptr<raw_writer>> all;
        for (std::uint64_t i = 0; i < task_.count; ++i) all.push_back(open_raw(task_.url));
        std::vector<std::thread> threads;
        for (std::uint64_t i = 0; i < task_.count; ++i)
            threads.emplace_back([this, i, db = all[i].get()] { write_rows(*db, i * rows_each); });
        std::this_thread::sleep_for(warm_up); // what it is: time that does not count
        now_ = phase::measured;
        const auto begin = steady_clock::now();
        std::this_thread::sleep_for(task_.seconds);
        now_ = phase::over;
        const auto end = steady_clock::now();
        for (auto& thread : threads) thread.join();
        if (failure_) std::rethrow_exception(failure_);
        return report(tally_, seconds_between(begin, end));
    }

private:
    enum class phase { warming, measured, over };
    static constexpr std::uint64_t rows_each = 100'000'000;

    void write_rows(raw_writer& db, std::uint64_t first)
    {
        try {
            row_source rows(first);
            tally mine;
            while (now_ != phase::over) {
                const auto begin = steady_clock::now();
                db.add(rows.next());
                if (now_ == phase::measured) mine.add(begin, steady_clock::now(), 1);
            }
            const std::lock_guard lock(mutex_);
            tally_.rows += mine.rows;
            tally_.latency.merge(mine.latency);
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
        }
    }

    const task task_;
    std::atomic<phase> now_ = phase::warming;
    std::mutex mutex_; // guards what follows
    tally tally_;
    std::exception_ptr failure_;
};

json::object measure(int argc, char** argv)
{
    if (argc != 5) throw std::runtime_error("usage: store_commits store|raw|connections N URL SECONDS");
    const std::string kind = argv[1];
    const task t{argv[3], static_cast<std::uint64_t>(to_number(argv[2], 1, most_writers)),
                 std::chrono::duration<double>(to_number(argv[4], 0.01, 3600))};
    {
        store::database_settings s;
        s.url = t.url;
        const store::database migrated(s);
    }
    open_raw(t.url)->remove_all();
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
