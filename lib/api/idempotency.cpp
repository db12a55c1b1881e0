#include "api/idempotency.hpp"

#include "api/answers.hpp"
#include "api/client.hpp"
#include "api/stored_response.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <exception>

namespace watchword::api {
namespace {

using accounts::idempotent_requests;
using http::problem;
using http::request;
using http::response;
using http::status;
using verdict = idempotent_requests::verdict;

constexpr std::string_view field_name = "Idempotency-Key";
constexpr std::size_t longest_key = 255;

// What a structured string of visible characters means; nothing for any other text.
std::optional<std::string> unquoted(std::string_view text)
{
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::string key;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') return std::nullopt;
        if (text[i] == '\\' && (++i == text.size() || (text[i] != '"' && text[i] != '\\'))) return std::nullopt;
        key.push_back(text[i]);
    }
    return key;
}

std::optional<std::string> key_in(std::string_view field)
{
    std::optional<std::string> key;
    if (field.starts_with('"')) {
        key = unquoted(field);
    } else if (field.find_first_of("\",;\\") == field.npos) {
        key = std::string(field);
    }
    const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
    if (!key || key->empty() || key->size() > longest_key || !std::all_of(key->begin(), key->end(), is_visible))
        return std::nullopt;
    return key;
}

response invalid_key()
{
    return problem(status::bad_request, "invalid_idempotency_key",
                   "Idempotency-Key must be one string of 1 to 255 visible ASCII characters, in double quotes.");
}

// What is said of all but the first.
response refuse(verdict v)
{
    if (v == verdict::other_request)
        return problem(status::unprocessable_content, "idempotency_key_reused",
                       "This Idempotency-Key came with another request before: a new request needs a new key.");
    if (v == verdict::outcome_unknown)
        return problem(
            status::conflict, "outcome_unknown",
            "The request with this Idempotency-Key may have been done, but its answer is not known: look, and "
            "send it with a new key if it was not.");
    auto r = problem(status::conflict, "request_in_progress",
                     "The request with this Idempotency-Key is under way; try again shortly.");
    r.set("Retry-After", "1");
    return r;
}

response repeat(const core::secret_string& answer)
{
    auto r = read_response(answer.view());
    if (!r) return refuse(verdict::outcome_unknown); // of a version of Watchword that writes them differently
    r->set("Idempotency-Replayed", "true");
    return std::move(*r);
}

bool is_worth_keeping(status s) noexcept
{
    return static_cast<unsigned>(s) < 500 && s != status::too_many_requests;
}

// Does it, and says how it ended.
core::task<response> do_first(idempotent_requests& requests, request& q, http::handler next,
                              idempotent_requests::turn mine)
{
    std::exception_ptr failure;
    std::optional<response> r;
    try {
        response answered = co_await next(q);
        r.emplace(std::move(answered));
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure || !is_worth_keeping(r->status())) {
        co_await requests.give_up(std::move(mine));
        if (failure) std::rethrow_exception(failure);
        co_return std::move(*r);
    }
    auto kept = write_response(*r);
    core::secret_string answer;
    if (kept) answer = std::move(*kept);
    co_await requests.finish(std::move(mine), std::move(answer));
    co_return std::move(*r);
}

} // namespace

core::result<std::optional<std::string>> read_idempotency_key(const request& q)
{
    std::optional<std::string> key;
    for (const auto& [name, value] : q.headers) {
        if (!core::iequals(name, field_name)) continue;
        if (key) return core::errc::invalid_input;
        key = key_in(value);
        if (!key) return core::errc::invalid_input;
    }
    return key;
}

std::string address_caller(const request& q)
{
    const auto address = address_of(q);
    if (!address) return "address:";
    const auto plain = core::unmapped(*address);
    if (plain.is_v4()) return "address:" + plain.to_string();
    const auto bytes = plain.to_v6().to_bytes();
    return "address:" + core::hex_encode({reinterpret_cast<const char*>(bytes.data()), 8});
}

std::string bearer_caller(const accounts::bearer& who)
{
    return "user:" + who->public_id;
}

bool is_keyed(const request& q) noexcept
{
    if (q.method != http::method::post) return false;
    return std::any_of(q.headers.begin(), q.headers.end(),
                       [](const http::header_field& f) { return core::iequals(f.name, field_name); });
}

core::task<response> answer_once(idempotent_requests& requests, request& q, std::string caller, http::handler next)
{
    const auto key = read_idempotency_key(q);
    if (!key || !*key) co_return invalid_key();
    const std::string operation = std::string(http::to_string(q.method)) + " " + std::string(q.path);
    const accounts::idempotent_request asked{caller, operation, **key, q.query, q.body};
    auto begun = co_await requests.begin(asked);
    if (!begun) co_return failure(begun.error());
    if (begun->what == verdict::repeated) co_return repeat(begun->answer);
    if (begun->what != verdict::first) co_return refuse(begun->what);
    co_return co_await do_first(requests, q, std::move(next), std::move(begun->mine));
}

http::handler keyed(idempotent_requests& requests, http::handler next,
                    std::function<std::string(const request&)> caller_of)
{
    return [&requests, next = std::move(next), caller_of = std::move(caller_of)](request& q) {
        if (!is_keyed(q)) return next(q);
        auto caller = caller_of(q);
        return answer_once(requests, q, std::move(caller), next);
    };
}

} // namespace watchword::api
