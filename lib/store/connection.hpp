#pragma once

#include "store/session.hpp"

#include <chrono>
#include <memory>

namespace watchword::store {

// A session that is opened again when it has broken, but not so often that waiting for a dead server becomes all a
// thread does. One thread at a time. The backend must outlive it.
class connection {
public:
    // Connects; throws what backend::connect throws.
    connection(const backend&, access);

    // A usable session; null, after logging why, if the database cannot be reached.
    session* get() noexcept;
    // The same with a transaction begun. A connection that turns out to be broken is replaced once: so far nothing
    // was asked of it.
    session* begin() noexcept;
    // For a session in a state that is no longer known: the next one will be new.
    void drop() noexcept { session_.reset(); }

private:
    static constexpr std::chrono::milliseconds pause{250}; // between attempts to connect

    const backend& backend_;
    const access access_;
    std::unique_ptr<session> session_;
    std::chrono::steady_clock::time_point next_attempt_{};
};

} // namespace watchword::store
