#pragma once

#include "core/durations.hpp"
#include "http/router.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace watchword::http {

// Counts what a router has answered: by route, never by what a client calls a path, so that clients make no new
// counts. Costs uncontended atomic additions, and two questions to the clock where time is measured; memory for a route
// is taken when it is first asked for. Thread-safe.
class traffic {
public:
    // By the first digit of the status.
    struct counts {
        std::array<std::uint64_t, 6> by_class{};

        std::uint64_t total() const noexcept;
        std::uint64_t of(unsigned first_digit) const noexcept { return by_class.at(first_digit); }
    };
    struct answered {
        http::method method; // as it was asked for: HEAD is not GET here
        unsigned status;
        std::uint64_t count;
    };
    struct route_counts {
        std::string_view pattern; // of the router; empty: what has no route
        std::vector<answered> answers;
        core::duration_counts durations; // from the whole request to its answer, without sending; if it is measured
    };
    enum class timing { none, measured };
    static constexpr std::size_t statuses = 32; // that are told apart, and those of no known name together

    traffic() = default;
    ~traffic();
    traffic(const traffic&) = delete;
    traffic& operator=(const traffic&) = delete;

    // Once, before the server starts. Both must outlive what they are told of: `this` the router's answers, and the
    // router this.
    void count_in(router&, timing = timing::none);

    // Since it was made. Each number is exact; that they are of one moment, nobody promises.
    counts read() const noexcept;
    // Those routes that have answered anything.
    std::vector<route_counts> by_route() const;
    // Requests that wait for their answer, if time is measured.
    std::uint64_t in_flight() const noexcept;

private:
    static constexpr std::size_t stripes = 32;      // threads beyond that share them
    static constexpr std::size_t most_routes = 255; // those beyond count as none

    using counter = std::atomic<std::uint64_t>;
    struct row {
        std::array<std::array<counter, statuses>, method_count> answers{};
        std::array<counter, core::duration_buckets> durations{};
        counter nanoseconds{0};
    };
    struct alignas(64) stripe {
        counter begun{0};
        std::array<std::atomic<row*>, most_routes + 1> rows{}; // the first: what has no route
    };

    stripe& own_stripe();
    void begin(request&);
    void note(const request&, const response&);
    template <class Use> void for_each_row(Use) const;

    const router* router_ = nullptr;
    bool is_timed_ = false;
    std::array<std::atomic<stripe*>, stripes> stripes_{};
};

} // namespace watchword::http
