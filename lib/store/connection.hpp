#pragma once

#include "store/session.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace watchword::store {

// A session that is opened again when it has broken. Waiting for a dead server does not become all a thread does:
// attempts go on without it, one at a time and with pauses between them, and until one succeeds there is no session.
// One thread at a time. The backend must outlive it.
class connection {
public:
    // Connects; throws what backend::connect throws.
    connection(const backend&, access);

    // A usable session; null, after logging why, if the database cannot be reached.
    session* get() noexcept;
    // The same if it is there already; null otherwise.
    session* find() noexcept { return session_ && session_->is_usable() ? session_.get() : nullptr; }
    // A usable session with a transaction begun. A connection that turns out to be broken is replaced once: so far
    // nothing was asked of it.
    session* begin() noexcept;
    // For a session in a state that is no longer known: the next one will be new.
    void drop() noexcept { session_.reset(); }

    const backend& on() const noexcept { return backend_; }

private:
    static constexpr std::chrono::milliseconds pause{250}; // between attempts to connect
    // That a new attempt is waited for: after a connection was lost, and while none has succeeded since.
    static constexpr std::chrono::milliseconds patience{500}, short_patience{50};
    static constexpr std::chrono::seconds most_age{60}; // of an attempt: it hangs, another may not

    std::unique_ptr<session> reconnect();

    const backend& backend_;
    const access access_;
    std::unique_ptr<session> session_;
    std::unique_ptr<attempt<session>> attempt_; // under way, or null
    // When an attempt failed or was not waited for, if none has succeeded since.
    std::optional<std::chrono::steady_clock::time_point> failed_at_;
    std::chrono::steady_clock::time_point next_attempt_{};
};

} // namespace watchword::store
