#pragma once

#include "core/per_thread.hpp"
#include "core/workers.hpp"
#include "http/compressed_bodies.hpp"
#include "http/gzip.hpp"
#include "http/router.hpp"

#include <cstddef>
#include <string>

namespace watchword::http {

struct compression_settings {
    std::size_t least_bytes = 1400; // a shorter body is one packet anyway
};

// Sends responses of JSON and text with `Content-Encoding: gzip` to clients that ask for it. What takes longer than
// about 50 us runs on a pool; when that has too much to do, the response goes out as it is. A shared body is compressed
// once and remembered; a stream piece by piece, which costs no memory beside the piece. HEAD gets the fields of GET.
// Left alone: 204 and 304, what is encoded already, and what says response::never_compress(). Strong ETags become weak:
// the bytes are others. Everything that is, or would have been, compressed has `Vary: Accept-Encoding`. Thread-safe.
class compression {
public:
    // `pool` must outlive it.
    compression(compression_settings, core::workers& pool);

    // Must outlive the router, and the responses that it has compressed.
    void add_to(router&);

private:
    class stream;

    bool is_compressible(const response&) const;
    core::task<response> answer(const handler& next, request&);
    core::task<> compress_body(response&);
    core::task<core::result<std::string>> compress(std::string_view body);

    const compression_settings settings_;
    core::workers& pool_;
    core::per_thread<deflater> deflaters_;
    compressed_bodies remembered_;
};

} // namespace watchword::http
