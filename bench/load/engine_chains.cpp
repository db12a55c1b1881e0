#include "load/engine.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>

namespace watchword::load {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_before_again{50};
constexpr unsigned too_many_requests = 429, service_unavailable = 503;

bool is_success(unsigned status)
{
    return status >= 200 && status < 300;
}

// What a request may hold of an answer: nothing that ends a line.
bool is_usable(std::string_view text)
{
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<std::string> value_at(const json::value& body, const std::string& pointer)
{
    json::error_code failed;
    const auto* const found = body.find_pointer(pointer, failed);
    if (failed || found == nullptr) return std::nullopt;
    if (const auto* const text = found->if_string())
        return is_usable({text->data(), text->size()}) ? std::optional(std::string(*text)) : std::nullopt;
    if (found->is_number() || found->is_bool()) return json::serialize(*found);
    return std::nullopt;
}

} // namespace

// `c` or another free connection, if there is a class that it can send a request of; else null, and the lane rests
// until a member of a chain is given back.
connection* engine::next_special_sender(lane& l, connection* c, std::size_t& kind)
{
    for (auto left = l.free.size() + 1; c != nullptr && left != 0; --left) {
        const auto chosen = l.starved ? std::nullopt : choose_kind(l, *c);
        if (chosen) {
            kind = *chosen;
            return c;
        }
        c->queued = true;
        l.free.push_back(c);
        if (l.starved || !l.plan->by_connection) break; // what this one cannot send, no other can
        c = take_free(l);
    }
    l.starved = true;
    if (l.times) l.blocked_until = l.times->due_until(steady_clock::now());
    return nullptr;
}

// The class whose turn it is, of those for which somebody is ready.
std::optional<std::size_t> engine::choose_kind(lane& l, const connection& c)
{
    const auto seat = l.rotation.next([&](std::size_t i) {
        const auto& k = plan_.classes[l.plan->kinds[i]];
        return !k.chain || pools_[*k.chain].can_take(k, index_of(c));
    });
    return seat ? std::optional(l.plan->kinds[*seat]) : std::nullopt;
}

void engine::create_members()
{
    for (std::size_t i = 0; i < pools_.size(); ++i) {
        for (std::size_t n = 0; n < pools_[i].first_members(); ++n) {
            const auto m = pools_[i].create(n);
            if (plan_.chains[i].prepare.empty()) {
                pools_[i].give_back(m);
            } else {
                preparing_.push_back({i, m, 0});
                ++unprepared_;
            }
        }
    }
    last_prepared_ = steady_clock::now();
}

// Each lane's free connections do it.
void engine::prepare_some()
{
    const auto now = steady_clock::now();
    if (unprepared_ == 0 || ready_ < connections_.size() || now < prepare_after_) return;
    if (now - last_prepared_ > settings_.timeout) throw std::runtime_error("chains could not be prepared in time");
    for (auto& l : lanes_) {
        while (!preparing_.empty()) {
            connection* const c = take_free(l);
            if (c == nullptr) break;
            const auto next = preparing_.front();
            preparing_.pop_front();
            const auto kind = plan_.chains[next.chain].prepare[next.step];
            begin_sending(*c, now);
            c->member = next.member;
            c->step = next.step;
            append_request(*c, kind, now, false);
            transmit_special(*c, kind);
        }
    }
}

void engine::send_special(connection& c, std::size_t kind, time_point counts_from, time_point now, bool measured)
{
    const auto& k = plan_.classes[kind];
    begin_sending(c, now);
    if (k.chain) c.member = pools_[*k.chain].take(k, index_of(c));
    if (k.starts) ++seen_.started;
    append_request(c, kind, counts_from, measured);
    transmit_special(c, kind);
}

void engine::transmit_special(connection& c, std::size_t kind)
{
    const auto& k = plan_.classes[kind];
    const auto& asked = settings_.load.classes[kind];
    auto& values = k.chain ? pools_[*k.chain].values(c.member) : values_;
    if (!k.filled.empty() || k.ledger) values.front() = names_.next();
    c.is_special = true;
    if (k.ledger) {
        c.noted.clear();
        k.ledger->append_to(c.noted, values);
    }
    const auto* const expected = asked.answer ? &*asked.answer : nullptr;
    if (k.keep.empty()) {
        c.reader.start(asked.method == "HEAD", expected);
    } else {
        c.reader.start_keeping(expected);
    }
    if (k.filled.empty()) return transmit(c, next_request(kind));
    auto& next = next_body_[kind];
    filled_.clear();
    k.filled[next].append_to(filled_, values);
    next = next + 1 == k.filled.size() ? 0 : next + 1;
    transmit(c, filled_);
}

// The answer is whole: it goes into the ledger, and the member may be used again, with what it got.
void engine::settle(connection& c, std::size_t kind)
{
    const auto& k = plan_.classes[kind];
    const auto& asked = settings_.load.classes[kind];
    const auto status = c.reader.status();
    const bool good = asked.expects(status) && c.reader.has_expected_body();
    const bool acknowledged = good && is_success(status);
    c.is_special = false;
    if (acknowledged && k.ledger) {
        ledger_.add(asked.name, c.noted, status);
        ++seen_.acknowledged;
    }
    if (!k.chain) return;
    const bool kept = !acknowledged || keep_values(c, k);
    if (!kept) {
        if (phase_ == phase::opening) problem_ = "class '" + asked.name + "' got an answer without the value to keep";
        count(&failures::no_value);
    }
    if (phase_ == phase::opening) return settle_preparation(c, kind, acknowledged);
    const bool exists = !k.starts || acknowledged;
    if (!good || !kept || !exists) ++seen_.dropped;
    release(*k.chain, c.member, good && kept && exists && !(acknowledged && k.ends));
}

void engine::settle_preparation(connection& c, std::size_t kind, bool acknowledged)
{
    const auto chain = *plan_.classes[kind].chain;
    const auto status = c.reader.status();
    if (acknowledged) {
        last_prepared_ = steady_clock::now();
        if (++c.step == plan_.chains[chain].prepare.size()) {
            --unprepared_;
            return release(chain, c.member, true);
        }
    } else if (status == too_many_requests || status == service_unavailable) {
        prepare_after_ = steady_clock::now() + pause_before_again;
    } else if (settings_.load.classes[kind].expects(status)) {
        problem_ = "class '" + settings_.load.classes[kind].name + "' was answered " + std::to_string(status);
        count(&failures::unexpected_status);
    }
    preparing_.push_back({chain, c.member, c.step});
}

// No answer will come. What it did is not known; whom it should have begun is not used.
void engine::abandon(connection& c)
{
    const auto& k = plan_.classes[c.pending[c.answered].kind];
    c.is_special = false;
    if (!k.chain) return;
    if (k.starts) ++seen_.dropped;
    release(*k.chain, c.member, !k.starts);
}

// False if the answer lacks one.
bool engine::keep_values(const connection& c, const class_plan& k)
{
    if (k.keep.empty()) return true;
    const auto text = c.reader.kept_body();
    if (!text) return false;
    json::error_code failed;
    const auto body = json::parse({text->data(), text->size()}, failed);
    if (failed) return false;
    for (const auto& kept : k.keep) {
        auto value = value_at(body, kept.pointer);
        if (!value) return false;
        pools_[*k.chain].set(c.member, kept.value, std::move(*value));
    }
    return true;
}

void engine::release(std::size_t chain, chain_pool::member m, bool lives)
{
    auto& pool = pools_[chain];
    lives ? pool.give_back(m) : pool.drop(m);
    for (auto& l : lanes_) l.starved = false;
}

} // namespace watchword::load
