#include "api/rate_limit_fields.hpp"

#include <chrono>
#include <string>

namespace watchword::api {
namespace {

// Never earlier than it takes: a client that comes back then is not refused again.
std::string seconds_until(std::chrono::nanoseconds wait)
{
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
}

// An Item of RFC 9651, a String with an Integer for each parameter; the name needs no escapes.
void append_item(std::string& list, std::string_view name)
{
    list.append(list.empty() ? "\"" : ", \"").append(name).append("\"");
}

} // namespace

void add_rate_limit_fields(http::response& r, std::span<const quota> quotas)
{
    std::string policies, limits;
    for (const auto& each : quotas) {
        append_item(policies, each.policy);
        const auto period = std::to_string(each.limit.period.count());
        policies.append(";q=").append(std::to_string(each.limit.count)).append(";w=").append(period);
        append_item(limits, each.policy);
        limits.append(";r=").append(std::to_string(each.state.remaining));
        limits.append(";t=").append(each.state.remaining > 0 ? period : seconds_until(each.state.wait));
    }
    if (policies.empty()) return;
    r.set("RateLimit-Policy", policies);
    r.set("RateLimit", limits);
}

http::response too_many_requests(const quota& q, std::string_view detail)
{
    auto r = http::problem(http::status::too_many_requests, "rate_limited", detail);
    r.set("Retry-After", seconds_until(q.state.wait));
    r.set_literal_lines("Cache-Control: no-store\r\n");
    add_rate_limit_fields(r, std::span(&q, 1));
    return r;
}

} // namespace watchword::api
