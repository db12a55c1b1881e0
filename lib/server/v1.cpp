#include "server/v1.hpp"

#include "api/verify.hpp"
#include "core/text.hpp"
#include "crypto/hmac.hpp"
#include "server/clients.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <stdexcept>
#include <string>

namespace watchword::server {
namespace {

constexpr std::size_t longest_name = 1024; // see crypto::access_token_claims

const std::string& checked_name(std::string_view setting, const std::string& name)
{
    if (name.size() > longest_name || !core::is_utf8(name))
        throw std::runtime_error(std::string(setting) + " is not valid UTF-8, or longer than 1024 bytes");
    return name;
}

accounts::bearer_settings bearer_settings(const settings::tokens_group& t)
{
    accounts::bearer_settings b;
    b.issuer = checked_name("tokens.issuer", t.issuer);
    b.audience = t.audience.empty() ? b.issuer : checked_name("tokens.audience", t.audience);
    b.lifetime = t.access_lifetime;
    b.leeway = t.clock_skew;
    return b;
}

// Whose pages may use cookies: those that may send them.
std::optional<api::session_cookies> session_cookies(const settings::settings& s, const core::secret_string& secret)
{
    if (!s.sessions.cookies) return std::nullopt;
    return std::optional<api::session_cookies>(std::in_place, secret,
                                               s.cors.credentials ? s.cors.origins : std::vector<std::string>());
}

core::secret_string make_setup_token(core::random_source& random)
{
    core::secret_bytes<32> bytes;
    random.fill(std::as_writable_bytes(std::span(bytes.data)));
    return core::secret_string(core::base64url_encode(bytes.view()));
}

} // namespace

accounts::session_settings session_settings(const settings::settings& s)
{
    accounts::session_settings a;
    a.grace = s.sessions.refresh_grace;
    a.idle = s.sessions.idle_lifetime;
    a.longest = s.sessions.lifetime;
    a.kept_after_end = std::max(a.kept_after_end, s.tokens.access_lifetime + s.tokens.clock_skew);
    a.most_per_user = s.sessions.per_user;
    a.patience = s.database.timeout;
    a.tutorial.longest = s.tokens.lifetime + s.tokens.clock_skew;
    return a;
}

accounts::revocations::lifetimes token_lifetimes(const settings::settings& s)
{
    return {s.tokens.access_lifetime + s.tokens.clock_skew,
            s.tokens.lifetime + s.tokens.clock_skew + accounts::tutorial_tokens::margin};
}

v1_service::v1_service(const settings::settings& s, const core::secret_string& secret, accounts::key_ring& keys,
                       core::workers& signing, store::database& d, accounts::service& a,
                       accounts::device_proofs& devices, accounts::revocations& revoked, const core::clock& c,
                       core::random_source& r)
    : tokens_(bearer_settings(s.tokens), keys, d, signing, revoked, c, r),
      sessions_(session_settings(s), secret, d, c, r, &revoked),
      user_changes_(session_settings(s), d, c, &revoked),
      cookies_(session_cookies(s, secret)),
      session_routes_(a, sessions_, tokens_, {s.http.json_depth}, s.compat.device_cookie ? &devices : nullptr,
                      cookies_ ? &*cookies_ : nullptr),
      own_user_routes_(a, user_changes_, sessions_, tokens_, {s.http.json_depth},
                       s.compat.device_cookie ? &devices : nullptr, cookies_ ? &*cookies_ : nullptr),
      upkeep_(sessions_, revoked),
      setup_token_(make_setup_token(r)),
      administration_(session_settings(s), a, sessions_, d, c, r, &revoked),
      once_({}, secret, d, c, r),
      once_upkeep_(once_),
      cursors_(crypto::derive_key(secret, api::cursors::purpose)),
      guard_(administration_, tokens_, &once_, cookies_ ? &*cookies_ : nullptr),
      sign_up_routes_(a, c, {s.http.json_depth}),
      profile_routes_(administration_, a, tokens_, {s.http.json_depth}, cookies_ ? &*cookies_ : nullptr),
      setup_routes_(administration_, a, setup_token_, {s.http.json_depth}),
      user_routes_(administration_, a, cursors_, {s.http.json_depth}),
      role_routes_(administration_, a, {s.http.json_depth}),
      api_key_routes_(administration_, a, {s.http.json_depth}),
      audit_routes_(administration_, a, cursors_),
      signing_key_routes_(administration_, a, keys, c, {s.http.json_depth})
{
    if (s.clients.file.empty()) return;
    clients_.emplace(load_clients(s.clients.file));
    oauth_routes_.emplace(sessions_, tokens_, *clients_, r);
}

void v1_service::add_routes(api::operations& all, api::rate_limits& limits, api::metric_sources sources)
{
    sign_up_routes_.add_routes(all, &limits, &once_);
    profile_routes_.add_routes(all);
    own_user_routes_.add_routes(all, &limits);
    session_routes_.add_routes(all, &limits, &sign_ins_, &once_);
    api::add_verify_routes(all, tokens_, cookies_ ? &*cookies_ : nullptr);
    if (oauth_routes_) oauth_routes_->add_routes(all, &limits);
    setup_routes_.add_routes(all, &limits, &once_);
    user_routes_.add_routes(all, guard_);
    role_routes_.add_routes(all, guard_);
    api_key_routes_.add_routes(all, guard_);
    audit_routes_.add_routes(all, guard_);
    signing_key_routes_.add_routes(all, guard_);
    metric_routes_.emplace(std::move(sources), administration_, sign_ins_);
    metric_routes_->add_routes(all, guard_);
}

core::task<> v1_service::look()
{
    co_await upkeep_.look();
    co_await once_upkeep_.look();
}

} // namespace watchword::server
