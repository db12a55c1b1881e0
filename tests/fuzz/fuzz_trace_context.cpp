// Any traceparent and tracestate: what is accepted is made of pieces of it, is what it is however often it is read, and
// may stand in a log and in JSON as it is; what is written by the standard is accepted.
#include "http/request_id.hpp"
#include "http/trace_context.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace watchword;

namespace {

void require(bool so)
{
    if (!so) std::abort();
}

bool is_hex(std::string_view text, std::size_t size)
{
    return text.size() == size && text.find_first_not_of("0123456789abcdef") == text.npos;
}

class no_random final : public core::random_source {
    void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{0x5a}); }
};

void check_parent(std::string_view text)
{
    const auto c = http::parse_traceparent(text);
    if (!c) return;
    require(is_hex(c->trace_id, 32) && is_hex(c->parent_id, 16));
    require(c->trace_id != std::string(32, '0') && c->parent_id != std::string(16, '0'));
    const std::string mine = "00-" + std::string(c->trace_id) + "-" + std::string(c->parent_id) + "-01";
    const auto again = http::parse_traceparent(mine);
    require(again && again->trace_id == c->trace_id && again->flags == 1);
}

void check_state(std::string_view text)
{
    const auto all = http::parse_tracestate(text);
    if (!all) return;
    require(all->size() <= http::most_trace_state_entries);
    std::string written;
    for (const auto& [key, value] : *all) {
        require(!key.empty() && key.size() <= 256 && !value.empty() && value.size() <= 256);
        require(std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; }));
        written.append(written.empty() ? "" : ",").append(key).append("=").append(value);
    }
    const auto again = http::parse_tracestate(written);
    require(again && *again == *all);
}

} // namespace

// The first line is a traceparent, the second a tracestate, those behind it more of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    no_random random;
    const http::request_ids ids(random);
    http::request q;
    for (std::size_t begin = 0, line = 0; begin <= text.size() && line < 50; ++line) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto value = text.substr(begin, end - begin);
        if (line == 0) check_parent(value);
        check_state(value);
        q.headers.push_back({line == 0 ? "traceparent" : "tracestate", value});
        begin = end + 1;
    }
    ids.read(q);
    require(q.traceparent.empty() == q.trace_id.empty());
    require(q.trace_id.empty() || is_hex(q.trace_id, 32));
    require(q.tracestate.empty() || (!q.trace_id.empty() && http::parse_tracestate(q.tracestate)));
    return 0;
}
