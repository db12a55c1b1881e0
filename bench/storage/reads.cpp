// How long reads take while others write. Logins look users up by their address through database::read, at a fixed rate
// from one I/O thread; another I/O thread has N coroutines that each wait for database::write of one row. Prints JSON.
//   store_reads FILE USERS READS_PER_SECOND WRITERS WRITES_PER_SECOND SECONDS [WRITTEN_FILE]
// FILE: made by watchword_users with so many users. WRITES_PER_SECOND 0: as many as go. WRITTEN_FILE: what is written
// goes there; whoever reads then shares processors and disk with the writer, but no database.
#include "core/random.hpp"
#include "core/task.hpp"
#include "storage/measuring.hpp"
#include "storage/row_writer.hpp"
#include "store/database.hpp"
#include "store/users.hpp"

#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>

namespace {

using namespace watchword;
using namespace watchword::storage;
namespace json = boost::json;

constexpr std::uint64_t seed = 1;     // watchword_users' own default
constexpr std::uint64_t readers = 64; // coroutines that take turns: as many reads may be late at once
constexpr std::chrono::seconds warm_up{1};

struct task {
    std::string file;
    std::uint64_t users;
    double reads_per_second;
    std::uint64_t writers;
    double writes_per_second;
    std::chrono::duration<double> seconds;
};

// When things are due that happen at a fixed rate, dealt out to `parts` coroutines.
class pace {
public:
    pace(time_point begin, double per_second, std::uint64_t parts)
        : begin_(begin), interval_(1e9 / per_second), parts_(parts)
    {}
    time_point due(std::uint64_t part, std::uint64_t turn) const
    {
        const auto n = static_cast<double>(turn * parts_ + part);
        return begin_ + std::chrono::nanoseconds(static_cast<std::int64_t>(n * interval_));
    }

private:
    const time_point begin_;
    const double interval_; // ns
    const std::uint64_t parts_;
};

struct latencies {
    load::histogram late;  // from when a read was due until it was asked for: what this program itself lost
    load::histogram query; // on the reader thread, its BEGIN not included
    load::histogram job;   // from when it was asked for until the reader thread had the answer: queue and query
    load::histogram hop;   // until the caller had it on its own thread
    load::histogram due;   // that, from when it was due
};

class reading {
public:
    reading(const task& t, store::database& db, time_point begin)
        : task_(t),
          db_(db),
          from_(begin + warm_up),
          until_(from_ + std::chrono::duration_cast<steady_clock::duration>(t.seconds)),
          pace_(begin, t.reads_per_second, readers)
    {}

    void run()
    {
        for (std::uint64_t i = 0; i < readers; ++i) core::asio::co_spawn(io_, look_up(i), rethrow);
        io_.run();
    }
    const latencies& seen() const { return seen_; }

private:
    core::task<> look_up(std::uint64_t part)
    {
        core::system_random random;
        for (std::uint64_t turn = 0;; ++turn) {
            const auto due = pace_.due(part, turn);
            if (due >= until_) co_return;
            co_await pause_until(due);
            std::uint64_t number = 0;
            random.fill(std::as_writable_bytes(std::span(&number, 1)));
            const auto email = users::make_user(seed, number % task_.users).email;
            time_point began, answered;
            const auto find = [&](store::session& s) {
                began = steady_clock::now();
                auto found = store::find_user_by_email(s, email);
                answered = steady_clock::now();
                return found;
            };
            const auto asked = steady_clock::now();
            const auto found = co_await db_.read(find);
            const auto resumed = steady_clock::now();
            if (!found) throw std::runtime_error("a read failed: " + found.error().message());
            if (due < from_) continue;
            seen_.late.add(asked - due);
            seen_.query.add(answered - began);
            seen_.job.add(answered - asked);
            seen_.hop.add(resumed - asked);
            seen_.due.add(resumed - due);
        }
    }

    const task task_;
    store::database& db_;
    const time_point from_, until_;
    const pace pace_;
    core::asio::io_context io_{1};
    latencies seen_;
};

class writing {
public:
    writing(const task& t, store::database& db, time_point begin, std::uint64_t first_row)
        : task_(t),
          db_(db),
          pace_(begin, std::max(t.writes_per_second, 1.0), std::max<std::uint64_t>(t.writers, 1)),
          rows_(first_row)
    {
        for (std::uint64_t i = 0; i < t.writers; ++i) core::asio::co_spawn(io_, write(i), rethrow);
        thread_ = std::thread([this] { run(); });
    }
    ~writing() { stop(); }
    writing(const writing&) = delete;
    writing& operator=(const writing&) = delete;

    void stop()
    {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }
    std::exception_ptr failure() const { return failure_; } // after stop()
    std::uint64_t written() const { return written_; }

private:
    void run()
    {
        try {
            io_.run();
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    core::task<> write(std::uint64_t part)
    {
        for (std::uint64_t turn = 0; !stop_; ++turn) {
            if (task_.writes_per_second > 0) co_await pause_until(pace_.due(part, turn));
            const auto row = rows_.next();
            const auto add = [&row](store::session& s) { return add_row(s, row); };
            const auto added = co_await db_.write(add);
            if (!added) throw std::runtime_error("a write failed: " + added.error().message());
            ++written_;
        }
    }

    const task task_;
    store::database& db_;
    const pace pace_;
    row_source rows_;
    core::asio::io_context io_{1};
    std::atomic<bool> stop_ = false;
    std::atomic<std::uint64_t> written_ = 0;
    std::exception_ptr failure_;
    std::thread thread_;
};

// What happens to SQLite's log meanwhile.
class log_watch {
public:
    explicit log_watch(const std::string& file) : file_(file), thread_([this] { watch(); }) {}
    ~log_watch() { stop(); }
    log_watch(const log_watch&) = delete;
    log_watch& operator=(const log_watch&) = delete;

    void stop()
    {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }
    json::object report() const
    {
        return {{"restarts", restarts_}, {"largest_mib", static_cast<double>(largest_) / (1024 * 1024)}};
    }

private:
    void watch()
    {
        auto last = wal_sequence(file_);
        while (!stop_) {
            const auto now = wal_sequence(file_);
            if (last != 0) restarts_ += now - last;
            last = now;
            std::error_code none;
            const auto size = std::filesystem::file_size(file_ + "-wal", none);
            if (!none) largest_ = std::max(largest_, size);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

    const std::string file_;
    std::atomic<bool> stop_ = false;
    std::uint64_t restarts_ = 0;
    std::uintmax_t largest_ = 0;
    std::thread thread_;
};

store::database_settings settings(const std::string& file)
{
    store::database_settings s;
    s.url = "sqlite:" + file;
    return s;
}

json::object measure(int argc, char** argv)
{
    if (argc != 7 && argc != 8)
        throw std::runtime_error("usage: store_reads FILE USERS READS_PER_SECOND WRITERS WRITES_PER_SECOND SECONDS "
                                 "[WRITTEN_FILE]");
    const task t{argv[1],
                 static_cast<std::uint64_t>(to_number(argv[2], 1, 1e10)),
                 to_number(argv[3], 1, 1e6),
                 static_cast<std::uint64_t>(to_number(argv[4], 0, 1024)),
                 to_number(argv[5], 0, 1e6),
                 std::chrono::duration<double>(to_number(argv[6], 0.1, 3600))};
    const std::string written = argc == 8 ? argv[7] : t.file;
    const auto first_row = open_raw("sqlite:" + written)->highest_id() + 1;
    store::database db(settings(t.file));
    std::optional<store::database> other;
    if (written != t.file) other.emplace(settings(written));

    const auto begin = steady_clock::now();
    log_watch log(written);
    writing writes(t, other ? *other : db, begin, first_row);
    reading reads(t, db, begin);
    reads.run();
    const auto took = seconds_between(begin, steady_clock::now());
    const auto commits = (other ? *other : db).statistics().commits;
    writes.stop();
    log.stop();
    if (writes.failure()) std::rethrow_exception(writes.failure());
    const auto& seen = reads.seen();
    return {{"late_us", to_object(seen.late)},
            {"query_us", to_object(seen.query)},
            {"job_us", to_object(seen.job)},
            {"hop_us", to_object(seen.hop)},
            {"due_us", to_object(seen.due)},
            {"writes_per_second", static_cast<double>(writes.written()) / took},
            {"checkpoints_per_second", static_cast<double>(commits.checkpoints) / took},
            {"log", log.report()}};
}

} // namespace

int main(int argc, char** argv)
{
    return print("store_reads", measure, argc, argv);
}
