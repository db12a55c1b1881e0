#include "load/engine.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <sys/prctl.h>
#include <system_error>
#include <unistd.h>

namespace watchword::load {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds opening_turn{100};
constexpr std::chrono::milliseconds drain_turn{100};

} // namespace

engine::engine(const plan& p, std::size_t number)
    : plan_(p),
      settings_(p.settings),
      number_(number),
      busy_count_(share(settings_.connections, number, settings_.threads)),
      request_share_(share(settings_.requests, number, settings_.threads)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      connections_(busy_count_ + share(settings_.idle, number, settings_.threads)),
      rotation_(p.weights),
      next_body_(p.weights.size()),
      seen_(p.weights.size())
{
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        connections_[i].idle = i >= busy_count_;
        to_open_.push_back(i);
    }
}

engine::~engine()
{
    for (auto& c : connections_) close_socket(c);
    ::close(epoll_);
}

void engine::open()
{
    ::prctl(PR_SET_TIMERSLACK, 1UL); // wakes when a request is due, not 50 us later
    while (ready_ < connections_.size()) {
        turn(steady_clock::now() + opening_turn);
        if (seen_.failed.total() == 0) continue;
        const auto why = last_error_ != 0 ? std::generic_category().message(last_error_) : "not answered as expected";
        throw std::runtime_error("only " + std::to_string(ready_) + " of " + std::to_string(connections_.size()) +
                                 " connections could be opened: " + why);
    }
}

void engine::run(time_point begin)
{
    phase_ = phase::running;
    measure_from_ = begin + settings_.warm_up;
    measure_until_ = measure_from_ + settings_.duration;
    if (settings_.is_open_loop()) schedule_.emplace(begin, settings_.rate, number_, settings_.threads);
    while (steady_clock::now() < measure_until_ && !(has_issued_all() && in_flight_ == 0)) {
        send_what_is_due();
        turn(next_wake());
    }

    phase_ = phase::draining;
    const auto give_up = steady_clock::now() + settings_.timeout;
    while ((in_flight_ != 0 || has_backlog()) && steady_clock::now() < give_up) {
        send_what_is_due();
        turn(std::min(give_up, steady_clock::now() + drain_turn));
    }
    for (auto& c : connections_)
        if (c.awaits_answer()) lose(c, &failures::timeout);
    count_not_sent();
    seen_.window = has_issued_all() ? last_answer_ - measure_from_ : settings_.duration;
}

// All that may be issued: without a bound on requests there is always one more.
bool engine::has_issued_all() const
{
    return settings_.requests != 0 && measured_issued_ >= request_share_;
}

engine::time_point engine::next_wake() const
{
    const bool waits_for_time = schedule_ && !free_.empty() && !has_issued_all();
    return waits_for_time ? std::min(measure_until_, schedule_->due(issued_)) : measure_until_;
}

void engine::send_what_is_due()
{
    if (phase_ == phase::opening || free_.empty()) return;
    const auto now = steady_clock::now();
    if (schedule_) {
        send_due(now);
    } else if (phase_ == phase::running && now < measure_until_) {
        send_bursts(now);
    }
}

// Open loop: requests that were due before the end have not been sent yet. They are sent after it: each that was due
// shall have its latency.
bool engine::has_backlog() const
{
    return schedule_ && !has_issued_all() && schedule_->due(issued_) < measure_until_;
}

void engine::send_due(time_point now)
{
    while (!has_issued_all()) {
        const auto due = schedule_->due(issued_);
        if (due > now || due >= measure_until_) return;
        connection* const c = take_free();
        if (c == nullptr) return;
        const bool measured = due >= measure_from_;
        if (measured) {
            seen_.send_delay.add(now - due);
            if (issued_ < blocked_until_) ++seen_.waited;
        }
        ++issued_;
        send_burst(*c, 1, due, now, measured);
    }
}

void engine::send_bursts(time_point now)
{
    while (!has_issued_all()) {
        connection* const c = take_free();
        if (c == nullptr) return;
        auto size = settings_.pipeline;
        if (settings_.requests != 0) size = std::min<std::uint64_t>(size, request_share_ - measured_issued_);
        const bool connected_for_it = c->answers == 0 && c->was_open;
        send_burst(*c, size, connected_for_it ? c->since : now, now, now >= measure_from_);
    }
}

// Free connections take turns, so that all of them are in use.
connection* engine::take_free()
{
    while (!free_.empty()) {
        auto& c = connections_[free_.front()];
        free_.pop_front();
        c.queued = false;
        if (c.now == connection::state::free) return &c;
    }
    return nullptr;
}

void engine::send_burst(connection& c, std::size_t size, time_point counts_from, time_point now, bool measured)
{
    c.pending.clear();
    c.answered = 0;
    c.now = connection::state::busy;
    c.since = now;
    std::string all;
    for (std::size_t i = 0; i < size; ++i) {
        const auto kind = c.idle ? 0 : rotation_.next();
        append_request(c, kind, counts_from, measured);
        if (size > 1) all += next_request(kind);
    }
    const auto& first = plan_.settings.classes[c.pending.front().kind];
    c.reader.start(first.method == "HEAD", first.answer ? &*first.answer : nullptr);
    transmit(c, size > 1 ? std::string_view(all) : next_request(c.pending.front().kind));
}

void engine::append_request(connection& c, std::size_t kind, time_point counts_from, bool measured)
{
    c.pending.push_back({static_cast<std::uint32_t>(kind), measured, counts_from});
    ++in_flight_;
    if (!measured) return;
    ++measured_issued_;
    ++seen_.by_class[kind].requests;
}

const std::string& engine::next_request(std::size_t kind)
{
    const auto& requests = plan_.requests[kind];
    auto& next = next_body_[kind];
    const auto& request = requests[next];
    next = next + 1 == requests.size() ? 0 : next + 1;
    return request;
}

void engine::count_not_sent()
{
    if (!schedule_ || has_issued_all()) return;
    for (auto n = issued_; schedule_->due(n) < measure_until_; ++n)
        if (schedule_->due(n) >= measure_from_) ++seen_.not_sent;
}

} // namespace watchword::load
