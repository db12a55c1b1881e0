#include "core/workers.hpp"

#include <algorithm>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

namespace watchword::core {

void name_this_thread(const std::string& name) noexcept
{
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

workers::workers(settings s) : settings_(std::move(s)), queue_(settings_.queue)
{
    const std::size_t count = std::max<std::size_t>(settings_.threads, 1);
    threads_.reserve(count);
    for (std::size_t slot = 0; slot < count; ++slot) threads_.emplace_back([this, slot] { run_jobs(slot); });
}

workers::~workers()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
}

queue_statistics workers::statistics() const
{
    const std::lock_guard lock(mutex_);
    auto copy = statistics_;
    copy.waiting = queue_.size();
    return copy;
}

std::chrono::nanoseconds workers::backlog() const
{
    const std::lock_guard lock(mutex_);
    const auto halves = 2 * queue_.size() + statistics_.running; // those that run are half done on average
    return usual_ * static_cast<std::int64_t>(halves) / static_cast<std::int64_t>(2 * threads_.size());
}

// Estimated from the turns that others take before it, how long jobs have taken lately, and that one on each thread is
// half done on average. Clients that come later will make it wait longer: then its time passes in the queue.
bool workers::comes_too_late(client_key client, deadline latest_start, std::chrono::steady_clock::time_point now) const
{
    if (latest_start == deadline::max()) return false;
    const auto before = queue_.before(client) + statistics_.running / 2;
    const auto rounds = static_cast<std::int64_t>(before / threads_.size());
    return rounds > 0 && now + usual_ * rounds > latest_start;
}

// Dynamic thresholds (Choudhury and Hahne, 1998): beside others, a client may have as many waiting as places are free,
// or one. So a queue that many want keeps places for newcomers, and hardly anybody gives way who has waited already.
bool workers::may_wait(client_key client) const
{
    const auto mine = queue_.waiting(client);
    const bool is_alone = mine == queue_.size();
    if (mine != 0 && !is_alone && mine >= settings_.queue - queue_.size()) return false;
    return queue_.size() < settings_.queue || queue_.gives_way_to(client) != nullptr;
}

bool workers::refuses(client_key client, deadline latest_start)
{
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (may_wait(client) && !comes_too_late(client, latest_start, now)) return false;
    ++statistics_.refused;
    return true;
}

void workers::learn(std::chrono::nanoseconds took)
{
    constexpr int weight = 16;
    usual_ = usual_.count() == 0 ? took : usual_ + (took - usual_) / weight;
}

void workers::enqueue(job& j)
{
    const auto now = std::chrono::steady_clock::now();
    job* refused = &j;
    errc why = errc::overloaded;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            why = errc::cancelled;
        } else if (may_wait(j.client()) && !comes_too_late(j.client(), j.latest_start, now)) {
            refused = admit(j);
        }
        if (refused != nullptr) ++statistics_.refused;
        if (refused != &j) {
            j.since = now;
            wake_.notify_one(); // while locked: the job, and with it the pool's owner, may be gone right after
        }
    }
    if (refused != nullptr) refused->refuse(why);
}

// Who is refused for it: nobody, or another that had its place.
job* workers::admit(job& j)
{
    job* gone = nullptr;
    if (queue_.size() == settings_.queue) {
        gone = static_cast<job*>(queue_.gives_way_to(j.client()));
        queue_.erase(*gone);
        ++statistics_.gave_way;
    }
    queue_.push(j);
    return gone;
}

// The job refers to its caller's frame, which is there: the caller resumes on this thread.
bool workers::withdraw(job& j)
{
    const std::lock_guard lock(mutex_);
    if (!j.is_queued()) return false; // it runs, or has been told already
    queue_.erase(j);
    ++statistics_.withdrawn;
    return true;
}

// Whose time has passed is told before its turn, which may be far. Jobs of one pool have equal patience, or none: the
// oldest is the first to lose it.
job& workers::take_next(std::chrono::steady_clock::time_point now)
{
    job& oldest = static_cast<job&>(queue_.oldest());
    if (now <= oldest.latest_start) return static_cast<job&>(queue_.pop());
    queue_.erase(oldest);
    return oldest;
}

void workers::run_jobs(std::size_t slot)
{
    name_this_thread(settings_.name + "/" + std::to_string(slot));
    // On Linux the nice value is a thread's own.
    if (settings_.nice != 0) ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + settings_.nice);
    const auto has_work = [this] { return stopping_ || !queue_.empty(); };
    bool has_worked = false;
    std::unique_lock lock(mutex_);
    for (;;) {
        if (settings_.when_idle && has_worked && !wake_.wait_for(lock, settings_.idle_after, has_work)) {
            lock.unlock();
            settings_.when_idle(slot);
            lock.lock();
        }
        wake_.wait(lock, has_work);
        if (queue_.empty()) return;
        has_worked = true;
        const auto start = std::chrono::steady_clock::now();
        job& next = take_next(start);
        const bool late = start > next.latest_start;
        if (late) {
            ++statistics_.refused;
        } else {
            ++statistics_.running;
            statistics_.waited += start - next.since;
            statistics_.waits.add(start - next.since);
        }
        lock.unlock();
        if (late) {
            next.refuse(errc::timed_out);
        } else {
            next.execute(slot);
        }
        lock.lock();
        if (!late) {
            --statistics_.running;
            ++statistics_.executed;
            const auto took = std::chrono::steady_clock::now() - start;
            statistics_.worked += took;
            statistics_.works.add(took);
            learn(took);
        }
    }
}

} // namespace watchword::core
