#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace watchword::store {

// Something that is made on a thread of its own, because nobody knows how long it will take and nothing can interrupt
// it: a name that is looked up, a server that accepts connections and then says nothing. Whoever wants it waits as
// long as he likes; if he gives up, it is destroyed over there as soon as it is made. One thread.
template <class T> class attempt {
public:
    using clock = std::chrono::steady_clock;

    // `make` returns a unique_ptr<T> or throws; it must own what it refers to. Throws std::system_error.
    explicit attempt(std::function<std::unique_ptr<T>()> make)
    {
        std::thread([make = std::move(make), shared = shared_]() mutable {
            std::unique_ptr<T> made;
            std::exception_ptr failure;
            try {
                made = make();
            } catch (...) {
                failure = std::current_exception();
            }
            make = nullptr;
            const std::lock_guard lock(shared->mutex);
            if (shared->abandoned) return;
            shared->made = std::move(made);
            shared->failure = std::move(failure);
            shared->done = true;
            shared->changed.notify_all();
        }).detach();
    }
    ~attempt()
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->abandoned = true;
    }
    attempt(const attempt&) = delete;
    attempt& operator=(const attempt&) = delete;

    // Whether it is done; waits until then, or for as long as it may.
    bool is_done(clock::duration wait = {})
    {
        std::unique_lock lock(shared_->mutex);
        return shared_->changed.wait_until(lock, clock::now() + wait, [this] { return shared_->done; });
    }
    // What was made; throws what was thrown. Once, when it is done.
    std::unique_ptr<T> take()
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->failure) std::rethrow_exception(std::exchange(shared_->failure, nullptr));
        return std::move(shared_->made);
    }
    clock::duration age() const { return clock::now() - since_; }

private:
    struct state {
        std::mutex mutex; // guards the others
        std::condition_variable changed;
        bool done = false, abandoned = false;
        std::unique_ptr<T> made;
        std::exception_ptr failure;
    };
    const std::shared_ptr<state> shared_ = std::make_shared<state>();
    const clock::time_point since_ = clock::now();
};

} // namespace watchword::store
