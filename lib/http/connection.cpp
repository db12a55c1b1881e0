#include "http/connection.hpp"

#include "core/log.hpp"
#include "http/drained_buffer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>

namespace watchword::http {
namespace {

namespace asio = core::asio;
using std::chrono::steady_clock;

constexpr auto no_throw = asio::as_tuple(core::use_task);
constexpr std::size_t flush_at = 64 * 1024;   // bytes of pipelined responses that are gathered for one write
constexpr std::size_t copy_up_to = 16 * 1024; // larger bodies are sent from where they are
constexpr std::size_t spare_buffers_kept = 64;
constexpr std::chrono::milliseconds linger_timeout{2000};
constexpr std::size_t linger_bytes = 32 * 1024 * 1024;
constexpr std::string_view no_tail;

} // namespace

connection::connection(tcp_socket socket, connection_context& context)
    : socket_(std::move(socket)),
      context_(context),
      reader_(context.limits),
      deadline_(steady_clock::now() + context.limits.idle_timeout)
{
    core::error_code ec;
    socket_.non_blocking(true, ec);
    socket_.set_option(asio::ip::tcp::no_delay(true), ec);
    const auto peer = socket_.remote_endpoint(ec);
    if (!ec) remote_address_ = peer.address().to_string();
    context_.connections.push_back(*this);
    context_.open_connections.fetch_add(1, std::memory_order_relaxed);
}

connection::~connection()
{
    release_output();
    context_.connections.erase(context_.connections.iterator_to(*this));
    context_.open_connections.fetch_sub(1, std::memory_order_relaxed);
}

// The time of a phase runs from its start, however many reads it takes.
void connection::enter(phase p, std::chrono::milliseconds timeout)
{
    if (phase_ == p) return;
    phase_ = p;
    deadline_ = steady_clock::now() + timeout;
}

void connection::enter_reading()
{
    if (reader_.is_idle()) {
        enter(phase::idle, context_.limits.idle_timeout);
    } else if (reader_.is_reading_body()) {
        enter(phase::body, context_.limits.body_timeout);
    } else {
        enter(phase::header, context_.limits.header_timeout);
    }
}

void connection::sweep(steady_clock::time_point now)
{
    core::error_code ignored;
    if (now >= deadline_ && phase_ != phase::answer) {
        expired_ = true;
        socket_.cancel(ignored);
    } else if (looks_for_end_) {
        looks_for_end_ = false;
        if (has_ended()) socket_.cancel(ignored);
    }
}

// Whether the client has closed its side: see drained_buffer.
bool connection::has_ended()
{
    core::error_code ec;
    std::array<char, 1> next;
    socket_.receive(asio::buffer(next), asio::socket_base::message_peek, ec);
    return ec == asio::error::eof;
}

void connection::drain(steady_clock::time_point until)
{
    if (phase_ == phase::idle) deadline_ = std::min(deadline_, until);
}

void connection::abort()
{
    aborted_ = true;
    core::error_code ignored;
    socket_.close(ignored);
}

core::task<> connection::run()
{
    for (;;) {
        const auto state = reader_.advance();
        if (state == request_reader::state::ready) {
            const bool goes_on = co_await answer();
            if (!goes_on) co_return;
            continue;
        }
        if (state == request_reader::state::failed) {
            co_await refuse(reader_.failure(), "bad_request", reader_.failure_reason());
            co_return;
        }
        if (reader_.take_continue()) {
            acquire_output();
            output_.append("HTTP/1.1 100 Continue\r\n\r\n");
        }
        if (!output_.empty()) {
            const bool sent = co_await send(no_tail);
            if (!sent) co_return;
        }
        enter_reading();
        looks_for_end_ = true;
        const auto room = reader_.prepare();
        const drained_buffer buffer(asio::buffer(room.data(), room.size()));
        const auto [ec, size] = co_await socket_.async_read_some(buffer, no_throw);
        looks_for_end_ = false;
        if (!ec) {
            reader_.commit(size);
            continue;
        }
        if (expired_ && !aborted_ && phase_ != phase::idle)
            co_await refuse(status::request_timeout, "request_timeout", "The request took too long to arrive.");
        co_return;
    }
}

bool connection::closes_after(const response& r) const
{
    const auto most = context_.limits.requests_per_connection;
    return !reader_.keep_alive() || r.closes() || context_.draining || aborted_ || (most != 0 && served_ >= most);
}

core::task<bool> connection::answer()
{
    request& q = reader_.current();
    q.remote_address = remote_address_;
    phase_ = phase::answer;
    ++served_;
    const auto started = context_.access_log ? steady_clock::now() : steady_clock::time_point{};

    response r = co_await context_.router.answer(q);

    const bool closes = closes_after(r) || (r.stream() && q.http_1_0);
    const bool is_head = q.method == method::head;
    const auto frame = !r.stream() ? framing::content_length : q.http_1_0 ? framing::until_close : framing::chunked;
    acquire_output();
    append_head(output_, r, frame, context_.date.at(context_.clock.now()),
                closes       ? std::string_view("close")
                : q.http_1_0 ? std::string_view("keep-alive")
                             : std::string_view());
    auto body = is_head ? std::string_view() : r.body();
    if (body.size() <= copy_up_to) {
        output_.append(body);
        body = {};
    }
    if (context_.access_log) log_access(q, r, started);
    reader_.next(); // from here on the request is gone

    if (r.stream() && !is_head) {
        const bool streamed = co_await send_stream(r, frame == framing::chunked);
        if (!streamed) co_return false;
    } else if (!body.empty() || closes || output_.size() >= flush_at) {
        const bool sent = co_await send(body);
        if (!sent) co_return false;
    }
    if (closes && reader_.has_unread_bytes()) co_await linger();
    co_return !closes;
}

core::task<bool> connection::send_stream(response& r, bool chunked)
{
    for (;;) {
        phase_ = phase::answer;
        const auto piece = co_await r.stream()();
        if (!piece) { // the end must not look like one
            abort();
            co_return false;
        }
        acquire_output();
        if (chunked) {
            append_chunk(output_, *piece);
        } else {
            output_.append(*piece);
        }
        const bool sent = co_await send(no_tail);
        if (!sent) co_return false;
        if (piece->empty()) co_return true;
    }
}

// Sends what the socket takes now; true when all of it went.
bool connection::send_now(std::string_view& head, std::string_view& tail, core::error_code& ec)
{
    while (!head.empty() || !tail.empty()) {
        const std::array<asio::const_buffer, 2> parts{asio::buffer(head.data(), head.size()),
                                                      asio::buffer(tail.data(), tail.size())};
        const std::size_t sent =
            tail.empty() ? socket_.write_some(asio::buffer(parts[0]), ec) : socket_.write_some(parts, ec);
        if (ec) return false;
        const std::size_t of_head = std::min(sent, head.size());
        head.remove_prefix(of_head);
        tail.remove_prefix(sent - of_head);
    }
    return true;
}

core::task<bool> connection::send(std::string_view tail)
{
    std::string_view head = output_;
    for (;;) {
        core::error_code ec;
        if (send_now(head, tail, ec)) break;
        if (ec != asio::error::would_block && ec != asio::error::try_again) co_return false;
        phase_ = phase::write;
        deadline_ = steady_clock::now() + context_.limits.write_timeout; // since the last byte that was taken
        const auto [failed] = co_await socket_.async_wait(tcp_socket::wait_write, no_throw);
        if (failed) co_return false;
    }
    release_output();
    co_return true;
}

core::task<> connection::refuse(status s, std::string_view code, std::string_view detail)
{
    const response r = problem(s, code, detail);
    acquire_output();
    append_head(output_, r, framing::content_length, context_.date.at(context_.clock.now()), "close");
    output_.append(r.body());
    const bool sent = co_await send(no_tail);
    if (sent) co_await linger();
}

// Reads away what the client still sends, so that closing does not reset the connection before it has read the answer.
core::task<> connection::linger()
{
    core::error_code ec;
    socket_.shutdown(tcp_socket::shutdown_send, ec);
    phase_ = phase::idle;
    enter(phase::linger, linger_timeout);
    std::array<char, 512> sink;
    for (std::size_t total = 0; !ec && total < linger_bytes;) {
        const auto buffer = asio::buffer(sink);
        const auto [failed, size] = co_await socket_.async_read_some(buffer, no_throw);
        if (failed) co_return;
        total += size;
        while (!ec && total < linger_bytes) total += socket_.read_some(buffer, ec);
        if (ec == asio::error::would_block || ec == asio::error::try_again) ec = {};
    }
}

void connection::acquire_output()
{
    if (output_.capacity() > sizeof(std::string) || context_.spare_buffers.empty()) return;
    output_ = std::move(context_.spare_buffers.back());
    context_.spare_buffers.pop_back();
}

void connection::release_output()
{
    output_.clear();
    if (output_.capacity() <= sizeof(std::string)) return;
    if (output_.capacity() <= flush_at && context_.spare_buffers.size() < spare_buffers_kept)
        context_.spare_buffers.push_back(std::move(output_));
    output_ = std::string();
}

void connection::log_access(const request& q, const response& r, steady_clock::time_point since) const
{
    const auto took = std::chrono::duration<double, std::milli>(steady_clock::now() - since).count();
    core::log::access({{"remote", q.remote_address},
                       {"method", q.method_name},
                       {"path", q.path},
                       {"status", static_cast<std::int64_t>(r.status())},
                       {"milliseconds", took}});
}

} // namespace watchword::http
