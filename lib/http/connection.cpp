#include "http/connection.hpp"

#include "core/log.hpp"
#include "core/secret.hpp"
#include "http/proxy_protocol.hpp"
#include "http/ready_buffer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace watchword::http {
namespace {

namespace asio = core::asio;
using std::chrono::steady_clock;

constexpr std::size_t flush_at = 64 * 1024;   // bytes of pipelined responses that are gathered for one write
constexpr std::size_t copy_up_to = 16 * 1024; // larger bodies are sent from where they are
constexpr std::chrono::milliseconds linger_timeout{2000};
constexpr std::size_t linger_bytes = 32 * 1024 * 1024;
// A client that goes on asking within a sweep is not looked at: among thousands that do, the looks would cost more
// than a twentieth of all that is done.
constexpr std::uint8_t sweeps_before_look = 2;
constexpr std::string_view no_tail;
constexpr std::string_view closing = "close";
constexpr std::string_view still_working = "HTTP/1.1 102 Processing\r\n\r\n";
constexpr int client_closed_request = 499; // in the log, as nginx has it: no client sees it

} // namespace

bool take_of_client(connection_place& place, const core::ip_address& client, const connection_context& context)
{
    const auto most = context.limits.connections_per_address;
    if (most == 0 || context.uncounted.contains(client) || context.proxies.trusted.contains(client)) return true;
    return place.take_of_client(client, most);
}

connection::connection(transport t, connection_origin origin, connection_place place, connection_context& context)
    : transport_(std::move(t)),
      context_(context),
      reader_(context.limits, context.memory),
      origin_(std::move(origin)),
      place_(std::move(place))
{
    core::error_code ignored;
    transport_.socket().non_blocking(true, ignored);
    secure_ = transport_.is_secure();
    peer_address_ = origin_.peer ? origin_.peer->to_string() : "unix";
    // Who reaches a Unix-domain socket is let in by the permissions of its path.
    trusts_peer_ = !origin_.peer || context_.proxies.trusted.contains(*origin_.peer);
    if (transport_.is_secure() || origin_.proxy_protocol) {
        enter(phase::opening, context_.limits.handshake_timeout);
    } else {
        enter(phase::idle, context_.limits.idle_timeout);
    }
    context_.connections.push_back(*this);
}

connection::~connection()
{
    if (streams_) abort();
    release_output();
    context_.connections.erase(context_.connections.iterator_to(*this));
}

// The time of a phase runs from its start, however many reads it takes. It is told by the last sweep: a clock that
// nobody has to ask.
void connection::enter(phase p, std::chrono::milliseconds timeout)
{
    if (p == phase::idle && context_.draining) timeout = std::min(timeout, idle_while_draining);
    if (p != phase::answer) timeout = patience(timeout);
    phase_ = p;
    expired_ = false; // a phase that ended just before it was given up
    phase_began_ = context_.now;
    // On a busy machine the last sweep may be long ago: a client that is about to ask would be closed at once.
    deadline_ = (context_.draining ? steady_clock::now() : context_.now) + timeout + sweep_interval;
    sent_before_ = sent_;
}

std::chrono::milliseconds connection::patience(std::chrono::milliseconds timeout) const
{
    return context_.handing_over ? std::min(timeout, slow_while_handing_over) : timeout;
}

void connection::enter_reading()
{
    const auto next = reader_.is_idle() ? phase::idle : reader_.is_reading_body() ? phase::body : phase::header;
    if (next == phase_) return;
    const auto& l = context_.limits;
    enter(next, next == phase::idle ? l.idle_timeout : next == phase::body ? l.body_timeout : l.header_timeout);
}

void connection::enter_handler()
{
    enter(phase::answer, context_.limits.handler_timeout);
    if (context_.limits.handler_timeout.count() == 0) deadline_ = steady_clock::time_point::max();
}

// Before every request: behind a proxy each may come from another client.
void connection::name_client(request& q)
{
    q.remote_address = peer_address_;
    q.secure = transport_.is_secure();
    q.client_subject = client_subject_;
    if (trusts_peer_) {
        const auto client = find_client(q, origin_.peer, context_.proxies);
        if (client.address) {
            forwarded_address_ = client.address->to_string();
            q.remote_address = forwarded_address_;
        }
        if (!client.scheme.empty()) q.secure = client.scheme == "https";
    }
    secure_ = q.secure;
}

bool connection::is_too_slow(steady_clock::time_point now) const
{
    const auto& l = context_.limits;
    const bool reads = phase_ == phase::body, writes = phase_ == phase::write;
    const auto rate = reads ? l.body_rate : writes ? l.response_rate : 0;
    if (rate == 0 || now - phase_began_ <= l.rate_grace + sweep_interval) return false;
    const auto seconds = std::chrono::duration<double>(now - phase_began_).count();
    const auto moved = writes ? sent_ - sent_before_ : reader_.body_received();
    return static_cast<double>(moved) < seconds * static_cast<double>(rate);
}

void connection::sweep(steady_clock::time_point now)
{
    if (phase_ == phase::answer) {
        if (now >= deadline_) {
            give_up_handler();
        } else {
            look_for_client(now);
        }
    } else if (now >= deadline_ && phase_ == phase::idle && transport_.has_input()) {
        // This thread comes to it late, and a request waits: it is read next.
    } else if (now >= deadline_ || is_too_slow(now)) {
        expired_ = true;
        transport_.cancel();
    } else if (sweeps_to_look_ != 0 && --sweeps_to_look_ == 0) {
        if (transport_.has_ended()) transport_.cancel();
    }
}

void connection::drain(steady_clock::time_point until)
{
    if (phase_ == phase::idle) deadline_ = std::min(deadline_, until);
}

void connection::hurry()
{
    if (phase_ != phase::answer) deadline_ = std::min(deadline_, steady_clock::now() + slow_while_handing_over);
}

void connection::abort() noexcept
{
    aborted_ = true;
    if (streams_ && ends_with_stream_) transport_.reset_when_closed();
    transport_.close();
}

void connection::cut()
{
    abort();
    unwanted_.emit(asio::cancellation_type::terminal);
}

core::task<> connection::run()
{
    // A handler whose client has left goes on to its end; what it waits for in a queue ends with errc::cancelled.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_partial_cancellation());
    if (phase_ == phase::opening) {
        const bool opened = co_await open();
        if (!opened) co_return;
    }
    for (;;) {
        const auto state = reader_.advance();
        if (state == request_reader::state::ready) {
            const bool goes_on = co_await answer();
            if (!goes_on) co_return;
            continue;
        }
        if (state == request_reader::state::failed) {
            connection_figures::note(context_.figures->malformed);
            co_await refuse(problem(reader_.failure(), "bad_request", reader_.failure_reason()));
            co_return;
        }
        if (reader_.take_continue()) {
            acquire_output();
            output_.append("HTTP/1.1 100 Continue\r\n\r\n");
        }
        if (!output_.empty()) {
            if (reader_.is_full() && output_.size() < flush_at && read_now()) continue;
            const bool sent = co_await send(no_tail);
            if (!sent) co_return;
        }
        enter_reading();
        reader_.rest();
        sweeps_to_look_ = sweeps_before_look;
        core::error_code failed;
        if (transport_.is_secure()) {
            failed = co_await transport_.read(reader_);
        } else {
            const ready_buffer buffer(reader_);
            const auto [ec, size] = co_await transport_.socket().async_read_some(buffer, not_cancelled());
            reader_.commit(size);
            failed = ec;
        }
        sweeps_to_look_ = 0;
        if (!failed) continue;
        if (expired_ && !aborted_ && phase_ != phase::idle) {
            connection_figures::note(context_.figures->too_slow);
            // It has been silent for long: there is nothing to linger for.
            co_await send_last(
                problem(status::request_timeout, "request_timeout", "The request took too long to arrive."));
        }
        co_return;
    }
}

// A burst of pipelined requests that did not fit into one read is read on before it is answered, so that its answers
// go together.
bool connection::read_now()
{
    if (transport_.is_secure()) return false;
    const auto room = reader_.prepare();
    core::error_code ec;
    const auto size = room.empty() ? 0 : transport_.socket().read_some(asio::buffer(room.data(), room.size()), ec);
    reader_.commit(size);
    return size > 0; // an error comes again, to who waits for it
}

// What comes before the first request.
core::task<bool> connection::open()
{
    if (origin_.proxy_protocol) {
        const bool read = co_await read_proxy_header();
        if (!read) co_return false;
    }
    if (transport_.is_secure()) {
        const auto failed = co_await transport_.shake_hands();
        connection_figures::note(failed ? context_.figures->handshakes_failed : context_.figures->handshakes);
        if (failed) {
            if (transport_.spoke_plain_text()) co_await refuse_plain_text();
            co_return false;
        }
        client_subject_ = transport_.tls()->client_subject();
    }
    enter(phase::idle, context_.limits.idle_timeout);
    co_return true;
}

// Takes no byte behind the header: it may be the first of a TLS handshake.
core::task<bool> connection::read_proxy_header()
{
    if (!trusts_peer_) {
        core::log::warning("a PROXY header may come from trusted proxies only", {{"remote", peer_address_}});
        co_return false;
    }
    std::string so_far;
    auto header = http::read_proxy_header(so_far);
    while (header.verdict == proxy_verdict::need_more) {
        const auto begin = so_far.size();
        so_far.resize(header.size);
        const auto room = asio::buffer(so_far.data() + begin, header.size - begin);
        const auto [failed, size] = co_await transport_.socket().async_read_some(room, not_cancelled());
        if (failed) co_return false;
        so_far.resize(begin + size);
        header = http::read_proxy_header(so_far);
    }
    if (header.verdict == proxy_verdict::malformed) co_return false;
    trusts_peer_ = false; // the proxy has spoken; what follows is its client's word
    if (header.source) {
        origin_.peer = header.source->address;
        peer_address_ = origin_.peer->to_string();
        trusts_peer_ = context_.proxies.trusted.contains(*origin_.peer);
    }
    co_return !origin_.peer || take_of_client(place_, *origin_.peer, context_);
}

core::task<> connection::refuse_plain_text()
{
    transport_.speak_plain_text();
    secure_ = false;
    co_await refuse(problem(status::bad_request, "tls_required", "This port speaks HTTPS only."));
}

bool connection::closes_after(const response& r) const
{
    const auto most = context_.limits.requests_per_connection;
    return !reader_.keep_alive() || r.closes() || context_.draining || aborted_ || (most != 0 && served_ >= most);
}

core::task<bool> connection::answer()
{
    request& q = reader_.current();
    name_client(q);
    enter_handler();
    ++served_;
    asked_ = false;
    const auto started = context_.log_every != 0 ? steady_clock::now() : steady_clock::time_point{};

    response r = co_await context_.router.answer(q);
    if (gave_up_ || left_) {
        if (left_) log_access(q, client_closed_request, started);
        co_return false;
    }

    const bool closes = closes_after(r) || (r.stream() && q.http_1_0);
    const bool has_no_body = q.method == method::head || r.status() == status::no_content;
    const auto frame = !r.stream() ? framing::content_length : q.http_1_0 ? framing::until_close : framing::chunked;
    append_response(r, frame, closes ? closing : q.http_1_0 ? "keep-alive" : std::string_view());
    auto body = has_no_body ? std::string_view() : r.body();
    if (body.size() <= copy_up_to) {
        output_.append(body);
        body = {};
    }
    log_access(q, static_cast<int>(r.status()), started);
    reader_.next(); // from here on the request is gone

    if (r.stream() && !has_no_body) {
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
    streams_ = true;
    ends_with_stream_ = !chunked;
    for (;;) {
        enter_handler();
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
        if (piece->empty()) break;
    }
    streams_ = false;
    co_return true;
}

core::task<bool> connection::send(std::string_view tail)
{
    std::string_view head = output_;
    for (bool waited = false;;) {
        core::error_code ec;
        const auto left = head.size() + tail.size();
        const bool done = transport_.write_now(head, tail, ec);
        const auto taken = left - head.size() - tail.size();
        sent_ += taken;
        if (done) break;
        if (ec != asio::error::would_block && ec != asio::error::try_again) co_return false;
        if (!std::exchange(waited, true)) {
            enter(phase::write, context_.limits.write_timeout);
        } else if (taken != 0) {
            deadline_ = context_.now + patience(context_.limits.write_timeout) + sweep_interval;
        }
        const auto failed = co_await transport_.wait_to_write();
        if (failed) co_return false;
    }
    release_output();
    co_return true;
}

void connection::append_response(const response& r, framing f, std::string_view connection_field)
{
    acquire_output();
    append_head(output_, r, f, context_.date.at(context_.clock.now()), connection_field,
                (secure_ ? context_.secure_lines : context_.plain_lines).of(r));
}

core::task<bool> connection::send_last(response r)
{
    append_response(r, framing::content_length, closing);
    output_.append(r.body());
    co_return co_await send(no_tail);
}

core::task<> connection::refuse(response r)
{
    const bool sent = co_await send_last(std::move(r));
    if (sent) co_await linger();
}

core::task<> connection::turn_away(response r)
{
    co_await refuse(std::move(r));
}

// While a handler waits for another thread, longer than a sweep: a client that has left frees its place in the queue,
// and what has not begun never will.
void connection::look_for_client(steady_clock::time_point now)
{
    if (gave_up_ || left_) return;
    auto client = transport_.client();
    if (client == presence::half_closed) {
        // Closing one's side is legal, and looks like closing all of it until one is sent something. Who will be
        // answered soon is not asked.
        if (streams_ || now - phase_began_ < 2 * sweep_interval) return;
        if (reader_.current().http_1_0) { // it cannot be asked: what waits is given up, and it is told so
            unwanted_.emit(asio::cancellation_type::partial);
            return;
        }
        if (!asked_) ask_client();
        client = transport_.client();
    }
    if (client != presence::gone) return;
    left_ = true;
    connection_figures::note(context_.figures->left);
    cut();
}

// By an answer that says nothing yet (RFC 9110 section 15.2; 102 is of RFC 2518): a client that has closed its socket
// resets the connection.
void connection::ask_client()
{
    asked_ = true;
    acquire_output();
    output_.append(still_working); // behind answers to earlier requests, which may go now
    std::string_view head = output_, tail;
    core::error_code ec;
    transport_.write_now(head, tail, ec);
    output_.erase(0, output_.size() - head.size());
}

// A handler cannot be stopped: what runs refers to its frame. What waits is given up. The client is told, and the
// connection ends when the handler does.
void connection::give_up_handler()
{
    unwanted_.emit(asio::cancellation_type::terminal);
    deadline_ = steady_clock::time_point::max();
    gave_up_ = true;
    connection_figures::note(context_.figures->given_up);
    if (streams_) return abort(); // the end must not look like one
    const request& q = reader_.current();
    core::log::warning("a handler takes too long", {{"method", q.method_name}, {"path", q.path}});
    response r = problem(status::service_unavailable, "handler_timeout", "The server could not do this in time.");
    r.set("Retry-After", "1");
    append_response(r, framing::content_length, closing);
    if (q.method != method::head) output_.append(r.body());
    std::string_view head = output_, tail;
    core::error_code ec;
    if (!transport_.write_now(head, tail, ec)) return abort();
    transport_.shutdown_send();
}

// Reads away what the client still sends, so that closing does not reset the connection before it has read the answer.
core::task<> connection::linger()
{
    transport_.shutdown_send();
    enter(phase::linger, linger_timeout);
    auto& socket = transport_.socket();
    core::secret_bytes<512> sink; // what comes may be a password
    core::error_code ec;
    for (std::size_t total = 0; !ec && total < linger_bytes;) {
        const auto buffer = asio::buffer(sink.data);
        const auto [failed, size] = co_await socket.async_read_some(buffer, not_cancelled());
        if (failed) co_return;
        total += size;
        while (!ec && total < linger_bytes) total += socket.read_some(buffer, ec);
        if (ec == asio::error::would_block || ec == asio::error::try_again) ec = {};
    }
}

void connection::acquire_output()
{
    if (output_.capacity() > sizeof(std::string) || context_.spare_outputs.empty()) return;
    output_ = std::move(context_.spare_outputs.back());
    context_.spare_outputs.pop_back();
}

void connection::release_output() noexcept
{
    output_.clear();
    if (output_.capacity() <= sizeof(std::string)) return;
    if (output_.capacity() <= flush_at && context_.spare_outputs.size() < context_.spare_outputs.capacity())
        context_.spare_outputs.push_back(std::move(output_));
    output_ = std::string();
}

void connection::log_access(const request& q, int status, steady_clock::time_point since)
{
    constexpr int failed = 500;
    const auto every = context_.log_every;
    if (every == 0 || (status < failed && ++context_.not_logged < every)) return;
    if (status < failed) context_.not_logged = 0;
    const auto took = std::chrono::duration<double, std::milli>(steady_clock::now() - since).count();
    const core::log::field remote{"remote", q.remote_address}, id{"request_id", q.id}, trace{"trace_id", q.trace_id},
        how{"method", q.method_name}, path{"path", q.path}, answered{"status", status}, lasted{"milliseconds", took},
        sample{"sample", status < failed ? every : 1};
    if (q.trace_id.empty()) return core::log::access({remote, id, how, path, answered, lasted, sample});
    core::log::access({remote, id, trace, how, path, answered, lasted, sample});
}

} // namespace watchword::http
