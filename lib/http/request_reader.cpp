#include "http/request_reader.hpp"

#include "core/secret.hpp"
#include "core/text.hpp"
#include "http/authority.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace watchword::http {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t least_room = 512;

// Bytes that may stand in a header line: text, tab, and obs-text (0x80 up).
constexpr auto line_bytes = [] {
    std::array<bool, 256> ok{};
    for (std::size_t c = 0x20; c < 256; ++c) ok[c] = c != 0x7F;
    ok['\t'] = true;
    return ok;
}();

// Whether 8 bytes hold neither a control character nor DEL, which is what nearly all of a header is.
bool is_plain_text(const char* eight) noexcept
{
    std::uint64_t x = 0;
    std::memcpy(&x, eight, sizeof x);
    constexpr std::uint64_t each = 0x0101010101010101u, high = each * 0x80;
    const std::uint64_t below_space = (x - each * 0x20) & ~x;
    const std::uint64_t del = x ^ (each * 0x7F);
    return ((below_space | ((del - each) & ~del)) & high) == 0; // may only be wrong by saying no
}

// Bytes that may stand in a target (RFC 3986).
constexpr auto target_bytes = [] {
    std::array<bool, 256> ok{};
    for (std::size_t c = 0x21; c < 0x7F; ++c) ok[c] = true;
    for (const char c : std::string_view("#\"<>\\^`{|}")) ok[static_cast<unsigned char>(c)] = false;
    return ok;
}();

bool is_hex(char c) noexcept
{
    return core::hex_value(c) >= 0;
}

method to_method(beast_http::verb v) noexcept
{
    switch (v) {
    case beast_http::verb::get: return method::get;
    case beast_http::verb::head: return method::head;
    case beast_http::verb::post: return method::post;
    case beast_http::verb::put: return method::put;
    case beast_http::verb::patch: return method::patch;
    case beast_http::verb::delete_: return method::delete_;
    case beast_http::verb::options: return method::options;
    case beast_http::verb::trace: return method::trace;
    case beast_http::verb::connect: return method::connect;
    default: return method::other;
    }
}

// Beast's parser, handing a complete header block's parts to a request as views. Never sees a body.
class head_parser final : public beast_http::basic_parser<true> {
public:
    explicit head_parser(request& out) : out_(out) {}

private:
    using string_view = boost::beast::string_view;
    using error_code = boost::beast::error_code;
    static std::string_view view(string_view s) noexcept { return {s.data(), s.size()}; }

    void on_request_impl(beast_http::verb v, string_view name, string_view target, int version, error_code&) override
    {
        out_.method = to_method(v);
        out_.method_name = view(name);
        out_.target = view(target);
        out_.http_1_0 = version < 11;
    }
    void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override
    {
        out_.headers.push_back({view(name), view(value)});
    }
    void on_header_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return body.size(); }
    void on_finish_impl(error_code&) override {}

    request& out_;
};

// Whether a request line ends as one must: other protocols are told at once, not when they time out.
bool names_http(std::string_view line) noexcept
{
    constexpr std::size_t size = std::string_view(" HTTP/1.1").size();
    return line.size() > size && line.substr(line.size() - size, 6) == " HTTP/";
}

bool list_has(std::string_view list, std::string_view token) noexcept
{
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (core::iequals(core::trim(list.substr(0, comma)), token)) return true;
        if (comma == list.npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

} // namespace

request_reader::request_reader(const limits& l, read_memory& m) : limits_(l), memory_(m) {}

request_reader::~request_reader()
{
    give_memory_back();
}

std::span<char> request_reader::prepare() noexcept
try {
    if (!buffer_) {
        auto piece = memory_.take();
        buffer_ = std::move(piece.bytes);
        capacity_ = piece.capacity;
        request_ = std::move(piece.parsed);
    }
    if (phase_ == phase::head && begin_ == end_ && begin_ != 0) begin_ = end_ = scanned_ = line_ = 0;
    if (phase_ == phase::fixed_body) {
        // What is known to come, but no more than doubling what has: a claim alone costs no memory.
        const auto missing = content_length_ - (end_ - body_);
        reserve(std::max<std::size_t>(least_room, std::min<std::size_t>(missing, end_ - begin_)));
    } else {
        reserve(least_room);
    }
    return {buffer_.get() + end_, capacity_ - end_};
} catch (const std::bad_alloc&) {
    return {};
}

void request_reader::rest() noexcept
{
    if (!is_idle()) return;
    begin_ = end_ = scanned_ = line_ = 0;
    give_memory_back();
}

void request_reader::give_memory_back() noexcept
{
    if (!buffer_) return;
    core::wipe(buffer_.get() + begin_, end_ - begin_); // of a connection that ends within a request: perhaps a password
    memory_.give_back({std::move(buffer_), capacity_, std::move(request_)});
    capacity_ = 0;
}

void request_reader::reserve(std::size_t more)
{
    if (capacity_ - end_ >= more) return;
    const std::size_t used = end_ - begin_;
    char* const from = buffer_.get() + begin_;
    std::unique_ptr<char[]> grown;
    std::size_t capacity = capacity_;
    if (capacity < used + more || begin_ < capacity / 2) {
        while (capacity < used + more) capacity *= 2;
        grown = std::make_unique_for_overwrite<char[]>(capacity);
    }
    char* const to = grown ? grown.get() : buffer_.get();
    if (used != 0) std::memcpy(to, from, used); // never over itself: it begins behind the middle
    rebase(from, to);
    core::wipe(from, used); // a password, perhaps
    if (grown) buffer_ = std::move(grown);
    capacity_ = capacity;
    end_ = used;
    scanned_ -= std::min(scanned_, begin_);
    line_ -= std::min(line_, begin_);
    body_ -= std::min(body_, begin_);
    body_end_ -= std::min(body_end_, begin_);
    begin_ = 0;
}

// The bytes that started at `from` now start at `to`.
void request_reader::rebase(const char* from, const char* to) noexcept
{
    if (!is_reading_body()) return;
    const auto move = [&](std::string_view& v) {
        if (v.data()) v = {to + (v.data() - from), v.size()};
    };
    move(request_->method_name);
    move(request_->target);
    move(request_->path);
    move(request_->query);
    for (auto& field : request_->headers) {
        move(field.name);
        move(field.value);
    }
}

request_reader::state request_reader::fail(http::status s, std::string_view why) noexcept
{
    phase_ = phase::failed;
    failure_ = s;
    failure_reason_ = why;
    return state::failed;
}

request_reader::state request_reader::advance()
{
    switch (phase_) {
    case phase::head: return advance_head();
    case phase::fixed_body: return advance_fixed_body();
    case phase::chunked_body: return advance_chunked_body();
    case phase::complete: return state::ready;
    case phase::failed: break;
    }
    return state::failed;
}

request_reader::scan request_reader::scan_lines()
{
    const char* const data = buffer_.get();
    for (; scanned_ < end_; ++scanned_) {
        if (scanned_ > line_ && data[scanned_ - 1] != '\r') {
            while (scanned_ + 8 <= end_ && is_plain_text(data + scanned_)) scanned_ += 8;
            if (scanned_ == end_) break;
        }
        const auto c = static_cast<unsigned char>(data[scanned_]);
        const bool after_cr = scanned_ > line_ && data[scanned_ - 1] == '\r';
        if (c == '\n') {
            if (!after_cr) return scan::malformed; // a bare LF
            const auto found = end_line();
            if (found == scan::unfinished) continue;
            ++scanned_;
            return found;
        }
        if (after_cr) return scan::malformed;                                     // a bare CR
        if (scanned_ == line_ && (c == ' ' || c == '\t')) return scan::malformed; // a folded line
        if (c != '\r' && !line_bytes[c]) return scan::malformed;                  // NUL and other controls
    }
    return scan::unfinished;
}

// At the LF of a line.
request_reader::scan request_reader::end_line()
{
    const std::string_view line(buffer_.get() + line_, scanned_ - 1 - line_);
    line_ = scanned_ + 1;
    if (line.empty() && lines_ > 0) return scan::complete;
    if (line.empty()) { // one is skipped before the request line (RFC 9112 section 2.2)
        begin_ = line_;
        return std::exchange(skipped_empty_line_, true) ? scan::malformed : scan::unfinished;
    }
    ++lines_;
    return lines_ == 1 && !names_http(line) ? scan::malformed : scan::unfinished;
}

request_reader::state request_reader::advance_head()
{
    const auto found = scan_lines();
    if (found == scan::malformed) return fail(status::bad_request, "The request has a malformed line.");
    const std::size_t size = scanned_ - begin_;
    if (size > limits_.header_bytes)
        return lines_ == 0 ? fail(status::uri_too_long, "The request line is too long.")
                           : fail(status::request_header_fields_too_large, "The header fields are too large.");
    if (lines_ > limits_.header_count + 1)
        return fail(status::request_header_fields_too_large, "There are too many header fields.");
    if (found == scan::unfinished) return state::need_more;
    return parse_head(size);
}

request_reader::state request_reader::parse_head(std::size_t size)
{
    request_->headers.clear();
    request_->parameters.clear();
    request_->body = {};
    head_parser parser(*request_);
    parser.header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(size + 1, UINT32_MAX)));
    parser.body_limit(boost::none);
    boost::beast::error_code ec;
    parser.put(boost::asio::const_buffer(buffer_.get() + begin_, size), ec);
    if (ec == beast_http::error::bad_version)
        return fail(status::http_version_not_supported, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    if (ec && ec != beast_http::error::need_more) return fail(status::bad_request, "The request is malformed.");
    if (!parser.is_header_done()) return fail(status::bad_request, "The request is malformed.");
    if (request_->target.size() > limits_.target_bytes) return fail(status::uri_too_long, "The target is too long.");
    failure_ = status::bad_request;
    if (const auto why = check_target(); !why.empty()) return fail(failure_, why);
    if (const auto why = check_fields(); !why.empty()) return fail(failure_, why);

    body_ = body_end_ = begin_ + size;
    body_began_ = received_ - (end_ - body_);
    if (chunks_) {
        phase_ = phase::chunked_body;
        return advance_chunked_body();
    }
    if (content_length_ > limits_.body_bytes) return fail(status::payload_too_large, "The body is too large.");
    phase_ = phase::fixed_body;
    return advance_fixed_body();
}

std::string_view request_reader::check_target()
{
    std::string_view target = request_->target;
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (!target_bytes[static_cast<unsigned char>(target[i])]) return "The target has a byte that must be escaped.";
        if (target[i] == '%' && !(i + 2 < target.size() && is_hex(target[i + 1]) && is_hex(target[i + 2])))
            return "The target has a malformed percent escape.";
    }
    if (target == "*") {
        if (request_->method != method::options) return "The target '*' is for OPTIONS.";
        request_->path = target;
        request_->query = {};
        return {};
    }
    if (request_->method == method::connect) {
        failure_ = status::not_implemented;
        return "This is not a proxy.";
    }
    if (target.front() != '/') { // absolute-form, as a proxy is sent it (RFC 9112 section 3.2.2)
        const auto scheme = target.find("://");
        if (scheme == target.npos) return "The target must be a path.";
        const auto name = target.substr(0, scheme);
        if (!core::iequals(name, "http") && !core::iequals(name, "https")) return "The target must be a path.";
        const auto slash = target.substr(scheme + 2, 1);
        target.remove_prefix(scheme + 3);
        const auto end = target.find_first_of("/?");
        if (!is_authority(target.substr(0, end)) || target.substr(0, end).empty())
            return "The target names no valid host.";
        target.remove_prefix(std::min(end, target.size()));
        if (!target.starts_with('/')) { // an empty path means "/" (RFC 9110 section 4.2.3)
            request_->path = slash;     // of the target, so that it moves with the buffer
            request_->query = target.empty() ? target : target.substr(1);
            return {};
        }
    }
    const auto question = target.find('?');
    request_->path = target.substr(0, question);
    request_->query = question == target.npos ? std::string_view{} : target.substr(question + 1);
    return {};
}

std::string_view request_reader::check_fields()
{
    std::size_t hosts = 0, lengths = 0, encodings = 0;
    std::string_view host, encoding, length, expect;
    bool close = false, keep = false;
    for (const auto& [name, value] : request_->headers) {
        if (core::iequals(name, "Host")) {
            ++hosts;
            host = value;
        } else if (core::iequals(name, "Content-Length")) {
            ++lengths;
            length = value;
        } else if (core::iequals(name, "Transfer-Encoding")) {
            ++encodings;
            encoding = value;
        } else if (core::iequals(name, "Expect")) {
            expect = value;
        } else if (core::iequals(name, "Connection")) {
            close = close || list_has(value, "close");
            keep = keep || list_has(value, "keep-alive");
        }
    }
    keep_alive_ = !close && (keep || !request_->http_1_0);
    if (hosts > 1 || (hosts == 0 && !request_->http_1_0)) return "A request needs exactly one Host.";
    if (hosts == 1 && (host.empty() || !is_authority(host))) return "The Host is malformed.";

    chunks_.reset();
    content_length_ = 0;
    if (encodings > 0) {
        if (lengths > 0) return "Content-Length and Transfer-Encoding exclude each other.";
        if (request_->http_1_0) return "HTTP/1.0 has no Transfer-Encoding.";
        if (encodings > 1 || !core::iequals(encoding, "chunked")) {
            failure_ = status::not_implemented;
            return "The only Transfer-Encoding known here is chunked.";
        }
        chunks_.emplace(limits_.body_bytes);
    }
    if (lengths > 1) return "A request can have only one Content-Length.";
    if (lengths == 1) {
        const auto parsed = core::parse_unsigned(length);
        if (!parsed) {
            const bool digits = !length.empty() && length.find_first_not_of("0123456789") == length.npos;
            if (digits) failure_ = status::payload_too_large;
            return digits ? "The body is too large." : "The Content-Length is malformed.";
        }
        content_length_ = *parsed;
    }
    if (!expect.empty() && !request_->http_1_0) {
        if (!core::iequals(expect, "100-continue")) {
            failure_ = status::expectation_failed;
            return "The only expectation known here is 100-continue.";
        }
        wants_continue_ = chunks_ || content_length_ > 0;
    }
    return {};
}

request_reader::state request_reader::advance_fixed_body()
{
    if (end_ > body_) wants_continue_ = false; // it did not wait
    if (end_ - body_ < content_length_) return state::need_more;
    request_->body = {buffer_.get() + body_, static_cast<std::size_t>(content_length_)};
    next_ = body_ + static_cast<std::size_t>(content_length_);
    phase_ = phase::complete;
    return state::ready;
}

request_reader::state request_reader::advance_chunked_body()
{
    if (end_ > body_end_) wants_continue_ = false;
    const auto [now, consumed, produced] = chunks_->decode(buffer_.get() + body_end_, end_ - body_end_);
    next_ = body_end_ + consumed;
    body_end_ += produced;
    if (now == chunked_decoder::state::malformed) return fail(status::bad_request, "The chunked body is malformed.");
    if (now == chunked_decoder::state::too_large) return fail(status::payload_too_large, "The body is too large.");
    if (now == chunked_decoder::state::need_more) {
        core::wipe(buffer_.get() + body_end_, end_ - body_end_); // all of it was taken
        end_ = body_end_;
        return state::need_more;
    }
    request_->body = {buffer_.get() + body_, body_end_ - body_};
    phase_ = phase::complete;
    return state::ready;
}

void request_reader::next()
{
    if (phase_ == phase::complete) core::wipe(buffer_.get() + body_, next_ - body_);
    begin_ = scanned_ = line_ = next_;
    lines_ = 0;
    skipped_empty_line_ = false;
    wants_continue_ = false;
    chunks_.reset();
    phase_ = phase::head;
    if (begin_ == end_) begin_ = end_ = scanned_ = line_ = 0;
}

} // namespace watchword::http
