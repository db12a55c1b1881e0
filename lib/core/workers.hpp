#pragma once

#include "core/durations.hpp"
#include "core/error.hpp"
#include "core/fair_queue.hpp"
#include "core/task.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace watchword::core {

using deadline = std::chrono::steady_clock::time_point;

// A coroutine that waits for another thread: that thread calls the completion once, and the coroutine resumes on its
// own I/O thread with the value (or rethrows the exception). The I/O thread's context is kept running meanwhile.
template <class T>
using completion_handler =
    typename asio::async_result<asio::use_awaitable_t<io_executor>, void(std::exception_ptr, T)>::handler_type;

template <class T> class completion {
public:
    // For what Asio keeps of a coroutine that it shall resume. Whoever completes it has nobody to tell that there is no
    // memory: it is set aside before.
    class reserve {
    public:
        template <class Object> class allocator;

    private:
        alignas(std::max_align_t) std::array<std::byte, sizeof(T) + 96> bytes_;
    };

    explicit completion(completion_handler<T>&& handler)
        : work_(asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler))
    {}

    // Any thread, once. May resume the coroutine before it returns: what the coroutine owns must not be touched after.
    // The memory may be the coroutine's.
    void operator()(std::exception_ptr failure, T value, reserve& memory)
    {
        const typename reserve::template allocator<void> from(memory);
        asio::post(work_,
                   asio::bind_allocator(from, asio::append(std::move(handler_), std::move(failure), std::move(value))));
    }

private:
    using tracked_executor =
        std::decay_t<decltype(asio::prefer(std::declval<io_executor>(), asio::execution::outstanding_work.tracked))>;
    tracked_executor work_;
    completion_handler<T> handler_;
};

// Gives the memory to one object at a time.
template <class T> template <class Object> class completion<T>::reserve::allocator {
public:
    using value_type = Object;

    explicit allocator(reserve& memory) noexcept : memory_(&memory) {}
    template <class Other> allocator(const allocator<Other>& other) noexcept : memory_(other.memory_) {}

    Object* allocate(std::size_t) const noexcept
    {
        static_assert(sizeof(Object) <= sizeof(bytes_) && alignof(Object) <= alignof(std::max_align_t));
        return reinterpret_cast<Object*>(memory_->bytes_.data());
    }
    void deallocate(Object*, std::size_t) const noexcept {}
    bool operator==(const allocator&) const noexcept = default;

private:
    template <class Other> friend class allocator;

    reserve* memory_;
};

// One piece of work for another thread. It lives in the frame of the coroutine that waits for it, so that queueing
// it allocates nothing; exactly one of execute() and refuse() is called, and afterwards the frame may be gone.
class job : public fair_queue::item {
public:
    explicit job(deadline latest = deadline::max(), client_key client = 0) : item(client), latest_start(latest) {}

    // `slot`: the number of the thread that runs it, from 0; the index of whatever that thread owns.
    virtual void execute(std::size_t slot) = 0;
    // It will not be run: overloaded, timed_out or cancelled.
    virtual void refuse(errc why) = 0;

    const deadline latest_start;
    std::chrono::steady_clock::time_point since{}; // when it was queued

protected:
    ~job() = default;
};

// A job around `Work`, a callable from the slot number to a result<T>.
template <class Work> class work_job final : public job {
public:
    using value_type = std::invoke_result_t<Work&, std::size_t>;

    work_job(Work& work, deadline latest, client_key client = 0) : job(latest, client), work_(work) {}

    void execute(std::size_t slot) override
    {
        std::exception_ptr failure;
        value_type value(errc::cancelled);
        try {
            value = work_(slot);
        } catch (...) {
            failure = std::current_exception();
        }
        finish(std::move(failure), std::move(value));
    }
    void refuse(errc why) override { finish(nullptr, value_type(why)); }

    // Suspends the calling coroutine until the job is done. `submit(job&)` hands it to whoever will run it;
    // `withdraw(job&)` takes it back if nobody has begun, and tells whether it has. A signal that the coroutine is
    // cancelled by (Asio's, emitted on its own thread) withdraws it, which ends as errc::cancelled; nothing else is
    // stopped by it. After a terminal one, which says that nobody waits for the coroutine, nothing is submitted.
    template <class Submit, class Withdraw> task<value_type> wait(Submit submit, Withdraw withdraw)
    {
        const auto state = co_await asio::this_coro::cancellation_state;
        if ((state.cancelled() & asio::cancellation_type::terminal) != asio::cancellation_type::none)
            co_return errc::cancelled;
        auto start = [this, &submit, &withdraw](auto&& handler) {
            // Asio empties the slot when the coroutine resumes: until then the frame is there.
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected())
                slot.assign([this, &withdraw](asio::cancellation_type) {
                    if (withdraw(*this)) refuse(errc::cancelled);
                });
            completion_.emplace(std::forward<decltype(handler)>(handler));
            submit(*this);
        };
        co_return co_await asio::async_initiate<const asio::use_awaitable_t<io_executor>,
                                                void(std::exception_ptr, value_type)>(start, use_task);
    }

private:
    void finish(std::exception_ptr failure, value_type value)
    {
        auto done = std::move(*completion_); // the frame that holds this job may end as soon as it is posted
        done(std::move(failure), std::move(value), memory_);
    }

    Work& work_;
    std::optional<completion<value_type>> completion_;
    typename completion<value_type>::reserve memory_;
};

// What a queue of jobs has been doing; a consistent copy.
struct queue_statistics {
    std::size_t waiting = 0;
    std::size_t running = 0;
    std::uint64_t executed = 0;
    std::uint64_t refused = 0;         // full, too late, given way or shut down
    std::uint64_t gave_way = 0;        // of the refused: in a full queue, to a client with fewer in it
    std::uint64_t withdrawn = 0;       // while they waited: nobody wanted them any more
    std::chrono::nanoseconds waited{}; // in all, of the executed ones
    std::chrono::nanoseconds worked{}; // in all
    duration_counts waits, works;      // the same, one by one
};

// Threads for work that blocks or takes over 100 us: SQL, password hashing. Clients take turns, and each client is
// served in the order it came. Bounded: a job is refused at once if those before it will take, as jobs have taken
// lately, until its latest start has passed; or if the queue is full, unless another client fills it, whose newest job
// gives way (fair_queue). Thread-safe. Must be destroyed before the I/O contexts whose coroutines wait for it.
class workers {
public:
    struct settings {
        std::string name; // of the threads, at most 15 characters are shown
        std::size_t threads = 1;
        std::size_t queue = 1024; // jobs that may wait; one more is refused as overloaded
        int nice = 0;             // of the threads, beside the process's own: work that may give way to others
        // Called on a thread that has had nothing to do for so long, once until it has: to let go of what it keeps.
        std::function<void(std::size_t slot)> when_idle{};
        std::chrono::milliseconds idle_after{1000};
    };

    explicit workers(settings);
    // Finishes what is queued, then joins.
    ~workers();

    // Runs `work(slot)`, which returns a result<T>, on one of the threads and resumes the caller on its own.
    // `work` may refer to the caller's locals: the caller is suspended until it is done. Cancelling the caller (see
    // work_job::wait) frees its place in the queue at once; work that has begun is finished.
    // Errors besides work's own: overloaded (the queue is full, or too long for `latest_start`; or it gave way),
    // timed_out (no thread was free by then after all), cancelled (nobody wants it, or shutting down). What work throws
    // is rethrown to the caller.
    template <class Work>
    task<std::invoke_result_t<Work&, std::size_t>> run(Work work, deadline latest_start = deadline::max(),
                                                       client_key client = 0)
    {
        work_job<Work> mine(work, latest_start, client);
        auto submit = [this](job& j) { enqueue(j); };
        auto take_back = [this](job& j) { return withdraw(j); };
        co_return co_await mine.wait(submit, take_back);
    }

    std::size_t threads() const noexcept { return threads_.size(); }
    queue_statistics statistics() const;
    // How long the threads need, as jobs have taken lately, for all that waits and what is left of those that run.
    std::chrono::nanoseconds backlog() const;
    // Whether a job of this client would be refused as overloaded if it came now, which is counted as one that was. For
    // whoever has work to do before; without an answer of true, the job may be refused all the same.
    bool refuses(client_key client, deadline latest_start);

private:
    void enqueue(job&);
    job* admit(job&);
    bool withdraw(job&);
    void run_jobs(std::size_t slot);
    job& take_next(std::chrono::steady_clock::time_point now);
    bool may_wait(client_key) const;
    bool comes_too_late(client_key, deadline latest_start, std::chrono::steady_clock::time_point now) const;
    void learn(std::chrono::nanoseconds took);

    const settings settings_;
    mutable std::mutex mutex_; // guards everything below but threads_
    std::condition_variable wake_;
    fair_queue queue_; // of jobs
    queue_statistics statistics_;
    std::chrono::nanoseconds usual_{}; // what a job takes: a moving average
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

// Gives the calling thread a name that ps, top and gdb show.
void name_this_thread(const std::string& name) noexcept;

} // namespace watchword::core
