#include "api/sign_in_counter.hpp"

#include <utility>

namespace watchword::api {

http::handler sign_in_counter::around(http::handler next)
{
    return [this, next = std::move(next)](http::request& q) { return count(next, q); };
}

core::task<http::response> sign_in_counter::count(const http::handler& next, http::request& q)
{
    auto answered = co_await next(q);
    const auto s = answered.status();
    if (s == http::status::created) succeeded_.fetch_add(1, std::memory_order_relaxed);
    if (s == http::status::unauthorized || s == http::status::forbidden || s == http::status::too_many_requests)
        failed_.fetch_add(1, std::memory_order_relaxed);
    co_return answered;
}

} // namespace watchword::api
