#include "accounts/key_ring.hpp"

#include "accounts/key_problem.hpp"
#include "accounts/key_rows.hpp"
#include "core/log.hpp"
#include "crypto/jwk.hpp"

#include <utility>

namespace watchword::accounts {
namespace {

using core::precise_timestamp;
using std::chrono::steady_clock;

// The one that signs last, of those that verify.
core::result<key_life> newest(const std::vector<key_life>& all, precise_timestamp now)
{
    const key_life* found = nullptr;
    for (const auto& k : all)
        if (verifies(k, now) && (found == nullptr || std::pair(found->signs_from, found->signs_until) <
                                                         std::pair(k.signs_from, k.signs_until)))
            found = &k;
    if (found == nullptr) return core::errc::not_found;
    return *found;
}

core::result<key_life> signing_one(const std::vector<key_life>& all, precise_timestamp now)
{
    const key_life* const found = find_signing_key(all, now);
    if (found == nullptr) return core::errc::not_found;
    return *found;
}

} // namespace

key_ring::key_ring(const key_policy& p, const core::secret_string& secret, store::database& d, const core::clock& c,
                   core::random_source& r)
    : policy_(p),
      seal_(secret),
      database_(d),
      clock_(c),
      random_(r),
      current_(std::make_shared<const key_set>()),
      kept_([] { return kept(); })
{}

// --- what is known

std::shared_ptr<const key_set> key_ring::current() const
{
    auto& mine = kept_.local();
    if (mine.version != version_.load(std::memory_order_acquire)) {
        const std::lock_guard lock(mutex_);
        mine = {version_.load(std::memory_order_relaxed), current_};
    }
    return mine.keys;
}

// For threads that ask rarely, and need not keep it.
std::shared_ptr<const key_set> key_ring::latest() const
{
    const std::lock_guard lock(mutex_);
    return current_;
}

// Of two readings the one that began later counts: whoever changes something reads after that.
void key_ring::publish(const view& found, std::uint64_t reading)
{
    const std::lock_guard lock(mutex_);
    if (reading < reading_) return;
    reading_ = reading;
    const auto problem_kid = found.others.empty() ? std::string() : found.others.front().kid;
    if (!problem_kid.empty() && problem_kid != problem_kid_)
        core::log::error("a signing key cannot be used",
                         {{"kid", problem_kid}, {"reason", found.others.front().why.message()}});
    problem_kid_ = problem_kid;
    if (is_same(found.keys, current_->keys())) return;
    current_ = std::make_shared<const key_set>(found.keys, *current_);
    version_.fetch_add(1, std::memory_order_release);
}

core::task<core::result<std::vector<key_life>>> key_ring::list()
{
    const auto read = [](store::session& s) { return lives_of(store::list_signing_keys(s)); };
    co_return co_await database_.read(read);
}

core::result<std::string> key_ring::export_public(std::string_view kid) const
{
    const auto all = current();
    const auto* const held = all->find(kid);
    if (held == nullptr) return core::errc::not_found;
    return crypto::write_public_jwk({held->key.kid, held->key.key.verifying()});
}

core::result<core::secret_string> key_ring::export_private(std::string_view kid) const
{
    const auto all = current();
    const auto* const held = all->find(kid);
    if (held == nullptr) return core::errc::not_found;
    return crypto::write_private_jwk(held->key);
}

// --- reading

core::result<crypto::signing_key> key_ring::open(const store::signing_key_row& row, const key_set& known,
                                                 const std::optional<crypto::named_signing_key>& made) const
{
    const auto* const held = known.find(row.kid);
    const bool is_known = held != nullptr && held->sealed == row.sealed;
    if (is_known && crypto::facts_of(held->life.algorithm).name == row.algorithm) return held->key.key;
    if (made && made->kid == row.kid) return made->key;
    return open_row(row, seal_);
}

key_ring::view key_ring::look(store::session& s, precise_timestamp now,
                              const std::optional<crypto::named_signing_key>& made) const
{
    const auto known = latest();
    view found;
    found.stored = store::list_signing_keys(s);
    for (const auto& row : found.stored) {
        const auto life = life_of(row);
        if (life && !verifies(*life, now)) continue;
        auto key = life ? open(row, *known, made) : core::result<crypto::signing_key>(life.error());
        if (key) {
            found.keys.push_back({*life, row.sealed, {row.kid, std::move(*key)}});
        } else {
            found.others.push_back({row.kid, key.error()});
        }
    }
    return found;
}

core::task<core::result<void>> key_ring::reload()
{
    const auto began = steady_clock::now();
    const auto foreign = database_.changes().foreign.load(std::memory_order_acquire);
    const auto reading = ++readings_;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<view> { return look(s, now, std::nullopt); };
    const auto found = co_await database_.read(work);
    if (!found) co_return found.error();
    publish(*found, reading);
    seen_foreign_ = foreign;
    read_at_ = began;
    if (!found->others.empty()) co_return found->others.front().why;
    co_return core::result<void>();
}

// While nobody tells of changes they are read as often as changes would be told.
bool key_ring::may_be_old() const noexcept
{
    const auto& changes = database_.changes();
    if (!changes.are_known() && steady_clock::now() - read_at_.load() >= store::foreign_poll) return true;
    return changes.foreign.load(std::memory_order_acquire) != seen_foreign_;
}

core::task<core::result<void>> key_ring::reload_if_changed()
{
    if (!may_be_old()) co_return core::result<void>();
    co_return co_await reload();
}

core::task<core::result<void>> key_ring::look_for(std::string_view kid)
{
    const auto all = current();
    if (all->find(kid) != nullptr) co_return core::result<void>();
    const auto now = steady_clock::now();
    auto next = next_look_.load();
    if (now < next || !next_look_.compare_exchange_strong(next, now + store::foreign_poll))
        co_return core::result<void>();
    co_return co_await reload();
}

core::task<core::result<std::shared_ptr<const key_set>>> key_ring::for_signing()
{
    co_await reload_if_changed(); // else with those that are known
    auto all = current();
    const auto now = clock_.precise_now();
    if (const auto* const key = all->signing(now);
        key == nullptr || key->life.longest_lifetime >= policy_.longest_lifetime)
        co_return all;
    planning plan = [this](const lives& every, precise_timestamp then) -> core::result<key_plan> {
        return plan_lifetime(every, policy_, then);
    };
    change_terms terms;
    const auto done = co_await change(std::move(plan), std::move(terms));
    if (!done) co_return done.error();
    co_return current();
}

// --- changing

// Of one whose name would be taken for a flag, on a command line, another one is made.
crypto::named_signing_key key_ring::make_key() const
{
    for (;;) {
        auto key = crypto::signing_key::generate(policy_.algorithm, random_);
        auto kid = crypto::thumbprint(key.verifying());
        if (!kid.starts_with('-')) return {std::move(kid), std::move(key)};
    }
}

core::error_code key_ring::find_key(change_terms& terms) const
{
    if (terms.key) return {};
    if (terms.jwk.empty()) {
        terms.key = make_key();
        return {};
    }
    auto read = crypto::read_private_jwk(terms.jwk.view());
    if (!read) read = crypto::read_private_jwk(terms.jwk.view(), policy_.algorithm); // RSA keys may not say
    if (!read) return read.error();
    if (read->key.algorithm() != policy_.algorithm) return key_problem::other_algorithm;
    terms.key = std::move(*read);
    return {};
}

// Keys are made and opened by a reader, which may take its time: RSA needs up to seconds.
key_ring::prepared key_ring::prepare(store::session& s, const planning& plan, change_terms& terms,
                                     precise_timestamp now) const
{
    prepared p;
    p.found = look(s, now, std::nullopt);
    for (const auto& each : p.found.others)
        if (!terms.all_retired && each.kid != terms.retired) p.refusal = each.why;
    if (p.refusal) return p;
    const auto before = lives_of(p.found.stored);
    const auto planned = before ? plan(*before, now) : core::result<key_plan>(before.error());
    if (!planned) {
        p.refusal = planned.error();
        return p;
    }
    p.is_needed = !planned->is_empty();
    if (planned->new_key_signs_from) p.refusal = find_key(terms);
    return p;
}

// What was planned is planned again: another node may have done it.
core::result<key_ring::view> key_ring::apply(store::session& s, const planning& plan, change_terms& terms,
                                             precise_timestamp now) const
{
    store::lock_signing_keys(s);
    const auto before = lives_of(store::list_signing_keys(s));
    if (!before) return before.error();
    const auto planned = plan(*before, now);
    if (!planned) return planned.error();
    for (const auto& life : planned->changed) {
        const auto set = store::set_signing_times(s, row_of(life, {}));
        if (!set) return set.error();
    }
    if (planned->new_key_signs_from) {
        if (const auto failure = find_key(terms)) return failure;
        const key_life life{
            terms.key->kid, terms.key->key.algorithm(), now, *planned->new_key_signs_from, never,
            never,          policy_.longest_lifetime,
        };
        const auto added = store::add_signing_key(s, row_of(life, sealed_text(*terms.key, seal_, random_)));
        if (!added) return added.error();
    }
    for (const auto& kid : planned->removed) store::remove_signing_key(s, kid);
    return look(s, now, terms.key);
}

core::task<core::result<key_ring::lives>> key_ring::change(planning plan, change_terms terms)
{
    const auto now = clock_.precise_now();
    const auto reading = ++readings_;
    const auto look_first = [&](store::session& s) -> core::result<prepared> { return prepare(s, plan, terms, now); };
    const auto ready = co_await database_.read(look_first);
    if (!ready) co_return ready.error();
    publish(ready->found, reading);
    if (ready->refusal) co_return ready->refusal;
    if (!ready->is_needed) co_return lives_of(ready->found.stored);

    const auto work = [&](store::session& s) { return apply(s, plan, terms, now); };
    const auto done = co_await database_.write(work);
    if (!done) co_return done.error();
    // Once more: others may have changed something since, and been heard of already. The writer does not ask a standby.
    const auto after = ++readings_;
    const auto look_again = [&](store::session& s) -> core::result<view> { return look(s, now, terms.key); };
    const auto seen = co_await database_.write(look_again);
    publish(seen ? *seen : *done, after);
    co_return lives_of(done->stored);
}

core::task<core::result<void>> key_ring::start()
{
    return follow_policy(occasion::start);
}

core::task<core::result<void>> key_ring::rotate_if_due()
{
    return follow_policy(occasion::housekeeping);
}

core::task<core::result<void>> key_ring::follow_policy(occasion when)
{
    planning plan = [this, when](const lives& all, precise_timestamp now) -> core::result<key_plan> {
        return plan_rotation(all, policy_, now, when);
    };
    change_terms terms;
    const auto done = co_await change(std::move(plan), std::move(terms));
    if (!done) co_return done.error();
    co_return core::result<void>();
}

core::task<core::result<key_life>> key_ring::rotate(key_start when)
{
    planning plan = [this, when](const lives& all, precise_timestamp now) {
        auto early = when == key_start::at_once ? plan_early_start(all, policy_, now)
                                                : core::result<key_plan>(core::errc::not_found);
        return early ? early : plan_new_key(all, policy_, now, when);
    };
    change_terms terms;
    const auto done = co_await change(std::move(plan), std::move(terms));
    if (!done) co_return done.error();
    co_return newest(*done, clock_.precise_now());
}

core::task<core::result<key_life>> key_ring::import_key(core::secret_string jwk, key_start when)
{
    planning plan = [this, when](const lives& all, precise_timestamp now) {
        return plan_new_key(all, policy_, now, when);
    };
    change_terms terms;
    terms.jwk = std::move(jwk);
    const auto done = co_await change(std::move(plan), std::move(terms));
    if (!done) co_return done.error();
    co_return newest(*done, clock_.precise_now());
}

core::task<core::result<key_life>> key_ring::retire(std::string kid)
{
    change_terms terms;
    terms.retired = kid;
    planning plan = [this, kid](const lives& all, precise_timestamp now) {
        return plan_retirement(all, policy_, now, kid);
    };
    const auto done = co_await change(std::move(plan), std::move(terms));
    if (!done) co_return done.error();
    co_return signing_one(*done, clock_.precise_now());
}

core::task<core::result<key_life>> key_ring::retire_all()
{
    planning plan = [this](const lives& all, precise_timestamp now) -> core::result<key_plan> {
        return plan_retirement_of_all(all, policy_, now);
    };
    change_terms terms;
    terms.all_retired = true;
    const auto done = co_await change(std::move(plan), std::move(terms));
    if (!done) co_return done.error();
    co_return signing_one(*done, clock_.precise_now());
}

} // namespace watchword::accounts
