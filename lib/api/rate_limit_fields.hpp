#pragma once

#include "core/token_buckets.hpp"
#include "http/message.hpp"

#include <span>
#include <string_view>

// What clients are told of limits, as draft-ietf-httpapi-ratelimit-headers-11 has it.
namespace watchword::api {

// A limit as one client meets it.
struct quota {
    std::string_view policy; // its name: letters, digits, underscores
    core::rate limit;
    core::taken state;
};

// Adds RateLimit-Policy, RateLimit-Policy: "a";q=600;w=60, and RateLimit, RateLimit: "a";r=599;t=60, with an item for
// each (sections 3 and 4). While something is left, `t` is the limit's whole period, so that a client that spreads what
// is left over it is never refused; else it is the time until there is something.
void add_rate_limit_fields(http::response&, std::span<const quota>);

// The 429 of a limit that is reached: problem details, Retry-After and the fields above.
http::response too_many_requests(const quota&, std::string_view detail);

} // namespace watchword::api
