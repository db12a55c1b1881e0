#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace watchword::http {

// What the connections of one thread read requests into: bytes, and what they say. A connection holds a piece only
// while it has a request: an idle one holds none, and the piece used last, which the cache still has, is used next. One
// thread.
class read_memory {
public:
    struct piece {
        std::unique_ptr<char[]> bytes;
        std::size_t capacity = 0;
        std::unique_ptr<request> parsed; // says nothing, but has room for fields
    };
    static constexpr std::size_t piece_bytes = 4096;

    // std::bad_alloc.
    piece take()
    {
        if (!spare_.empty()) {
            piece p = std::move(spare_.back());
            spare_.pop_back();
            return p;
        }
        piece p{std::make_unique_for_overwrite<char[]>(piece_bytes), piece_bytes, std::make_unique<request>()};
        p.parsed->headers.reserve(fields);
        spare_.reserve(kept); // so that giving back cannot fail
        return p;
    } // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): moved to the caller

    // A piece that has grown, or whose request has many fields, is freed.
    void give_back(piece&& p) noexcept
    {
        if (p.capacity != piece_bytes || spare_.size() == kept || spare_.capacity() < kept) return;
        if (p.parsed->headers.capacity() > most_fields) return;
        forget(*p.parsed);
        spare_.push_back(std::move(p));
    }

private:
    // The next to have it is another client's.
    static void forget(request& q) noexcept
    {
        q.headers.clear();
        q.parameters.clear();
        q.remote_address = q.client_subject = q.id = q.traceparent = q.trace_id = q.body = {};
        q.made_id.clear();
        q.tracestate.clear();
    }

    static constexpr std::size_t kept = 64, fields = 16, most_fields = 256;
    std::vector<piece> spare_;
};

} // namespace watchword::http
