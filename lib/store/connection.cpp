#include "store/connection.hpp"

#include "store/failure.hpp"

#include <stdexcept>

namespace watchword::store {

connection::connection(const backend& b, access a) : backend_(b), access_(a), session_(b.connect(a)) {}

session* connection::get() noexcept
{
    if (session_ && session_->is_usable()) return session_.get();
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
    if (failed_at_ && backend_.last_connected() > *failed_at_) { // the server is back
        failed_at_.reset();
        next_attempt_ = {};
    }
    auto wait = failed_at_ ? short_patience : patience;
    if (attempt_) {
        if (failed_at_) wait = {};
    } else {
        if (std::chrono::steady_clock::now() < next_attempt_) return nullptr;
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
        try {
            s->begin();
            return s;
        } catch (...) {
            explain_failure("beginning a transaction");
        }
        const bool broken = !s->is_usable();
        drop();
        if (!broken || !again) return nullptr;
    }
}

} // namespace watchword::store
