#include "api/verify.hpp"

#include "api/bearer_guard.hpp"
#include "api/verify_answer.hpp"
#include "http/middleware.hpp"

namespace watchword::api {
namespace {

using http::request;
using http::response;

core::task<response> verify(request& q, accounts::bearer who)
{
    // "/v1/verify?" is a condition that somebody forgot to fill in.
    if (q.query.empty() && q.target.ends_with('?')) co_return refuse_conditions();
    co_return answer_verified(*who, q.query);
}

core::task<response> verify_below(request&, accounts::bearer who)
{
    co_return answer_verified(*who, std::string_view());
}

} // namespace

void add_verify_routes(http::router& r, accounts::bearer_tokens& tokens, session_cookies* cookies)
{
    const auto here = http::no_store()(require_bearer(tokens, verify, cookies));
    const auto below = http::no_store()(require_bearer(tokens, verify_below, cookies));
    // OPTIONS and HEAD, too: what the router answers by itself would let everybody in.
    for (std::size_t i = 0; i < http::method_count; ++i) {
        const auto method = static_cast<http::method>(i);
        r.add(method, "/v1/verify", here);
        r.add(method, "/v1/verify/{*}", below);
    }
}

} // namespace watchword::api
