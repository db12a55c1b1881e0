#pragma once

#include "api/rate_limit_fields.hpp"
#include "core/network.hpp"
#include "core/once_a_second.hpp"
#include "core/random.hpp"
#include "http/message.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace watchword::api {

// By default there are no limits. One client: core::address_key.
struct rate_limit_settings {
    core::rate address_sign_ins, address_failures, address_sign_ups; // of one client
    core::rate total_sign_ins, total_sign_ups;                       // of all together
    core::network_list exempt;                                       // clients that none of them holds for
    std::size_t keys = 65'536;                                       // clients that each limit remembers
};

// How often clients may sign in and up. An attempt is counted before its body is read and anything is looked up, so
// that however many come at once, no more than the limit get through; one that is refused counts nothing and costs
// little. What is refused is answered 429 (rate_limit_fields.hpp) and logged, one line a second at the most.
//
// A client whose address nobody knows, on a Unix-domain socket, meets the limits of all together only. Thread-safe.
class rate_limits {
public:
    using time_source = std::function<core::steady_time()>;
    enum class told { when_refused, always }; // RateLimit and RateLimit-Policy, of the client's own limits

    // std::bad_alloc.
    rate_limits(const rate_limit_settings&, core::random_source&, time_source now = std::chrono::steady_clock::now);
    rate_limits(const rate_limits&) = delete; // its handlers refer to it
    rate_limits& operator=(const rate_limits&) = delete;

    // A handler that asks these limits before `next`. This must outlive it. Where there are no limits it is `next`.
    http::handler around_sign_ups(http::handler next, told = told::when_refused);
    // Here each attempt counts as a failure until it is known to be none: if `next` answers 4xx it stays one, if it
    // answers anything else, 429 among it, or throws, the attempt was good or was not judged.
    http::handler around_sign_ins(http::handler next, told = told::when_refused);
    // The same for those who show a token that must be good, such as a refresh token: only failures have a limit, that
    // of address_failures once more, so that who cannot sign in any more keeps the session he has.
    http::handler around_tokens(http::handler next, told = told::when_refused);

    // How often each limit that there is was asked, and said no. Named as its setting; that of tokens: token_failures.
    struct decisions {
        std::string_view limit;
        std::uint64_t allowed, refused;
    };
    std::vector<decisions> count() const;

private:
    struct tally {
        std::atomic<std::uint64_t> allowed{0}, refused{0};
        void note(bool is_allowed) noexcept
        {
            (is_allowed ? allowed : refused).fetch_add(1, std::memory_order_relaxed);
        }
    };
    // A limit of each client's own.
    struct own_limit {
        own_limit(std::string_view n, core::rate r, std::size_t keys, core::siphash_key secret)
            : name(n), rate(r), buckets(r, keys, secret)
        {}
        std::string_view name;
        core::rate rate;
        core::token_buckets buckets;
        tally asked{};
    };
    struct common_limit {
        common_limit(std::string_view n, core::rate r) : name(n), rate(r), bucket(r) {}
        std::string_view name;
        core::rate rate;
        core::token_bucket bucket;
        tally asked{};
    };
    // What holds for one kind of attempt; null: no such limit.
    struct attempt {
        own_limit* failures;
        own_limit* every;
        common_limit* total;
        told tells;
    };
    class reservation;
    class limited;

    http::handler limit(const attempt&, http::handler next);
    http::response refuse(const quota&, std::string_view address, core::steady_time now, std::string_view detail);

    const core::network_list exempt_;
    const time_source now_;
    std::optional<own_limit> sign_ins_, failures_, sign_ups_, bad_tokens_;
    std::optional<common_limit> all_sign_ins_, all_sign_ups_;
    std::atomic<std::uint64_t> refused_{0}; // and not logged yet
    core::once_a_second lines_;
};

} // namespace watchword::api
