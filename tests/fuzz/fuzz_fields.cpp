// Any bytes as the request fields that middleware reads: no crash, and what is read makes sense. The first byte says
// which field it is.
#include "core/text.hpp"
#include "http/accept_encoding.hpp"
#include "http/conditional.hpp"
#include "http/request_id.hpp"
#include "http/trace_context.hpp"
#include "settings/values.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace watchword;

class no_random final : public core::random_source {
public:
    void fill(std::span<std::byte>) override { std::abort(); } // nobody may need it
};

void demand(bool holds)
{
    if (!holds) std::abort();
}

http::request with(std::string_view name, std::string_view value)
{
    http::request q;
    q.headers = {{name, value}};
    return q;
}

void check_tags(std::string_view value)
{
    if (const auto tag = http::parse_entity_tag(value)) {
        demand(tag->opaque.find('"') == tag->opaque.npos);
        demand(http::equal_weakly(*tag, *tag) && http::equal_strongly(*tag, *tag) == !tag->weak);
        demand(http::is_unchanged(with("If-Match", value), value) == !tag->weak);
        http::response r;
        r.set("ETag", value);
        demand(http::not_modified_if_matched(with("If-None-Match", value), r).status() == http::status::not_modified);
        const std::string list = "W/\"other\" , " + std::string(value) + ",";
        demand(http::not_modified_if_matched(with("If-None-Match", list), r).status() == http::status::not_modified);
    }
    demand(!http::is_unchanged(with("If-Match", value), ""));
}

void check_ids(std::string_view value)
{
    no_random random;
    const http::request_ids ids(random);
    for (const std::string_view name : {"X-Request-Id", "traceparent"}) {
        auto q = with(name, value);
        ids.read(q);
        demand(q.id.size() <= 128 && q.id.find_first_of(" \"\\\r\n<") == q.id.npos);
        demand(q.traceparent.empty() || q.traceparent == value);
        http::response r;
        ids.write(q, r);
        demand(r.header("X-Request-Id") == q.id);
    }
    if (const auto trace = http::parse_traceparent(value))
        demand(core::hex_decode(trace->trace_id).has_value() && core::hex_decode(trace->parent_id).has_value());
}

void check_encodings(std::string_view value)
{
    const bool prefers = http::prefers_gzip(with("Accept-Encoding", value));
    const std::string refused = std::string(value) + ",gzip;q=0";
    demand(!http::prefers_gzip(with("Accept-Encoding", refused)));
    if (prefers) demand(value.find_first_of("gG*") != value.npos);
}

void check_origin(std::string_view value)
{
    if (!settings::is_origin(value)) return;
    demand(value.find_first_of(" ,\r\n/", value.starts_with("http") ? value.find("//") + 2 : 0) == value.npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view value(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) return 0; // the reader lets none through
    switch (data[0] % 4) {
    case 0: check_tags(value); break;
    case 1: check_ids(value); break;
    case 2: check_encodings(value); break;
    default: check_origin(value); break;
    }
    return 0;
}
