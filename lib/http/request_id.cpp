#include "http/request_id.hpp"

#include "core/log.hpp"
#include "core/text.hpp"
#include "http/trace_context.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace watchword::http {
namespace {

constexpr std::size_t longest_id = 128;
constexpr std::string_view id_field = "X-Request-Id", trace_field = "traceparent", state_field = "tracestate";

// None of them needs escaping in JSON, in a header field or in a log line.
constexpr auto id_bytes = [] {
    std::array<bool, 256> ok{};
    for (std::size_t c = 'a'; c <= 'z'; ++c) ok[c] = true;
    for (std::size_t c = 'A'; c <= 'Z'; ++c) ok[c] = true;
    for (std::size_t c = '0'; c <= '9'; ++c) ok[c] = true;
    for (const char c : std::string_view("._~:+/=@-")) ok[static_cast<unsigned char>(c)] = true;
    return ok;
}();

bool is_id(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= longest_id &&
           std::all_of(text.begin(), text.end(), [](char c) { return id_bytes[static_cast<unsigned char>(c)]; });
}

// Members are added before the brace that ends the object.
void add_member(response& r, std::string_view name, std::string_view value)
{
    std::string body(r.body());
    const auto end = body.rfind('}');
    if (end == body.npos) return;
    body.insert(end, std::string(",\"").append(name).append("\":\"").append(value).append("\""));
    r.replace_body(std::move(body));
}

// One that is malformed is dropped, and the trace goes on without (section 3.3.1.5).
void read_state(request& q)
{
    for (const auto& [name, value] : q.headers)
        if (core::iequals(name, state_field)) q.tracestate.append(q.tracestate.empty() ? "" : ",").append(value);
    if (!parse_tracestate(q.tracestate)) q.tracestate.clear();
}

} // namespace

void request_ids::read(request& q) const
{
    q.ids = this;
    std::string_view id, parent;
    bool has_id = false, has_state = false;
    std::size_t parents = 0;
    for (const auto& [name, value] : q.headers) {
        if (name.size() == id_field.size() && !has_id && core::iequals(name, id_field)) {
            id = value;
            has_id = true;
        } else if (name.size() == trace_field.size() && core::iequals(name, trace_field)) {
            parent = value;
            ++parents;
        } else if (name.size() == state_field.size() && core::iequals(name, state_field)) {
            has_state = true;
        }
    }
    const auto trace = parents == 1 ? parse_traceparent(parent) : std::nullopt; // of two, nobody knows which counts
    q.traceparent = trace ? parent : std::string_view();
    q.trace_id = trace ? trace->trace_id : std::string_view();
    q.tracestate.clear();
    if (trace && has_state) read_state(q);
    q.id = is_id(id) ? id : q.trace_id;
    if (q.id.empty() && make_ == when::always) of(q);
}

std::string_view request_ids::of(request& q) const noexcept
{
    if (!q.id.empty()) return q.id;
    try {
        std::array<char, 16> bytes;
        random_.fill(std::as_writable_bytes(std::span(bytes)));
        q.made_id = core::hex_encode({bytes.data(), bytes.size()});
        q.id = q.made_id;
    } catch (const std::exception& e) {
        core::log::error("a request has no id", {{"reason", e.what()}});
    }
    return q.id;
}

void request_ids::write(request& q, response& r) const
{
    const bool failed = r.status() >= status::internal_server_error;
    if (failed) of(q);
    if (q.id.empty()) return;
    if (!r.has(id_field)) r.set(id_field, q.id);
    if (!failed || r.content_type() != "application/problem+json") return;
    add_member(r, "request_id", q.id);
    if (!q.trace_id.empty()) add_member(r, "trace_id", q.trace_id);
}

} // namespace watchword::http
