#pragma once

#include "http/router.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace watchword::http {

// Counts what a router has answered. Costs one uncontended atomic addition a request. Thread-safe.
class traffic {
public:
    // By the first digit of the status.
    struct counts {
        std::array<std::uint64_t, 6> by_class{};

        std::uint64_t total() const noexcept;
        std::uint64_t of(unsigned first_digit) const noexcept { return by_class.at(first_digit); }
    };

    // `this` must outlive the router.
    void count_in(router&);
    // Since it was made. Each number is exact; that they are of one moment, nobody promises.
    counts read() const noexcept;

private:
    static constexpr std::size_t stripes = 32; // threads beyond that share them
    struct alignas(64) stripe {
        std::array<std::atomic<std::uint64_t>, 6> by_class{};
    };

    std::array<stripe, stripes> stripes_{};
};

} // namespace watchword::http
