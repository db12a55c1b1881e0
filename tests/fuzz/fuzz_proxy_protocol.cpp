// Any bytes as a PROXY protocol header: whole, byte by byte and by a reader that takes only what it is told to, the
// verdict and the size are the same, nothing behind the header is taken, and a source is what the bytes say.
#include "http/proxy_protocol.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

using namespace watchword;
using http::proxy_header;
using http::proxy_verdict;
using http::read_proxy_header;

namespace {

void must_agree(const proxy_header& a, const proxy_header& b)
{
    if (a.verdict != b.verdict || a.size != b.size || a.source.has_value() != b.source.has_value()) std::abort();
    if (a.source && (a.source->address != b.source->address || a.source->port != b.source->port)) std::abort();
}

// Grows what is received by `grow` bytes at a time until there is an answer or nothing more.
template <class Grow> proxy_header read_in_steps(std::string_view bytes, Grow grow)
{
    std::size_t received = 0;
    for (;;) {
        const auto header = read_proxy_header(bytes.substr(0, received));
        if (header.verdict != proxy_verdict::need_more || received == bytes.size()) {
            if (header.verdict == proxy_verdict::complete && header.size > received) std::abort();
            return header;
        }
        if (header.size <= received || header.size > http::most_proxy_header_bytes) std::abort();
        received = std::min(received + grow(header.size - received), bytes.size());
    }
}

// The line or the bytes that say what was read. Independent of the reader: built from the answer.
void check_source(std::string_view header, const http::proxy_source& source)
{
    if (header.starts_with("PROXY")) {
        std::istringstream words{std::string(header)};
        std::string proxy, family, address, destination, port;
        words >> proxy >> family >> address >> destination >> port;
        if (core::unmapped(boost::asio::ip::make_address(address)) != source.address) std::abort();
        if (port != std::to_string(source.port)) std::abort();
        return;
    }
    const bool v4 = header[13] == 0x11;
    std::string raw;
    if (v4) {
        for (const auto byte : source.address.to_v4().to_bytes()) raw.push_back(static_cast<char>(byte));
    } else if (source.address.is_v6()) {
        for (const auto byte : source.address.to_v6().to_bytes()) raw.push_back(static_cast<char>(byte));
    } else {
        raw.append(10, '\0').append("\xFF\xFF");
        for (const auto byte : source.address.to_v4().to_bytes()) raw.push_back(static_cast<char>(byte));
    }
    if (header.substr(16, raw.size()) != raw) std::abort();
    const std::size_t port = 16 + 2 * raw.size();
    if (header[port] != static_cast<char>(source.port >> 8) ||
        header[port + 1] != static_cast<char>(source.port & 0xFF))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto whole = read_proxy_header(bytes);
    must_agree(whole, read_in_steps(bytes, [](std::size_t) { return std::size_t(1); }));
    must_agree(whole, read_in_steps(bytes, [](std::size_t wanted) { return wanted; }));
    must_agree(whole, read_in_steps(bytes, [](std::size_t) { return std::size_t(100); }));
    if (whole.verdict == proxy_verdict::malformed && (whole.size != 0 || whole.source)) std::abort();
    if (whole.verdict != proxy_verdict::complete) return 0;

    must_agree(whole, read_proxy_header(bytes.substr(0, whole.size)));
    if (whole.source) check_source(bytes.substr(0, whole.size), *whole.source);
    // The reader that takes only what it is told to stops exactly behind the header.
    std::size_t taken = 0;
    while (taken < whole.size) {
        const auto header = read_proxy_header(bytes.substr(0, taken));
        if (header.verdict != proxy_verdict::need_more || header.size > whole.size) std::abort();
        taken = header.size;
    }
    return 0;
}
