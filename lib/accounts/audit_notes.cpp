#include "accounts/audit_notes.hpp"

#include "accounts/accounts.hpp"
#include "accounts/audit_chain.hpp"
#include "accounts/security_events.hpp"
#include "store/audit.hpp"

#include <boost/json/serialize.hpp>

namespace watchword::accounts {
namespace {

// What came with a request may be anything.
std::string storable(std::string_view text)
{
    constexpr std::size_t longest = 256;
    return text.size() <= longest && is_storable(text) ? std::string(text) : std::string("?");
}

} // namespace

std::string_view name_of(actor_kind k) noexcept
{
    switch (k) {
    case actor_kind::user: return "user";
    case actor_kind::api_key: return "api_key";
    case actor_kind::system: return "system";
    case actor_kind::shell: return "shell";
    }
    return "system";
}

void note_in_audit(store::session& s, const actor& by, core::precise_timestamp now, std::string_view action,
                   std::string_view subject, const boost::json::object& details)
{
    store::audit_event e;
    e.time = now;
    e.actor_kind = name_of(by.kind);
    e.actor_id = storable(by.id);
    e.action = action;
    e.subject = storable(subject);
    auto all = details;
    const auto trace_id = storable(by.trace_id);
    if (!trace_id.empty()) all["trace_id"] = trace_id;
    e.details = boost::json::serialize(all);
    if (by.address) e.address = by.address->to_string();
    e.request_id = storable(by.request_id);
    const auto end = store::lock_audit_end(s);
    e.id = end.id + 1;
    e.chain = audit_link(end.chain, e);
    store::append_audit_event(s, e);
    tell_when_durable(s, e, trace_id);
}

} // namespace watchword::accounts
