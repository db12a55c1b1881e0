#include "api/verify.hpp"

#include "api/bearer_guard.hpp"
#include "api/verify_answer.hpp"
#include "http/middleware.hpp"

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;

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

operation declared()
{
    operation o;
    o.path = "/v1/verify";
    o.id = "verify";
    o.group = "Tokens";
    o.summary = "Ask for a reverse proxy whether a request may pass";
    o.description = "Every method is answered alike; so is everything below /v1/verify/, where the query is the "
                    "client's and there are no conditions.";
    o.who = access::token;
    o.query = {{"role", list_of(text(1)), "A role that the user must have; may be repeated."},
               {"scope", text(1), "Words that the token's scope must have."}};
    o.answers = {{status::ok, "It may: X-User-Id, X-User-Email, X-User-Roles and X-User-Scope tell who asks."}};
    o.problems = {status::forbidden};
    return o;
}

} // namespace

void add_verify_routes(operations& all, accounts::bearer_tokens& tokens, session_cookies* cookies)
{
    const auto here = http::no_store()(require_bearer(tokens, verify, cookies));
    const auto below = http::no_store()(require_bearer(tokens, verify_below, cookies));
    all.add(declared(), here);
    // OPTIONS and HEAD, too: what the router answers by itself would let everybody in.
    for (std::size_t i = 0; i < http::method_count; ++i) {
        const auto method = static_cast<http::method>(i);
        if (method != http::method::get) all.router().add(method, "/v1/verify", here);
        all.router().add(method, "/v1/verify/{*}", below);
    }
}

} // namespace watchword::api
