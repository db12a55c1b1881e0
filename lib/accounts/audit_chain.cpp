#include "accounts/audit_chain.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/hmac.hpp"
#include "crypto/jwk.hpp"
#include "crypto/jws.hpp"
#include "crypto/sha256.hpp"
#include "crypto/signature.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace watchword::accounts {
namespace {

namespace json = boost::json;

constexpr std::size_t most_problems = 100; // that are listed

json::array columns_of(const store::audit_event& e)
{
    json::array all{e.id, e.time.time_since_epoch().count()};
    for (const auto* const each :
         {&e.actor_kind, &e.actor_id, &e.action, &e.subject, &e.details, &e.address, &e.request_id})
        all.push_back(core::json_string(*each));
    return all;
}

} // namespace

std::string audit_link(std::string_view before, const store::audit_event& e)
{
    std::string text(before);
    text.append("\n").append(json::serialize(columns_of(e)));
    const auto digest = crypto::sha256()(text);
    return core::hex_encode({digest.data(), digest.size()});
}

crypto::named_signing_key audit_key(const core::secret_string& secret)
{
    auto key = crypto::signing_key::of_seed(crypto::derive_key(secret, "signs checkpoints of the audit log"));
    auto kid = crypto::thumbprint(key.verifying());
    return {std::move(kid), std::move(key)};
}

store::audit_checkpoint sign_checkpoint(const store::audit_end& end, core::precise_timestamp now,
                                        const crypto::named_signing_key& key)
{
    const json::object payload{
        {"event", end.id}, {"chain", core::json_string(end.chain)}, {"time", now.time_since_epoch().count()}};
    crypto::signer signer(key.key);
    return {end.id, now,
            crypto::sign_jws(crypto::jws_header_segment(key, audit_checkpoint_type), json::serialize(payload), signer)};
}

audit_verifier::audit_verifier(const std::vector<store::audit_checkpoint>& checkpoints,
                               std::optional<crypto::verifying_key> key)
    : key_(std::move(key))
{
    for (const auto& each : checkpoints) signed_.emplace(each.event, each);
}

void audit_verifier::add(const store::audit_event& e)
{
    const auto number = std::to_string(e.id);
    if (e.chain.empty() && !begun_) {
        ++report_.unchained;
        report_.last_event = e.id;
        return;
    }
    if (begun_ && e.id != report_.last_event + 1)
        complain("between the events " + std::to_string(report_.last_event) + " and " + number +
                 " some were removed, or put in");
    if (audit_link(link_, e) != e.chain) complain("event " + number + " was changed, or what was before it");
    check_signed(e.id, e.chain);
    begun_ = true;
    link_ = e.chain;
    report_.last_event = e.id;
    ++report_.events;
}

void audit_verifier::check_signed(std::int64_t event, std::string_view chain)
{
    const auto found = signed_.find(event);
    if (found == signed_.end()) return;
    const auto name = "the checkpoint at event " + std::to_string(event);
    const auto token = crypto::jws::parse(found->second.jws);
    bool is_signed = token && token->has_type(audit_checkpoint_type);
    if (is_signed && key_) {
        crypto::verifier verifier(*key_);
        is_signed = token->is_signed_by(verifier);
    }
    const auto claims = is_signed ? token->claims() : core::result<json::object>(core::errc::invalid_token);
    signed_.erase(found);
    if (!claims) return complain(name + " is not signed by this database's servers");
    const auto* const number = claims->if_contains("event");
    const auto* const link = claims->if_contains("chain");
    const bool fits = number && number->is_int64() && number->get_int64() == event && link && link->is_string() &&
                      core::view(link->get_string()) == chain;
    if (!fits) return complain(name + " was signed for another log: events up to it were changed");
    ++report_.checkpoints;
    report_.last_checkpoint = event;
}

void audit_verifier::finish()
{
    for (const auto& [event, each] : signed_)
        complain("the checkpoint at event " + std::to_string(event) + " has no such event: it was removed");
    signed_.clear();
}

void audit_verifier::complain(std::string what)
{
    if (report_.problems.size() < most_problems) {
        report_.problems.push_back(std::move(what));
    } else {
        ++report_.more_problems;
    }
}

} // namespace watchword::accounts
