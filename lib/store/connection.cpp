#include "store/connection.hpp"

#include "store/failure.hpp"

#include <stdexcept>
#include <thread>

namespace watchword::store {

connection::connection(const backend& b, access a) : backend_(b), access_(a), session_(b.connect(a)) {}

session* connection::get() noexcept
{
    if (session* const s = find()) return s;
    drop();
    try {
        session_ = reconnect();
        if (session_) failed_at_.reset();
    } catch (...) {
        explain_failure("connecting");
        failed_at_ = std::chrono::steady_clock::now();
        next_attempt_ = *failed_at_ + pause;
    }
    return session_.get();
}

// Null: not yet.
std::unique_ptr<session> connection::reconnect()
{
    // A thread that fails at once would take more jobs from the queue than those that are connected and work.
    const bool others_work = failed_at_ && backend_.last_answered() > *failed_at_;
    const bool is_patient = !failed_at_ || others_work;
    auto wait = is_patient ? patience : short_patience;
    if (attempt_) {
        if (!is_patient) wait = {};
    } else {
        if (std::chrono::steady_clock::now() < next_attempt_) {
            if (!others_work) return nullptr;
            std::this_thread::sleep_until(next_attempt_);
        }
        attempt_ = backend_.begin_connecting(access_);
        if (!attempt_) return backend_.connect(access_);
    }
    const bool done = attempt_->is_done(wait);
    if (!done && attempt_->age() <= most_age) {
        failed_at_ = std::chrono::steady_clock::now();
        return nullptr;
    }
    const auto ended = std::move(attempt_);
    if (!done) throw std::runtime_error("the database's server does not answer");
    return ended->take();
}

session* connection::begin() noexcept
{
    for (bool again = true;; again = false) {
        session* const s = get();
        if (s == nullptr) return nullptr;
        const auto start = std::chrono::steady_clock::now(); // NOLINT(clang-analyzer-deadcode.DeadStores): read below
        try {
            s->begin();
            return s;
        } catch (...) {
            explain_failure("beginning a transaction");
        }
        // A server that took long to fail may do so again; whoever waits has waited enough.
        const bool at_once = std::chrono::steady_clock::now() - start < pause;
        const bool broken = !s->is_usable();
        drop();
        if (broken && !at_once) failed_at_ = std::chrono::steady_clock::now();
        if (!broken || !at_once || !again) return nullptr;
    }
}

} // namespace watchword::store
