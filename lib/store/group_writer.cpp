#include "store/group_writer.hpp"

#include "store/failure.hpp"

#include <algorithm>
#include <stdexcept>

namespace watchword::store {

using std::chrono::steady_clock;

group_writer::group_writer(connection c, std::size_t queue, change_counters& changes)
    : changes_(changes), connection_(std::move(c)), queue_limit_(queue)
{
    batch_.reserve(largest_batch);
    late_.reserve(largest_batch);
    thread_ = std::thread([this] { work(); });
}

group_writer::~group_writer()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

core::queue_statistics group_writer::statistics() const
{
    const std::lock_guard lock(mutex_);
    auto copy = statistics_;
    copy.waiting = queue_.size();
    return copy;
}

commit_statistics group_writer::commits() const
{
    const std::lock_guard lock(mutex_);
    return commits_;
}

void group_writer::enqueue(queued_write& w)
{
    core::errc why{};
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && queue_.size() < queue_limit_) {
            w.since = steady_clock::now();
            queue_.push_back(w);
            wake_.notify_one(); // while locked: the job, and with it this object's owner, may be gone right after
            return;
        }
        why = stopping_ ? core::errc::cancelled : core::errc::overloaded;
        ++statistics_.refused;
    }
    w.answer.refuse(why);
}

bool group_writer::withdraw(queued_write& w)
{
    const std::lock_guard lock(mutex_);
    if (!w.is_linked()) return false;
    queue_.erase(queue_.iterator_to(w));
    ++statistics_.withdrawn;
    return true;
}

void group_writer::work()
{
    core::name_this_thread("db-writer");
    auto next_look = steady_clock::now(), next_optimization = next_look + between_optimizations;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_until(lock, next_look, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_ && queue_.empty()) break;
        }
        if (steady_clock::now() >= next_look) {
            look_for_foreign_changes();
            next_look = steady_clock::now() + foreign_poll;
        }
        if (steady_clock::now() >= next_optimization) {
            optimize();
            next_optimization = steady_clock::now() + between_optimizations;
        }
        take_waiting();
        if (batch_.empty()) continue;

        const auto start = steady_clock::now();
        const bool committed = run_batch();
        note_batch(committed, steady_clock::now() - start);
        tell();
        tidy();
    }
    optimize();
}

void group_writer::note_batch(bool committed, std::chrono::nanoseconds took)
{
    const auto size = batch_.size();
    const auto& bounds = commit_statistics::size_bounds;
    static_assert(bounds.back() == largest_batch);
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), size) - bounds.begin();

    const std::lock_guard lock(mutex_);
    statistics_.running = 0;
    statistics_.executed += size;
    statistics_.worked += took;
    statistics_.works.add(took);
    ++(committed ? commits_.committed : commits_.lost);
    commits_.largest = std::max<std::uint64_t>(commits_.largest, size);
    ++commits_.sizes[static_cast<std::size_t>(bucket)];
    commits_.jobs += size;
}

// What nobody waits for, and nobody is to wait for a connection because of it.
void group_writer::tidy()
{
    session* const s = connection_.find();
    if (s == nullptr) return;
    const auto start = steady_clock::now();
    try {
        if (!s->checkpoint()) return;
    } catch (...) {
        explain_failure("a checkpoint");
        connection_.drop();
    }
    const std::lock_guard lock(mutex_);
    ++commits_.checkpoints;
    commits_.checkpointing += steady_clock::now() - start;
}

void group_writer::optimize()
{
    session* const s = connection_.find();
    if (s == nullptr) return;
    try {
        s->optimize();
    } catch (...) {
        explain_failure("optimizing");
        connection_.drop();
    }
}

void group_writer::take_waiting()
{
    batch_.clear();
    late_.clear();
    {
        const std::lock_guard lock(mutex_);
        const auto now = steady_clock::now();
        while (!queue_.empty() && batch_.size() + late_.size() < largest_batch) {
            queued_write& next = queue_.front();
            const bool late = now > next.answer.latest_start;
            (late ? late_ : batch_).push_back(&next);
            if (!late) {
                statistics_.waited += now - next.since;
                statistics_.waits.add(now - next.since);
            }
            queue_.pop_front();
        }
        statistics_.refused += late_.size();
        statistics_.running = batch_.size();
    }
    for (queued_write* const w : late_) w->answer.refuse(core::errc::timed_out);
}

bool group_writer::run_batch()
{
    bool committed = false, users_changed = false;
    if (session* const s = connection_.begin()) {
        try {
            users_changed = run_jobs(*s);
            committed = true;
        } catch (...) {
            explain_failure("writing");
            users_changed = true; // a connection lost during a commit does not tell whether it was made
            connection_.drop();   // after a failed sync, too, SQLite must not go on as if the pages were clean
        }
    }
    // What a job answered may rest on a neighbour's change that is lost as well.
    if (!committed)
        for (queued_write* const w : batch_) w->failure = core::errc::unavailable;
    if (users_changed) changes_.users.fetch_add(1, std::memory_order_release);
    return committed;
}

// As soon as a job is told, it may be gone.
void group_writer::tell()
{
    for (queued_write* const w : batch_) {
        if (w->failure) {
            w->answer.refuse(*w->failure);
        } else {
            w->answer.execute(0);
        }
    }
}

// True if the user table changed. Throws if the transaction is lost.
bool group_writer::run_jobs(session& s)
{
    change_marks changed;
    bool wanted = false;
    mark_ = mark::none;
    for (queued_write* const w : batch_) {
        if (steady_clock::now() > w->answer.latest_start) { // those before it took so long
            w->failure = core::errc::timed_out;
            continue;
        }
        if (!run_one(s, *w, batch_.size() == 1)) continue;
        wanted = true;
        changed.add(s.take_marks());
    }
    if (changed.any()) s.announce_change();
    if (wanted) {
        s.commit();
    } else {
        s.rollback();
    }
    for (const auto& each : changed.afterwards) each();
    return changed.users_changed;
}

// True if the job's changes are to be kept. Throws if the transaction is lost.
bool group_writer::run_one(session& s, queued_write& w, bool alone)
{
    if (!alone) set_mark(s);
    s.take_marks();
    try {
        const bool keep = w.work.run(s);
        s.reset_statements();
        if (keep && s.has_failed()) throw std::logic_error("a job hides that one of its statements has failed");
        if (keep) return true;
    } catch (...) {
        w.failure = explain_failure("running a write");
        s.reset_statements();
    }
    if (alone) {
        s.rollback();
    } else {
        s.execute("ROLLBACK TO SAVEPOINT job");
        mark_ = mark::here;
    }
    if (w.failure) s.forget_prepared();
    return false;
}

// In one statement, because a server is asked over a network.
void group_writer::set_mark(session& s)
{
    if (mark_ == mark::none) s.execute("SAVEPOINT job");
    if (mark_ == mark::behind) s.execute("RELEASE SAVEPOINT job; SAVEPOINT job");
    mark_ = mark::behind;
}

void group_writer::look_for_foreign_changes()
{
    bool changed = !connection_.on().is_followed(); // also when nobody can tell
    if (session* const s = connection_.get()) {
        try {
            changed = s->others_changed();
        } catch (...) {
            explain_failure("looking for changes");
            connection_.drop();
        }
    }
    if (changed) {
        changes_.foreign.fetch_add(1, std::memory_order_release);
        changes_.users.fetch_add(1, std::memory_order_release);
    }
    if (session* const s = connection_.find()) s->end_look();
    tidy(); // they may have made the log long, and guests may be waiting until it is not
}

} // namespace watchword::store
