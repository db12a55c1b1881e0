#pragma once

#include "core/network.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace watchword::http {

class connection_place;

// How many connections there are, in all and of each client. Holds memory only for clients that have connections.
// Thread-safe.
class connection_counter {
public:
    // `seed`: see core::address_hash.
    explicit connection_counter(std::uint64_t seed) : clients_(0, core::address_hash(seed)) {}

    std::size_t all() const noexcept { return all_.load(std::memory_order_relaxed); }

private:
    friend class connection_place;
    bool enter(std::size_t most) noexcept;
    void leave() noexcept;
    bool enter(const core::ip_address&, std::size_t most);
    void leave(const core::ip_address&) noexcept;

    std::atomic<std::size_t> all_{0};
    std::mutex mutex_; // guards clients_; held for one look-up when a connection begins and one when it ends
    std::unordered_map<core::address_key, std::size_t, core::address_hash> clients_;
};

// A connection's place in the count, given back when it is destroyed. Made empty: not counted. One thread.
class connection_place {
public:
    connection_place() = default;
    ~connection_place();
    connection_place(connection_place&& other) noexcept
        : counter_(std::exchange(other.counter_, nullptr)), client_(std::exchange(other.client_, std::nullopt))
    {}
    connection_place& operator=(connection_place&&) = delete;

    // Empty if there are `most` already. `counter` must outlive it.
    static connection_place take(connection_counter& counter, std::size_t most) noexcept;
    explicit operator bool() const noexcept { return counter_ != nullptr; }
    // Of a client's `most` too, once, unless it is empty; false if they are taken. std::bad_alloc.
    bool take_of_client(const core::ip_address& client, std::size_t most);

private:
    explicit connection_place(connection_counter* counter) : counter_(counter) {}

    connection_counter* counter_ = nullptr;
    std::optional<core::ip_address> client_;
};

} // namespace watchword::http
