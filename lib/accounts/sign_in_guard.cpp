#include "accounts/sign_in_guard.hpp"

#include "accounts/throttled.hpp"
#include "core/log.hpp"
#include "store/email_keys.hpp"

#include <algorithm>
#include <utility>

namespace watchword::accounts {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t known_budget = 5; // times that of strangers

std::string_view bytes_of(const std::uint64_t& value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

// Names of lanes; no two kinds share one.
std::string strangers_lane(std::string_view email)
{
    return "s" + store::email_key(email);
}
std::string known_lane(char kind, std::uint64_t account, std::string_view id)
{
    return std::string(1, kind).append(bytes_of(account)).append(id);
}
// Of an IPv6 address, the network that address_key goes by.
std::string address_lane(std::uint64_t account, const core::ip_address& address)
{
    const auto plain = core::unmapped(address);
    if (plain.is_v4()) return known_lane('4', account, plain.to_string());
    const auto bytes = plain.to_v6().to_bytes();
    return known_lane('6', account, {reinterpret_cast<const char*>(bytes.data()), 8});
}

bool is_failure(const core::error_code& ec)
{
    return ec == core::errc::wrong_password || ec == core::errc::not_found;
}

} // namespace

sign_in_attempt::sign_in_attempt(sign_in_attempt&& other) noexcept
{
    *this = std::move(other);
}

sign_in_attempt& sign_in_attempt::operator=(sign_in_attempt&& other) noexcept
{
    if (this == &other) return *this;
    give_back();
    guard_ = std::exchange(other.guard_, nullptr);
    email_ = std::move(other.email_);
    address_ = other.address_;
    claims_ = std::move(other.claims_);
    account_ = other.account_;
    user_ = std::move(other.user_);
    lane_ = std::move(other.lane_);
    charge_ = other.charge_;
    begins_delays_ = other.begins_delays_;
    return *this;
}

sign_in_attempt::~sign_in_attempt()
{
    give_back();
}

void sign_in_attempt::give_back() noexcept
{
    auto* const guard = std::exchange(guard_, nullptr);
    if (guard && !lane_.empty()) guard->lanes_.give_back(lane_, charge_);
}

core::result<void> sign_in_attempt::meet(const store::user* user)
{
    if (!guard_) return {};
    if (user && user->public_id) {
        account_ = guard_->account_hash(*user->public_id);
        user_ = *user->public_id;
    }
    if (lane_.empty()) {
        const auto charged = guard_->charge(*this);
        if (!charged) return charged.error();
    }
    if (account_) guard_->lanes_.keep(lane_); // addresses of nobody are many, and cost no hash
    return {};
}

void sign_in_attempt::settle(const core::error_code& ec)
{
    if (!guard_) return;
    if (is_failure(ec)) {
        auto* const guard = std::exchange(guard_, nullptr);
        if (begins_delays_ && account_) guard->log_delays(user_);
        return;
    }
    if (!ec && account_ && address_) guard_->addresses_.remember(email_, *account_, *address_, guard_->settings_.now());
    give_back();
}

sign_in_guard::sign_in_guard(settings s, device_proofs& proofs, core::random_source& random)
    : settings_(std::move(s)),
      strangers_{settings_.free_failures, settings_.longest_delay},
      known_{settings_.free_failures * known_budget, settings_.longest_delay},
      proofs_(proofs),
      account_key_(core::random_value<core::siphash_key>(random)),
      lanes_(settings_.accounts, core::random_value<core::siphash_key>(random)),
      addresses_(settings_.accounts, core::random_value<core::siphash_key>(random),
                 core::random_value<std::uint64_t>(random))
{}

std::uint64_t sign_in_guard::account_hash(std::string_view public_id) const noexcept
{
    return core::siphash_64(public_id, account_key_);
}

// The best first: an address may be shared with strangers.
std::vector<sign_in_guard::claim> sign_in_guard::claims_of(std::string_view email, const client& who)
{
    std::vector<claim> claims;
    const auto add = [&](char kind, const std::optional<device_proof>& proof) {
        if (!proof) return;
        const auto account = account_hash(proof->public_id);
        claims.push_back({account, known_lane(kind, account, proof->id)});
    };
    if (!who.device.empty()) add('d', proofs_.read_device(who.device.view()));
    if (!who.token.empty()) add('t', proofs_.read_token(who.token.view()));
    if (!who.address) return claims;
    const auto account = addresses_.find(email, *who.address, settings_.now());
    if (account) claims.push_back({*account, address_lane(*account, *who.address)});
    return claims;
}

core::result<sign_in_attempt> sign_in_guard::begin(std::string_view email, const client& who)
{
    sign_in_attempt made;
    made.guard_ = this;
    made.email_ = email;
    made.address_ = who.address;
    made.claims_ = claims_of(email, who);
    if (made.claims_.empty()) {
        const auto charged = charge(made);
        if (!charged) return charged.error();
    }
    return core::result<sign_in_attempt>(std::move(made));
}

bool sign_in_guard::try_lane(sign_in_attempt& attempt, std::string_view lane, const lane_rules& rules,
                             milliseconds& least_wait)
{
    const auto answer = lanes_.begin(lane, rules, settings_.now());
    if (answer.wait.count() > 0) {
        least_wait = std::min(least_wait, answer.wait);
        return false;
    }
    attempt.lane_ = lane;
    attempt.charge_ = answer.made;
    attempt.begins_delays_ = answer.failures == rules.free_failures + 1;
    return true;
}

core::result<void> sign_in_guard::charge(sign_in_attempt& attempt)
{
    milliseconds least_wait = milliseconds::max();
    for (const auto& each : attempt.claims_)
        if (each.account == attempt.account_ && try_lane(attempt, each.lane, known_, least_wait)) return {};
    if (try_lane(attempt, strangers_lane(attempt.email_), strangers_, least_wait)) return {};
    return throttled(std::chrono::ceil<std::chrono::seconds>(least_wait));
}

void sign_in_guard::log_delays(std::string_view user)
{
    if (!lines_.lets_pass(settings_.now())) return;
    core::log::security(core::log::level::warning, "account.slowed_down",
                        "attempts to sign in to an account are slowed down: too many have failed", {{"user", user}});
}

} // namespace watchword::accounts
