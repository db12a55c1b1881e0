#include "api/rate_limits.hpp"

#include "api/client.hpp"
#include "core/log.hpp"

#include <span>
#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using client_key = std::array<char, 9>;

constexpr std::string_view from_one_address = "There are too many attempts from your address; try again later.";
constexpr std::string_view from_all = "There are too many attempts altogether; try again later.";

std::string_view view(const client_key& key) noexcept
{
    return {key.data(), key.size()};
}

core::task<response> give(response r)
{
    co_return r;
}

// Whether an attempt was judged and refused.
bool is_failure(http::status s) noexcept
{
    const auto code = static_cast<int>(s);
    return code >= 400 && code < 500 && s != http::status::too_many_requests;
}

} // namespace

// A client's token of one limit, given back unless it is spent. Without a limit or a client: nothing.
class rate_limits::reservation {
public:
    reservation(own_limit* limit, const std::optional<client_key>& client, const rate_limits& limits) noexcept
        : limits_(&limits), limit_(client ? limit : nullptr), client_(client.value_or(client_key()))
    {}
    ~reservation() { give_back(); }
    reservation(reservation&& other) noexcept
        : limits_(other.limits_),
          limit_(other.limit_),
          taken_(std::exchange(other.taken_, false)),
          client_(other.client_)
    {}
    reservation& operator=(reservation&&) = delete;

    // The limit, if it is reached.
    std::optional<quota> take(core::steady_time now)
    {
        if (!limit_) return std::nullopt;
        const auto outcome = limit_->buckets.take(view(client_), now);
        taken_ = outcome.allowed;
        limit_->asked.note(taken_);
        if (taken_) return std::nullopt;
        return quota{limit_->name, limit_->rate, outcome};
    }
    bool has_taken() const noexcept { return taken_; }
    void spend() noexcept { taken_ = false; }
    void give_back()
    {
        if (std::exchange(taken_, false)) limit_->buckets.give_back(view(client_), limits_->now_());
    }

private:
    const rate_limits* limits_;
    own_limit* limit_;
    bool taken_ = false;
    client_key client_;
};

// The handler: a plain function where there is nothing to do after `next_`.
class rate_limits::limited {
public:
    limited(rate_limits& limits, const attempt& kind, http::handler next)
        : limits_(&limits), kind_(kind), next_(std::move(next))
    {}

    core::task<response> operator()(request& q) const
    {
        const auto address = address_of(q);
        if (address && limits_->exempt_.contains(*address)) return next_(q);
        std::optional<client_key> client;
        if (address) client = core::address_key(*address).bytes();

        reservation failure(kind_.failures, client, *limits_), every(kind_.every, client, *limits_);
        const auto now = limits_->now_();
        auto reached = failure.take(now);
        if (!reached) reached = every.take(now);
        if (reached) return give(limits_->refuse(*reached, q.remote_address, now, from_one_address));
        reached = take_of_total(now);
        if (reached) return give(limits_->refuse(*reached, q.remote_address, now, from_all));
        every.spend();
        if (!failure.has_taken() && kind_.tells == told::when_refused) return next_(q);
        return finish(q, std::move(failure), client);
    }

private:
    std::optional<quota> take_of_total(core::steady_time now) const
    {
        if (!kind_.total) return std::nullopt;
        const auto outcome = kind_.total->bucket.take(now);
        kind_.total->asked.note(outcome.allowed);
        if (outcome.allowed) return std::nullopt;
        return quota{kind_.total->name, kind_.total->rate, outcome};
    }

    core::task<response> finish(request& q, reservation failure, std::optional<client_key> client) const
    {
        response r = co_await next_(q);
        if (is_failure(r.status())) failure.spend();
        failure.give_back();
        if (client && kind_.tells == told::always) tell(r, *client);
        co_return r;
    }

    void tell(response& r, const client_key& client) const
    {
        std::array<quota, 2> known{};
        std::size_t count = 0;
        for (auto* const each : {kind_.every, kind_.failures})
            if (each) known[count++] = {each->name, each->rate, each->buckets.take(view(client), limits_->now_(), 0)};
        add_rate_limit_fields(r, std::span(known).first(count));
    }

    rate_limits* limits_;
    attempt kind_;
    http::handler next_;
};

// Limits are named as their settings.
rate_limits::rate_limits(const rate_limit_settings& s, core::random_source& random, time_source now)
    : exempt_(s.exempt), now_(std::move(now))
{
    const auto add_own = [&](std::optional<own_limit>& place, std::string_view name, core::rate r) {
        if (r.is_limited()) place.emplace(name, r, s.keys, core::random_value<core::siphash_key>(random));
    };
    const auto add_common = [&](std::optional<common_limit>& place, std::string_view name, core::rate r) {
        if (r.is_limited()) place.emplace(name, r);
    };
    add_own(sign_ins_, "address_sign_ins", s.address_sign_ins);
    add_own(failures_, "address_failures", s.address_failures);
    add_own(sign_ups_, "address_sign_ups", s.address_sign_ups);
    add_own(bad_tokens_, "address_failures", s.address_failures);
    add_common(all_sign_ins_, "total_sign_ins", s.total_sign_ins);
    add_common(all_sign_ups_, "total_sign_ups", s.total_sign_ups);
}

http::handler rate_limits::around_sign_ins(http::handler next, told tells)
{
    return limit({failures_ ? &*failures_ : nullptr, sign_ins_ ? &*sign_ins_ : nullptr,
                  all_sign_ins_ ? &*all_sign_ins_ : nullptr, tells},
                 std::move(next));
}

http::handler rate_limits::around_sign_ups(http::handler next, told tells)
{
    return limit({nullptr, sign_ups_ ? &*sign_ups_ : nullptr, all_sign_ups_ ? &*all_sign_ups_ : nullptr, tells},
                 std::move(next));
}

http::handler rate_limits::around_tokens(http::handler next, told tells)
{
    return limit({bad_tokens_ ? &*bad_tokens_ : nullptr, nullptr, nullptr, tells}, std::move(next));
}

std::vector<rate_limits::decisions> rate_limits::count() const
{
    std::vector<decisions> all;
    const auto add = [&all](const auto& limit, std::string_view name) {
        if (limit)
            all.push_back({name, limit->asked.allowed.load(std::memory_order_relaxed),
                           limit->asked.refused.load(std::memory_order_relaxed)});
    };
    add(sign_ins_, "address_sign_ins");
    add(failures_, "address_failures");
    add(sign_ups_, "address_sign_ups");
    add(bad_tokens_, "token_failures");
    add(all_sign_ins_, "total_sign_ins");
    add(all_sign_ups_, "total_sign_ups");
    return all;
}

http::handler rate_limits::limit(const attempt& kind, http::handler next)
{
    if (!kind.failures && !kind.every && !kind.total) return next;
    return limited(*this, kind, std::move(next));
}

response rate_limits::refuse(const quota& reached, std::string_view address, core::steady_time now,
                             std::string_view detail)
{
    refused_.fetch_add(1, std::memory_order_relaxed);
    if (lines_.lets_pass(now)) {
        const auto count = refused_.exchange(0, std::memory_order_relaxed);
        core::log::security(core::log::level::warning, "rate_limit.reached", "attempts are refused",
                            {{"limit", reached.policy}, {"remote", address}, {"since_last_line", count}});
    }
    return too_many_requests(reached, detail);
}

} // namespace watchword::api
