#pragma once

#include "http/message.hpp"

#include <atomic>
#include <cstdint>

namespace watchword::api {

// How sign-ins end, at whatever route. Thread-safe.
class sign_in_counter {
public:
    // `this` must outlive the handler.
    http::handler around(http::handler next);

    std::uint64_t succeeded() const noexcept { return succeeded_.load(std::memory_order_relaxed); }
    std::uint64_t failed() const noexcept { return failed_.load(std::memory_order_relaxed); }

private:
    core::task<http::response> count(const http::handler& next, http::request&);

    std::atomic<std::uint64_t> succeeded_{0}, failed_{0};
};

} // namespace watchword::api
