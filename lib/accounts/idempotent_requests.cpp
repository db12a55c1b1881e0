#include "accounts/idempotent_requests.hpp"

#include "core/log.hpp"
#include "core/text.hpp"
#include "crypto/sealed_bytes.hpp"
#include "store/idempotency.hpp"
#include "store/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <initializer_list>

namespace watchword::accounts {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view key_label = "watchword idempotency 1";
constexpr std::size_t deleted_at_once = 100; // of rows that are too many
constexpr int others_look = 12;              // see idempotency_settings::look_every
constexpr int attempts = 3;                  // to store how a request ended
constexpr milliseconds between_attempts{100};

// The parts with their lengths: other parts never make the same text.
std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string all;
    for (const auto part : parts) all.append(std::to_string(part.size())).append(":").append(part);
    return all;
}

std::string text_of(const crypto::hmac_sha256::tag& bytes)
{
    return core::base64url_encode({bytes.data(), bytes.size()});
}

// Suspends the calling coroutine. False if it is cancelled.
core::task<bool> pause(milliseconds time)
{
    using timer =
        core::asio::basic_waitable_timer<steady_clock, core::asio::wait_traits<steady_clock>, core::io_executor>;
    const auto executor = co_await core::asio::this_coro::executor;
    timer t(executor, time);
    const auto [failure] = co_await t.async_wait(core::asio::as_tuple(core::use_task));
    co_return !failure;
}

// A place among those that wait.
class waiter {
public:
    waiter(std::atomic<std::size_t>& count, std::size_t most) : count_(count), fits_(++count <= most) {}
    ~waiter() { --count_; }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    bool fits() const noexcept { return fits_; }

private:
    std::atomic<std::size_t>& count_;
    const bool fits_;
};

} // namespace

// What a request is known by.
struct idempotent_requests::marks {
    std::string key, caller, request; // as rows have them
    core::secret_string sealing_key;
};

// What the database says of a request.
struct idempotent_requests::found {
    verdict what = verdict::in_progress;
    std::int64_t number = 0; // of the first
    std::string sealed{};    // of a repeated one
};

idempotent_requests::idempotent_requests(const idempotency_settings& s, const core::secret_string& secret,
                                         store::database& d, const core::clock& c, core::random_source& r)
    : settings_(s),
      database_(d),
      clock_(c),
      random_(r),
      started_(c.precise_now()),
      macs_([made = crypto::hmac_sha256(crypto::derive_key(secret, key_label).view())] { return made; }),
      digests_([] { return crypto::sha256(); })
{}

idempotent_requests::turn::~turn()
{
    if (owner_) owner_->leave(key_);
}

idempotent_requests::marks idempotent_requests::marks_of(const idempotent_request& q)
{
    auto& mac = macs_.local();
    const auto body = digests_.local()(q.body); // of which only the next line's result is kept
    marks m;
    m.key = text_of(mac.sign(joined({"key", q.caller, q.operation, q.key})));
    m.caller = text_of(mac.sign(joined({"caller", q.caller})));
    m.request = text_of(mac.sign(joined({"request", m.key, q.query, {body.data(), body.size()}})));
    auto sealing = mac.sign(joined({"answer", m.key, q.key}));
    m.sealing_key = core::secret_string(std::string_view(sealing.data(), sealing.size()));
    core::wipe(sealing.data(), sealing.size());
    return m;
}

// --- on this server

idempotent_requests::entry idempotent_requests::enter(const marks& m)
{
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = under_way_.try_emplace(m.key, m.request);
    if (is_new) return entry::entered;
    return core::equal_in_constant_time(place->second, m.request) ? entry::taken : entry::other_request;
}

void idempotent_requests::leave(const std::string& key) noexcept
{
    const std::lock_guard lock(mutex_);
    under_way_.erase(key);
}

// --- in the database

// Whether a request without an answer will never have one.
bool idempotent_requests::is_lost(store::session& s, core::precise_timestamp created, core::precise_timestamp now) const
{
    const bool is_of_before = s.kind() == store::dialect::sqlite && created < started_; // when nobody else runs
    return is_of_before || now >= created + settings_.longest;
}

core::result<idempotent_requests::found> idempotent_requests::look_up(store::session& s, const marks& m,
                                                                      core::precise_timestamp now)
{
    const auto row = store::find_idempotency_row(s, m.key);
    if (!row) return row.error();
    if (row->expires <= now) {
        store::remove_idempotency_row(s, row->number);
        return core::errc::not_found;
    }
    if (!core::equal_in_constant_time(row->request, m.request)) return found{verdict::other_request};
    if (!row->answer) return found{is_lost(s, row->created, now) ? verdict::outcome_unknown : verdict::in_progress};
    if (row->answer->empty()) return found{verdict::outcome_unknown};
    return found{verdict::repeated, 0, *row->answer};
}

core::result<idempotent_requests::found> idempotent_requests::reserve(store::session& s, const marks& m,
                                                                      core::precise_timestamp now)
{
    auto known = look_up(s, m, now);
    if (known) return known;
    store::idempotency_row row;
    row.key = m.key;
    row.caller = m.caller;
    row.request = m.request;
    row.created = now;
    row.expires = now + settings_.lifetime;
    const auto number = store::add_idempotency_row(s, row);
    if (!number) return found{verdict::in_progress}; // another node was faster
    store::delete_surplus_idempotency(s, m.caller, settings_.most_per_caller, deleted_at_once);
    store::delete_old_idempotency(s, *number - static_cast<std::int64_t>(settings_.most), deleted_at_once);
    return found{verdict::first, *number};
}

// --- for callers

core::task<core::result<idempotent_requests::beginning>> idempotent_requests::begin(idempotent_request q)
{
    auto m = marks_of(q);
    std::string key = m.key; // of which no copy can fail once it is entered
    auto entered = enter(m);
    if (entered == entry::taken) {
        const waiter place(waiting_, settings_.waiting);
        const auto end = steady_clock::now() + settings_.patience;
        while (entered == entry::taken && place.fits() && steady_clock::now() < end) {
            const bool goes_on = co_await pause(settings_.look_every);
            if (!goes_on) co_return core::errc::cancelled;
            entered = enter(m);
        }
    }
    beginning b;
    b.what = entered == entry::other_request ? verdict::other_request : verdict::in_progress;
    if (entered != entry::entered) co_return b;
    turn mine(*this, std::move(key));
    co_return co_await take_turn(std::move(mine), std::move(m));
}

// Another node may be at it: it is asked now and then, by one for all that wait here.
core::task<core::result<idempotent_requests::beginning>> idempotent_requests::take_turn(turn mine, marks m)
{
    const auto end = steady_clock::now() + settings_.patience;
    const auto ask = [&](store::session& s) { return reserve(s, m, clock_.precise_now()); };
    auto known = co_await database_.write(ask);
    if (known && known->what == verdict::in_progress) {
        const waiter place(waiting_, settings_.waiting);
        while (known && known->what == verdict::in_progress && place.fits() && steady_clock::now() < end) {
            const bool goes_on = co_await pause(settings_.look_every * others_look);
            if (!goes_on) co_return core::errc::cancelled;
            known = co_await database_.write(ask);
        }
    }
    if (!known) co_return known.error();
    if (known->what == verdict::repeated) co_return open(m, known->sealed);
    beginning b;
    b.what = known->what;
    if (b.what != verdict::first) co_return b;
    mine.number_ = known->number;
    mine.sealing_key_ = std::move(m.sealing_key);
    b.mine = std::move(mine);
    co_return b;
}

core::result<idempotent_requests::beginning> idempotent_requests::open(const marks& m, const std::string& sealed) const
{
    beginning b;
    b.what = verdict::outcome_unknown;
    const auto bytes = core::base64url_decode(sealed);
    auto answer = bytes ? crypto::open_bytes(m.sealing_key, *bytes, m.key) : core::errc::invalid_input;
    if (!answer) {
        core::log::warning("the answer to a request was changed by another program and cannot be given again", {});
        return b;
    }
    b.what = verdict::repeated;
    b.answer = std::move(*answer);
    return b;
}

// What was done must not be done twice because its client has left.
core::task<core::result<void>> idempotent_requests::settle(std::function<core::result<void>(store::session&)> work)
{
    co_await core::asio::this_coro::reset_cancellation_state(core::asio::disable_cancellation());
    auto done = co_await database_.write(work);
    for (int i = 1; i < attempts && !done && done.error() != core::errc::not_found; ++i) {
        co_await pause(between_attempts);
        done = co_await database_.write(work);
    }
    co_await core::asio::this_coro::reset_cancellation_state(core::asio::enable_partial_cancellation());
    if (!done) core::log::error("how a keyed request ended was not stored", {{"reason", done.error().message()}});
    co_return done;
}

core::task<> idempotent_requests::finish(turn mine, core::secret_string answer)
{
    std::string sealed;
    if (!answer.empty() && answer.size() <= settings_.largest_answer)
        sealed = core::base64url_encode(crypto::seal_bytes(mine.sealing_key_, answer.view(), mine.key_, random_));
    const auto store = [&](store::session& s) {
        return store::set_idempotency_answer(s, mine.number_, mine.key_, sealed);
    };
    co_await settle(store);
}

core::task<> idempotent_requests::give_up(turn mine)
{
    const auto remove = [&](store::session& s) -> core::result<void> {
        store::remove_unanswered_row(s, mine.number_, mine.key_);
        return {};
    };
    co_await settle(remove);
}

core::task<core::result<std::size_t>> idempotent_requests::purge()
{
    const auto remove = [this](store::session& s) -> core::result<std::size_t> {
        return store::delete_expired_idempotency(s, clock_.precise_now(), portion);
    };
    co_return co_await database_.write(remove);
}

} // namespace watchword::accounts
