// The request reader under any bytes, in one piece and split by the input itself: the same verdict, no crash, and
// never more memory than the limits allow.
#include "http/request_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace watchword;
using http::request_reader;

const http::limits limits = [] {
    http::limits l;
    l.header_bytes = 2048;
    l.body_bytes = 4096;
    return l;
}();

// Everything that was understood, as text.
template <class Step> std::string read_all(std::string_view bytes, Step next_size)
{
    http::read_memory memory;
    request_reader reader(limits, memory);
    std::string seen;
    while (!bytes.empty()) {
        auto room = reader.prepare();
        if (room.size() > 64 * 1024) std::abort();
        const std::size_t size = std::min({bytes.size(), room.size(), next_size()});
        std::copy_n(bytes.data(), size, room.data());
        reader.commit(size);
        bytes.remove_prefix(size);
        for (;;) {
            const auto state = reader.advance();
            if (state == request_reader::state::need_more) break;
            if (state == request_reader::state::failed) return seen + "failed";
            const auto& q = reader.current();
            seen.append(q.method_name).append(" ").append(q.path).append("?").append(q.query).append("\n");
            for (const auto& field : q.headers) seen.append(field.name).append("=").append(field.value).append("\n");
            seen.append(q.body).append("\n");
            reader.next();
        }
    }
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) return 0;
    const std::size_t step = data[0] % 16 + 1;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = read_all(bytes, [] { return SIZE_MAX; });
    const auto split = read_all(bytes, [&] { return step; });
    if (whole != split) std::abort();
    return 0;
}
