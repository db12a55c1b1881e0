#include "store/connection.hpp"

#include "store/failure.hpp"

namespace watchword::store {

connection::connection(const backend& b, access a) : backend_(b), access_(a), session_(b.connect(a)) {}

session* connection::get() noexcept
{
    if (session_ && session_->is_usable()) return session_.get();
    drop();
    if (std::chrono::steady_clock::now() < next_attempt_) return nullptr;
    try {
        session_ = backend_.connect(access_);
    } catch (...) {
        explain_failure("connecting");
        next_attempt_ = std::chrono::steady_clock::now() + pause;
    }
    return session_.get();
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
