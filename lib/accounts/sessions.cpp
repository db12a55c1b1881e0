#include "accounts/sessions.hpp"

#include "accounts/refresh_chain.hpp"
#include "accounts/revocations.hpp"
#include "accounts/session_problem.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "store/session.hpp"
#include "store/sessions.hpp"
#include "store/user_states.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace watchword::accounts {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t longest_device = 256, longest_words = 1024;

// Text for a list of devices: bounded, UTF-8, in one line.
std::string printable(std::string_view bytes)
{
    std::string text;
    while (!bytes.empty()) {
        const auto size = std::max<std::size_t>(core::utf8_size(bytes), 1);
        const auto c = static_cast<unsigned char>(bytes.front());
        const bool is_plain = size > 1 || (c >= ' ' && c < 0x7F);
        if (text.size() + size > longest_device) break;
        text.append(is_plain ? bytes.substr(0, size) : "?");
        bytes.remove_prefix(size);
    }
    return text;
}

bool is_words(std::string_view text)
{
    return text.size() <= longest_words &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string text_of(const std::array<char, crypto::refresh_token::id_size>& id)
{
    return core::base64url_encode({id.data(), id.size()});
}

std::string text_of(const std::optional<core::ip_address>& address)
{
    return address ? address->to_string() : std::string();
}

refresh_chain chain_of(const store::session_row& r)
{
    static_assert(refresh_chain::remembered == store::session_row::remembered_uses);
    return {r.counter, r.uses};
}

session_user user_of(const store::session_owner& o)
{
    return {o.id, o.public_id, o.name, o.email, static_cast<std::uint64_t>(o.generation), o.roles};
}

// Suspends the calling coroutine; less if it is cancelled.
core::task<> pause(milliseconds time)
{
    using timer =
        core::asio::basic_waitable_timer<steady_clock, core::asio::wait_traits<steady_clock>, core::io_executor>;
    const auto executor = co_await core::asio::this_coro::executor;
    timer t(executor, time);
    co_await t.async_wait(core::asio::as_tuple(core::use_task));
}

// What a job ends of a user's sessions.
struct ended_by_user {
    std::vector<std::string> ids;
    std::int64_t user_id = 0;
    std::uint64_t generation = 0;
};

} // namespace

struct sessions::added {
    store::found_session found;
    std::vector<std::string> surplus;
};

struct sessions::judged {
    enum class verdict { busy, reused, granted };
    verdict what = verdict::busy;
    store::found_session found{};
    bool is_repeated = false;
};

std::string_view name_of(end_reason r) noexcept
{
    switch (r) {
    case end_reason::signed_out: return "signed_out";
    case end_reason::reused: return "reused";
    case end_reason::too_many: return "too_many";
    case end_reason::password_changed: return "password_changed";
    case end_reason::disabled: return "disabled";
    case end_reason::administrator: return "administrator";
    case end_reason::deleted: return "deleted";
    }
    return "unknown";
}

sessions::sessions(const session_settings& s, const core::secret_string& secret, store::database& d,
                   const core::clock& c, core::random_source& r, session_observer* o)
    : settings_(s),
      database_(d),
      clock_(c),
      random_(r),
      changes_(s, d, c, o),
      tokens_([made = crypto::refresh_tokens(secret)] { return made; })
{}

// --- what a row means

core::precise_timestamp sessions::expiry_of(const store::session_row& r) const
{
    return std::min<core::precise_timestamp>(r.expires, r.last_used + settings_.idle);
}

// In steps of a sixteenth of the idle time, so that few refreshes have to write it into its index.
core::precise_timestamp sessions::deletion_of(const store::session_row& r) const
{
    const auto step = std::max<milliseconds>(settings_.idle / 16, milliseconds(1));
    const auto idle_end = (r.last_used + settings_.idle).time_since_epoch();
    return std::min(r.expires, core::precise_timestamp((idle_end + step - milliseconds(1)) / step * step));
}

bool sessions::lives(const store::session_row& r, core::precise_timestamp now) const
{
    return !r.ended && now < expiry_of(r);
}

session_info sessions::info_of(const store::session_row& r) const
{
    return {r.id, r.created, r.last_used, expiry_of(r), r.auth_time, r.device, r.address, r.amr, r.scope};
}

session_grant sessions::grant(const store::found_session& f, const crypto::refresh_token& next)
{
    return {info_of(f.row), user_of(f.owner), tokens_.local().issue(next)};
}

// --- opening

core::task<core::result<session_grant>> sessions::open(session_request r)
{
    if (!is_words(r.amr) || !is_words(r.scope)) co_return core::errc::invalid_input;
    const auto id = core::random_value<session_id>(random_);
    const crypto::refresh_token first{id, 1};
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) { return add(s, r, id, now); };
    const auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    changes_.tell({done->found.owner.public_id, done->surplus, end_reason::too_many});
    co_return grant(done->found, first);
}

core::result<sessions::added> sessions::add(store::session& s, const session_request& r, const session_id& id,
                                            core::precise_timestamp now)
{
    auto locked = store::lock_session_owner(s, r.public_id);
    if (!locked) return locked.error();
    if (locked->disabled) return session_problem::user_disabled;
    if (r.generation && *r.generation != static_cast<std::uint64_t>(locked->generation))
        return session_problem::outdated;

    const auto keep = std::max<std::size_t>(settings_.most_per_user, 1) - 1;
    added made;
    made.surplus = store::end_surplus_sessions(s, locked->id, keep, changes_.make_end(end_reason::too_many, now));
    auto& row = made.found.row;
    row.id = text_of(id);
    row.user_id = locked->id;
    row.public_id = locked->public_id;
    row.created = row.last_used = row.auth_time = now;
    row.expires = now + settings_.longest;
    row.delete_after = deletion_of(row);
    row.device = printable(r.from.device);
    row.address = text_of(r.from.address);
    row.amr = r.amr;
    row.scope = r.scope;
    store::add_session(s, row);
    made.found.owner = std::move(*locked);
    return made;
}

// --- refreshing

core::task<core::result<session_grant>> sessions::refresh(std::string_view token, session_client from)
{
    const auto shown = tokens_.local().verify(token);
    if (!shown) co_return shown.error();
    const crypto::refresh_token presented_token = *shown, next{shown->session, shown->number + 1};
    auto address = text_of(from.address);
    const auto judgement = co_await judge_when_free(presented_token, std::move(address));
    if (!judgement) co_return judgement.error();
    const auto& found = judgement->found;
    if (judgement->what == judged::verdict::reused) {
        core::log::security(
            core::log::level::warning, "refresh_token.reused",
            "a refresh token was used again after its successor: the session has ended",
            {{"user", found.owner.public_id}, {"session", found.row.id}, {"remote", found.row.address}});
        const std::vector<std::string> ids{found.row.id};
        changes_.tell({found.owner.public_id, ids, end_reason::reused});
        co_return session_problem::reused;
    }
    auto granted = grant(found, next);
    granted.is_repeated = judgement->is_repeated;
    co_return granted;
}

core::result<std::string> sessions::find_id(std::string_view refresh_token)
{
    const auto shown = tokens_.local().verify(refresh_token);
    if (!shown) return shown.error();
    return text_of(shown->session);
}

// What another server has locked is asked for again when its batch may be over; waiting in the database would hold up
// all others, and two servers could wait for each other. The time is that at which the token came.
core::task<core::result<sessions::judged>> sessions::judge_when_free(crypto::refresh_token presented_token,
                                                                     std::string address)
{
    constexpr milliseconds longest_pause(64);
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) { return judge(s, presented_token, address, now); };
    const auto deadline = steady_clock::now() + settings_.patience;
    for (milliseconds next_pause(1);; next_pause = std::min(2 * next_pause, longest_pause)) {
        auto judgement = co_await changes_.write(work);
        if (!judgement || judgement->what != judged::verdict::busy) co_return judgement;
        if (steady_clock::now() >= deadline) co_return core::errc::timed_out;
        co_await pause(next_pause);
    }
}

// A theft is a value, not an error: its end must be committed.
core::result<sessions::judged> sessions::judge(store::session& s, const crypto::refresh_token& presented_token,
                                               const std::string& address, core::precise_timestamp now)
{
    using verdict = judged::verdict;
    auto locked = store::lock_session(s, text_of(presented_token.session));
    if (!locked && locked.error() == core::errc::not_found) return session_problem::ended;
    if (!locked) return locked.error();
    if (!*locked) return judged{};
    auto& found = **locked;
    if (!lives(found.row, now)) return session_problem::ended;
    if (found.owner.disabled) return session_problem::user_disabled;

    const auto seen = present(chain_of(found.row), presented_token.number, now, settings_.grace);
    if (seen.outcome == presentation::first_use) return use_first(s, std::move(found), seen.chain, address, now);
    if (seen.outcome == presentation::repetition) return judged{verdict::granted, std::move(found), true};
    const auto ended = store::end_session(s, found.owner.id, found.row.id, changes_.make_end(end_reason::reused, now));
    if (!ended) return ended.error();
    found.row.address = address; // whose, nobody knows: the thief's or the user's
    return judged{verdict::reused, std::move(found), false};
}

core::result<sessions::judged> sessions::use_first(store::session& s, store::found_session found,
                                                   const refresh_chain& chain, const std::string& address,
                                                   core::precise_timestamp now)
{
    const auto seen = found.row;
    auto& row = found.row;
    row.counter = chain.counter;
    row.uses = chain.first_uses;
    row.last_used = std::max(row.last_used, now); // no shorter for a clock that was set back
    row.delete_after = deletion_of(row);
    row.address = address;
    const auto advanced = store::advance_session(s, seen, row);
    if (!advanced) return judged{}; // somebody who takes no locks has changed it: again
    return judged{judged::verdict::granted, std::move(found), false};
}

// --- what a refresh token stands for

core::task<core::result<sessions::live_session>> sessions::inspect(std::string_view token)
{
    const auto shown = tokens_.local().verify(token);
    if (!shown) co_return shown.error();
    const crypto::refresh_token presented_token = *shown;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<live_session> {
        const auto found = store::find_session(s, text_of(presented_token.session));
        if (!found && found.error() != core::errc::not_found) return found.error();
        if (!found || !lives(found->row, now) || found->owner.disabled) return core::errc::invalid_token;
        const auto seen = present(chain_of(found->row), presented_token.number, now, settings_.grace);
        if (seen.outcome == presentation::theft) return core::errc::invalid_token;
        return live_session{info_of(found->row), user_of(found->owner)};
    };
    co_return co_await database_.read(work);
}

core::task<core::result<void>> sessions::end_by_token(std::string_view token, end_reason why)
{
    const auto id = find_id(token);
    if (!id) co_return id.error();
    const auto how = changes_.make_end(why, clock_.precise_now());
    const auto work = [&](store::session& s) -> core::result<std::string> {
        const auto found = store::find_session(s, *id);
        if (!found) return found.error();
        const auto ended = store::end_session(s, found->owner.id, *id, how);
        if (!ended && ended.error() != core::errc::not_found) return ended.error();
        return found->owner.public_id;
    };
    const auto user = co_await changes_.write(work);
    if (!user) co_return user.error();
    const std::vector<std::string> ids{*id};
    changes_.tell({*user, ids, why});
    co_return core::result<void>();
}

// --- listing and ending

core::task<core::result<std::vector<session_info>>> sessions::list(std::string public_id)
{
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<std::vector<session_info>> {
        const auto owner = store::find_session_owner(s, public_id);
        if (!owner) return owner.error();
        std::vector<session_info> all;
        for (const auto& row : store::list_sessions(s, owner->id))
            if (row.public_id == public_id && lives(row, now)) all.push_back(info_of(row));
        return all;
    };
    co_return co_await database_.read(work);
}

core::task<core::result<void>> sessions::end(std::string public_id, std::string id, end_reason why)
{
    if (!read_session_id(id)) co_return core::errc::not_found;
    const auto how = changes_.make_end(why, clock_.precise_now());
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto owner = store::find_session_owner(s, public_id);
        if (!owner) return owner.error();
        return store::end_session(s, owner->id, id, how);
    };
    const auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const std::vector<std::string> ids{id};
    changes_.tell({public_id, ids, why});
    co_return core::result<void>();
}

core::task<core::result<void>> sessions::sign_out(std::string public_id, std::string id)
{
    const auto ended = co_await end(public_id, id, end_reason::signed_out);
    if (ended || ended.error() != core::errc::not_found) co_return ended;
    // Another server may have been quicker, and this one not have heard of it yet.
    const std::vector<std::string> ids{id};
    changes_.tell({public_id, ids, end_reason::signed_out});
    co_return core::result<void>();
}

core::task<core::result<std::size_t>> sessions::end_others(std::string public_id, std::string current, end_reason why)
{
    const auto how = changes_.make_end(why, clock_.precise_now());
    const auto work = [&](store::session& s) -> core::result<std::vector<std::string>> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        return store::end_other_sessions(s, owner->id, current, how);
    };
    const auto ids = co_await changes_.write(work);
    if (!ids) co_return ids.error();
    changes_.tell({public_id, *ids, why});
    co_return ids->size();
}

core::task<core::result<std::size_t>> sessions::end_all(std::string public_id, end_reason why)
{
    const auto how = changes_.make_end(why, clock_.precise_now());
    const auto work = [&](store::session& s) -> core::result<ended_by_user> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        ended_by_user ended;
        ended.user_id = owner->id;
        ended.ids = store::end_all_sessions(s, owner->id, how);
        const auto state = store::raise_generation(s, owner->id, how.when, changes_.tutorial_until(how.when));
        if (!state) return state.error();
        ended.generation = static_cast<std::uint64_t>(state->generation);
        return ended;
    };
    auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const auto count = done->ids.size();
    told_changes::raised raised{done->user_id, public_id, done->generation, how.when};
    const auto settled = co_await changes_.settle(std::move(raised), std::move(done->ids), why);
    if (!settled) co_return settled.error();
    co_return count;
}

core::task<core::result<std::size_t>> sessions::purge()
{
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<std::size_t> {
        return store::delete_expired_sessions(s, now, portion);
    };
    co_return co_await database_.write(work);
}

} // namespace watchword::accounts
