#include "http/request_id.hpp"

#include "core/log.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace watchword::http {
namespace {

constexpr std::size_t longest_id = 128;
constexpr std::string_view id_field = "X-Request-Id", trace_field = "traceparent";

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

bool is_lower_hex(std::string_view text) noexcept
{
    return text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_trace_id(std::string_view text) noexcept
{
    return is_lower_hex(text) && text.find_first_not_of('0') != text.npos;
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

} // namespace

std::optional<trace_context> parse_traceparent(std::string_view text) noexcept
{
    constexpr std::size_t size_of_00 = 55; // 00-<32>-<16>-<2>
    if (text.size() < size_of_00 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    const auto version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16),
               flags = text.substr(53, 2);
    if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(flags)) return std::nullopt;
    const bool longer = text.size() > size_of_00;
    if (longer && (version == "00" || text[size_of_00] != '-')) return std::nullopt;
    if (!is_trace_id(trace) || !is_trace_id(parent)) return std::nullopt;
    return trace_context{trace, parent,
                         static_cast<std::uint8_t>(core::hex_value(flags[0]) * 16 + core::hex_value(flags[1]))};
}

void request_ids::read(request& q) const
{
    std::string_view id, parent;
    bool has_id = false;
    std::size_t parents = 0;
    for (const auto& [name, value] : q.headers) {
        if (name.size() == id_field.size() && !has_id && core::iequals(name, id_field)) {
            id = value;
            has_id = true;
        } else if (name.size() == trace_field.size() && core::iequals(name, trace_field)) {
            parent = value;
            ++parents;
        }
    }
    const auto trace = parents == 1 ? parse_traceparent(parent) : std::nullopt; // of two, nobody knows which counts
    q.traceparent = trace ? parent : std::string_view();
    q.id = is_id(id) ? id : trace ? trace->trace_id : std::string_view();
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
        core::log::error("a request has no id", {{"what", e.what()}});
    }
    return q.id;
}

void request_ids::write(request& q, response& r) const
{
    const bool failed = r.status() >= status::internal_server_error;
    if (failed) of(q);
    if (q.id.empty()) return;
    if (!r.has(id_field)) r.set(id_field, q.id);
    if (failed && r.content_type() == "application/problem+json") add_member(r, "request_id", q.id);
}

} // namespace watchword::http
