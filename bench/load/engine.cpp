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

std::size_t count_busy(const plan& p, std::size_t thread)
{
    std::size_t all = 0;
    for (const auto& l : p.lanes) all += share(l.connections, thread, p.settings.threads);
    return all;
}

} // namespace

engine::engine(const plan& p, std::size_t number)
    : plan_(p),
      settings_(p.settings),
      number_(number),
      busy_count_(count_busy(p, number)),
      request_share_(share(settings_.requests, number, settings_.threads)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      connections_(busy_count_ + share(settings_.idle, number, settings_.threads)),
      next_body_(p.classes.size()),
      names_(p.run_name, number),
      values_(1),
      ledger_(settings_.ledger),
      seen_(p.classes.size())
{
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        connections_[i].idle = i >= busy_count_;
        to_open_.push_back(i);
    }
    lanes_.reserve(p.lanes.size());
    std::size_t first = 0;
    for (const auto& l : p.lanes) {
        auto& made = lanes_.emplace_back(l);
        const auto end = first + share(l.connections, number, settings_.threads);
        for (; first < end; ++first) connections_[first].home = &made;
    }
    for (const auto& c : p.chains) pools_.emplace_back(c, number, settings_.threads, names_);
    if (settings_.tls) tls_.emplace(*settings_.tls, settings_.target);
}

engine::~engine()
{
    for (auto& c : connections_) close_socket(c);
    ::close(epoll_);
}

void engine::open()
{
    ::prctl(PR_SET_TIMERSLACK, 1UL); // wakes when a request is due, not 50 us later
    create_members();
    while (ready_ < connections_.size() || unprepared_ != 0) {
        prepare_some();
        turn(steady_clock::now() + opening_turn);
        if (seen_.failed.total() == 0) continue;
        const auto why = problem_.empty() ? "not answered as expected" : problem_;
        if (ready_ == connections_.size()) throw std::runtime_error("chains could not be prepared: " + why);
        throw std::runtime_error("only " + std::to_string(ready_) + " of " + std::to_string(connections_.size()) +
                                 " connections could be opened: " + why);
    }
}

void engine::run(time_point begin)
{
    phase_ = phase::running;
    measure_from_ = begin + settings_.warm_up;
    measure_until_ = measure_from_ + settings_.duration;
    seen_.measured_from = measure_from_.time_since_epoch();
    for (auto& l : lanes_)
        if (l.plan->rate > 0) l.times.emplace(begin, l.plan->rate, number_, settings_.threads);
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
    ledger_.write();
    seen_.window = has_issued_all() ? last_answer_ - measure_from_ : settings_.duration;
}

engine::time_point engine::next_wake() const
{
    auto wake = measure_until_;
    if (has_issued_all()) return wake;
    for (const auto& l : lanes_)
        if (l.times && !l.free.empty() && !l.starved) wake = std::min(wake, l.times->due(l.issued));
    return wake;
}

void engine::send_what_is_due()
{
    if (phase_ == phase::opening) return;
    for (auto& l : lanes_) {
        if (l.free.empty()) continue;
        const auto now = steady_clock::now();
        if (l.times) {
            send_due(l, now);
        } else if (phase_ == phase::running && now < measure_until_) {
            send_bursts(l, now);
        }
    }
}

// Open loop: requests that were due before the end have not been sent yet. They are sent after it: each that was due
// shall have its latency.
bool engine::has_backlog() const
{
    return std::any_of(lanes_.begin(), lanes_.end(), [this](const lane& l) { return has_backlog(l); });
}

bool engine::has_backlog(const lane& l) const
{
    if (!l.times || has_issued_all() || l.times->due(l.issued) >= measure_until_) return false;
    return !l.starved || in_flight_ != 0; // else nobody will ever be given back
}

void engine::send_due(lane& l, time_point now)
{
    while (!has_issued_all()) {
        const auto due = l.times->due(l.issued);
        if (due > now || due >= measure_until_) return;
        std::size_t kind = 0;
        connection* const c = next_sender(l, kind);
        if (c == nullptr) return;
        const bool measured = due >= measure_from_;
        if (measured) {
            seen_.send_delay.add(now - due);
            if (l.issued < l.blocked_until) ++seen_.waited;
        }
        ++l.issued;
        send_one(*c, kind, due, now, measured);
    }
}

void engine::send_bursts(lane& l, time_point now)
{
    while (!has_issued_all()) {
        std::size_t kind = 0;
        connection* const c = next_sender(l, kind);
        if (c == nullptr) return;
        auto size = settings_.pipeline;
        if (settings_.requests != 0) size = std::min<std::uint64_t>(size, request_share_ - measured_issued_);
        const bool connected_for_it = c->answers == 0 && c->was_open;
        const auto counts_from = connected_for_it ? c->since : now;
        if (size == 1) {
            send_one(*c, kind, counts_from, now, now >= measure_from_);
        } else {
            send_burst(l, *c, kind, size, counts_from, now, now >= measure_from_);
        }
    }
}

// Free connections take turns, so that all of them are in use.
connection* engine::take_free(lane& l)
{
    while (!l.free.empty()) {
        connection* const c = l.free.front();
        l.free.pop_front();
        c->queued = false;
        if (c->now == connection::state::free) return c;
    }
    return nullptr;
}

void engine::send_one(connection& c, std::size_t kind, time_point counts_from, time_point now, bool measured)
{
    if (!plan_.classes[kind].is_plain) return send_special(c, kind, counts_from, now, measured);
    begin_sending(c, now);
    append_request(c, kind, counts_from, measured);
    const auto& asked = settings_.load.classes[kind];
    c.reader.start(asked.method == "HEAD", asked.answer ? &*asked.answer : nullptr);
    transmit(c, next_request(kind));
}

void engine::send_burst(lane& l, connection& c, std::size_t kind, std::size_t size, time_point counts_from,
                        time_point now, bool measured)
{
    begin_sending(c, now);
    std::string all;
    for (std::size_t i = 0; i < size; ++i) {
        if (i != 0) kind = l.plan->kinds[l.rotation.next()];
        append_request(c, kind, counts_from, measured);
        all += next_request(kind);
    }
    const auto& first = settings_.load.classes[c.pending.front().kind];
    c.reader.start(first.method == "HEAD", first.answer ? &*first.answer : nullptr);
    transmit(c, all);
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
    const auto& requests = plan_.classes[kind].requests;
    auto& next = next_body_[kind];
    const auto& request = requests[next];
    next = next + 1 == requests.size() ? 0 : next + 1;
    return request;
}

void engine::count_not_sent()
{
    if (has_issued_all()) return;
    for (auto& l : lanes_) {
        if (!l.times) continue;
        for (auto n = l.issued; l.times->due(n) < measure_until_; ++n)
            if (l.times->due(n) >= measure_from_) ++seen_.not_sent;
    }
}

} // namespace watchword::load
