#pragma once

#include "support/ledger.hpp"
#include "support/test_form.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace watchword::test {

struct load_settings {
    // Of every address: it tells this load's accounts from all others.
    std::string prefix = "a-";
    // Each has one request under way and sends the next as soon as that is answered.
    std::size_t connections = 128;
    // After one acknowledged sign-up in so many, its owner logs in; 0: never.
    std::size_t log_in_every = 0;
    // One sign-up in so many lacks a password, and is refused; 0: none.
    std::size_t refuse_every = 50;
    // A connection that ends is replaced, again and again, instead of being missed.
    bool reconnect = false;
};

struct load_counts {
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    std::uint64_t unavailable = 0; // sign-ups that were answered 503
    std::uint64_t unanswered = 0;  // sign-ups whose connection ended first
    std::uint64_t strange = 0;     // anything else; `example` is one of them
    std::uint64_t logins = 0, failed_logins = 0;
    std::size_t under_way = 0;                  // requests that wait for their answer
    std::chrono::milliseconds longest{};        // that any answer took
    std::chrono::steady_clock::time_point last; // when the latest 201 to a sign-up came; the epoch if there was none
    std::string example;
};

// Clients that sign up as fast as they are answered, in a thread of their own, and keep a ledger of it. A client that
// was answered 503 pauses for 10 ms. Thread-safe, but for stop().
class ledger_load {
public:
    // std::runtime_error if the ledger cannot be written or the address is none.
    ledger_load(std::string address, const std::string& ledger_file, load_settings = {});
    // Stops.
    ~ledger_load();

    load_counts counts() const;
    // Sends no more, waits for answers, but not longer than `limit`, and syncs the ledger. Rethrows what went wrong in
    // the thread. The counts stay.
    void stop(std::chrono::milliseconds limit = at_most(std::chrono::seconds(20)));

private:
    class clients;

    const std::unique_ptr<clients> clients_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::int64_t> limit_ms_{0};
    std::exception_ptr failure_;
    std::thread thread_;
};

} // namespace watchword::test
