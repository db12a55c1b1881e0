#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/idempotent_requests.hpp"
#include "core/error.hpp"
#include "http/message.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// A POST that carries an Idempotency-Key is done once: whoever sends it again gets the first answer, with
// `Idempotency-Replayed: true`. See accounts/idempotent_requests.hpp for how long, and for what a crash leaves.
//
//   400 invalid_idempotency_key   the field is no key, or there are two
//   409 request_in_progress       the first one is still under way after some seconds; with Retry-After
//   409 outcome_unknown           the first one may have been done: the server stopped before it had stored the answer
//   422 idempotency_key_reused    the key came with another body or query before
//
// What a handler answers is stored with its fields, but for 5xx, 429 and exceptions: then the key is free again, and
// who sends the request again has it done anew, as those answers say. (A 503 `unavailable` may be of a change that was
// made after all; what must not be made twice needs a unique key in the database as well.) Whatever stands around the
// handler, such as the check of a token, is done for every request, and its answers are not stored: keyed() belongs
// inside of guards and rate limits. Requests without the field, or with another method, pay for the question only.
namespace watchword::api {

// The key of a request: 1 to 255 visible ASCII characters, in a string of RFC 8941 ("…") or bare, then without '"',
// comma, ';' and '\'; both mean the same key. Nothing if there is no such field; invalid_input.
core::result<std::optional<std::string>> read_idempotency_key(const http::request&);

// Whose key it is; keys of different callers have nothing to do with each other.
std::string address_caller(const http::request&);       // "address:192.0.2.7"; an IPv6 client's is its /64
std::string bearer_caller(const accounts::bearer& who); // "user:ID"

// What stands between a request with a key and what does it. The request and what is referred to must outlive the task.
core::task<http::response> answer_once(accounts::idempotent_requests&, http::request&, std::string caller,
                                       http::handler next);
// Whether answer_once() has anything to do.
bool is_keyed(const http::request&) noexcept;

// A handler that does what `next` does once for each key. The requests must outlive it.
http::handler keyed(accounts::idempotent_requests&, http::handler next,
                    std::function<std::string(const http::request&)> caller_of = address_caller);

// The same inside of a guard, whose handlers are told who is calling: require_bearer(tokens, keyed_for<bearer>(…)).
template <class Identity>
std::function<core::task<http::response>(http::request&, Identity)>
keyed_for(accounts::idempotent_requests& requests,
          std::function<core::task<http::response>(http::request&, Identity)> next,
          std::function<std::string(const Identity&)> caller_of)
{
    return [&requests, next = std::move(next), caller_of = std::move(caller_of)](http::request& q, Identity who) {
        if (!is_keyed(q)) return next(q, std::move(who));
        auto caller = caller_of(who);
        http::handler as_caller = [next, who = std::move(who)](http::request& r) { return next(r, who); };
        return answer_once(requests, q, std::move(caller), std::move(as_caller));
    };
}

} // namespace watchword::api
