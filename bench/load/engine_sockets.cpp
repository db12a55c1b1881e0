#include "load/engine.hpp"
#include "load/sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>

namespace watchword::load {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using state = connection::state;

constexpr std::size_t most_connecting = 256; // the server's line of connections to accept is finite
constexpr std::chrono::milliseconds sweep_interval{500};
constexpr std::chrono::milliseconds pause_after_failure{10};

std::uint64_t event_data(std::size_t index, std::uint32_t opening)
{
    return std::uint64_t{opening} << 32 | index;
}

} // namespace

// Waits for something to happen, at most until `until`, and handles it.
void engine::turn(time_point until)
{
    open_some();
    auto now = steady_clock::now();
    until = std::min(until, next_sweep_);
    if (!to_open_.empty() && open_after_ > now) until = std::min(until, open_after_);
    const auto left = std::max(nanoseconds::zero(), nanoseconds(until - now)).count();
    const ::timespec most{left / 1'000'000'000, left % 1'000'000'000};
    std::array<::epoll_event, 256> events;
    const int happened = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &most, nullptr);
    if (happened < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
    for (int i = 0; i < happened; ++i) {
        const auto& e = events[static_cast<std::size_t>(i)];
        auto& c = connections_[e.data.u64 & UINT32_MAX];
        if (c.opening == e.data.u64 >> 32 && c.link.is_open()) handle(c, e.events);
        send_what_is_due();
    }
    ledger_.write();
    now = steady_clock::now();
    if (now >= next_sweep_) sweep(now);
}

void engine::open_some()
{
    if (to_open_.empty() || steady_clock::now() < open_after_) return;
    while (!to_open_.empty() && connecting_ < most_connecting) {
        const auto index = to_open_.front();
        to_open_.pop_front();
        auto& c = connections_[index];
        open_socket(c, index);
        if (c.now == state::closed) return;
    }
}

void engine::open_socket(connection& c, std::size_t index)
{
    const auto source = settings_.first_source - 1 + (index * settings_.threads + number_) % settings_.sources;
    c.since = steady_clock::now();
    c.link.open(start_connecting(settings_.target, source_address(source)));
    if (!c.link.is_open()) {
        problem_ = std::generic_category().message(errno);
        count(&failures::connect);
        to_open_.push_back(index);
        open_after_ = c.since + pause_after_failure;
        return;
    }
    c.now = state::connecting;
    ++c.opening;
    c.answers = 0;
    ++connecting_;
    watch(c, EPOLLOUT, EPOLL_CTL_ADD);
}

void engine::watch(connection& c, std::uint32_t events, int operation)
{
    ::epoll_event event{};
    event.events = events;
    event.data.u64 = event_data(index_of(c), c.opening);
    ::epoll_ctl(epoll_, operation, c.link.socket(), &event);
}

void engine::handle(connection& c, std::uint32_t events)
{
    if (c.is_opening()) return go_on_opening(c);
    if ((events & EPOLLOUT) != 0 && !c.unsent.empty()) transmit_rest(c);
    if (c.link.is_open() && (events & ~std::uint32_t{EPOLLOUT}) != 0) receive(c);
}

void engine::go_on_opening(connection& c)
{
    if (c.now == state::handshaking) return shake_hands(c);
    const int error = connect_error(c.link.socket());
    if (error == 0) return connected(c);
    problem_ = std::generic_category().message(error);
    lose(c, &failures::connect);
}

void engine::connected(connection& c)
{
    seen_.connect_time.add(steady_clock::now() - c.since);
    if (!tls_) return ready(c);
    c.now = state::handshaking;
    c.link.secure(tls_->start(c.link.socket()));
    shake_hands(c);
}

void engine::shake_hands(connection& c)
{
    auto& tls = *c.link.tls();
    switch (tls.handshake()) {
    case tls_stream::step::done:
        seen_.handshake_time.add(steady_clock::now() - tls.began());
        if (tls.has_resumed()) ++seen_.resumed;
        return ready(c);
    case tls_stream::step::wants_to_read: return watch(c, EPOLLIN, EPOLL_CTL_MOD);
    case tls_stream::step::wants_to_write: return watch(c, EPOLLOUT, EPOLL_CTL_MOD);
    case tls_stream::step::failed: problem_ = tls.failure(); return lose(c, &failures::handshake);
    }
}

// For its first request.
void engine::ready(connection& c)
{
    --connecting_;
    const auto now = steady_clock::now();
    if (now >= measure_from_ && now < measure_until_) ++seen_.connected_in_window;
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    if (!c.idle && !c.was_open) ++ready_;
    if (c.idle) {
        send_one(c, 0, now, now, false);
    } else {
        rest(c);
    }
}

void engine::transmit(connection& c, std::string_view bytes)
{
    const auto sent = c.link.send(bytes);
    if (sent < 0 && errno != EAGAIN) return lose(c, &failures::reset);
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    if (bytes.empty()) return;
    c.unsent = bytes;
    watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void engine::transmit_rest(connection& c)
{
    const std::string bytes = std::exchange(c.unsent, {});
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    transmit(c, bytes);
}

void engine::receive(connection& c)
{
    do {
        const auto size = c.link.receive(buffer_.data(), buffer_.size());
        const auto now = steady_clock::now();
        if (size > 0) {
            take(c, {buffer_.data(), static_cast<std::size_t>(size)}, now);
        } else if (size == 0 || errno != EAGAIN) {
            const bool in_order = size == 0;
            if (!c.awaits_answer()) return reopen(c); // the server gave up a connection nobody used
            if (!in_order) return lose(c, &failures::reset);
            return end_of_input(c, now);
        } else {
            return;
        }
    } while (c.link.has_more());
}

void engine::end_of_input(connection& c, time_point now)
{
    c.reader.end_of_input();
    if (c.reader.now() == response_reader::state::done) {
        complete(c, now);
    } else {
        lose(c, &failures::closed);
    }
}

void engine::take(connection& c, std::string_view bytes, time_point now)
{
    if (now >= measure_from_ && now < measure_until_) seen_.received_bytes += bytes.size();
    while (!bytes.empty()) {
        if (!c.awaits_answer()) { // nobody asked for these
            count(&failures::bad_answer);
            return reopen(c);
        }
        bytes.remove_prefix(c.reader.feed(bytes));
        if (c.reader.now() == response_reader::state::failed) return lose(c, &failures::bad_answer);
        if (c.reader.now() == response_reader::state::done && !complete(c, now)) return;
    }
}

// The next response is whole. False if the connection has gone with it.
bool engine::complete(connection& c, time_point now)
{
    tally(c, c.pending[c.answered], now);
    if (c.is_special) settle(c, c.pending[c.answered].kind);
    ++c.answered;
    ++c.answers;
    --in_flight_;
    const bool closes = c.reader.closes() || c.answers == settings_.requests_per_connection;
    if (closes) {
        if (c.awaits_answer()) {
            lose(c, &failures::closed);
        } else {
            reopen(c);
        }
        return false;
    }
    if (c.awaits_answer()) {
        const auto& next = settings_.load.classes[c.pending[c.answered].kind];
        c.reader.start(next.method == "HEAD", next.answer ? &*next.answer : nullptr);
    } else {
        rest(c);
    }
    return true;
}

void engine::tally(const connection& c, const sent_request& r, time_point now)
{
    const auto status = c.reader.status();
    const auto& kind = settings_.load.classes[r.kind];
    if (!kind.expects(status)) {
        if (phase_ == phase::opening) problem_ = "class '" + kind.name + "' was answered " + std::to_string(status);
        count(&failures::unexpected_status);
    } else if (!c.reader.has_expected_body()) {
        count(&failures::wrong_body);
    }
    answers_.store(answers() + 1, std::memory_order_relaxed);
    last_answer_ = now;
    const bool in_window = now >= measure_from_ && now < measure_until_;
    if (!in_window && !r.measured) return;
    auto& t = seen_.by_class[r.kind].statuses[status];
    if (in_window) ++t.in_window;
    if (!r.measured) return;
    t.latency.add(now - r.counts_from);
    if (settings_.interval.count() != 0)
        t.in_interval(static_cast<std::size_t>((now - measure_from_) / settings_.interval)).add(now - r.counts_from);
}

// The connection has nothing to do.
void engine::rest(connection& c)
{
    c.now = state::free;
    if (c.idle) {
        ++seen_.idle_open;
        ++ready_;
    } else if (!c.queued) {
        c.queued = true;
        auto& l = *c.home;
        if (l.times && l.free.empty()) l.blocked_until = l.times->due_until(steady_clock::now());
        l.free.push_back(&c);
        l.starved = false; // a member of its own may be ready
    }
}

// The connection broke: what was on its way has failed.
void engine::lose(connection& c, failure why)
{
    const auto pending = c.pending.size() - c.answered;
    in_flight_ -= pending;
    if (c.is_opening()) {
        count(why);
        open_after_ = steady_clock::now() + pause_after_failure;
    } else {
        if (why == &failures::reset) problem_ = std::generic_category().message(ECONNRESET);
        count(why, pending);
    }
    if (c.is_special) abandon(c);
    reopen(c);
}

void engine::reopen(connection& c)
{
    if (c.is_opening()) {
        --connecting_;
    } else {
        c.was_open = true;
    }
    const bool rested = c.now == state::free;
    close_socket(c);
    if (c.idle) {
        if (rested) --seen_.idle_open;
        ++seen_.idle_closed;
        if (phase_ == phase::opening) count(&failures::closed);
    } else if (phase_ != phase::draining || has_backlog()) {
        ++seen_.reopened;
        to_open_.push_back(index_of(c));
    }
}

void engine::close_socket(connection& c)
{
    c.link.close();
    c.now = state::closed;
    c.pending.clear();
    c.answered = 0;
    c.unsent.clear();
}

void engine::sweep(time_point now)
{
    next_sweep_ = now + sweep_interval;
    const auto looked_at = phase_ == phase::opening ? connections_.size() : busy_count_;
    for (std::size_t i = 0; i < looked_at; ++i) {
        auto& c = connections_[i];
        if (now - c.since < settings_.timeout) continue;
        if (!c.is_opening() && !c.awaits_answer()) continue;
        problem_ = std::generic_category().message(ETIMEDOUT);
        lose(c, c.now == state::connecting ? &failures::connect
                : c.is_opening()           ? &failures::handshake
                                           : &failures::timeout);
    }
}

void engine::count(failure f, std::uint64_t times)
{
    seen_.failed.*f += times;
    failed_.store(failed() + times, std::memory_order_relaxed);
}

} // namespace watchword::load
