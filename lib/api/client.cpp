#include "api/client.hpp"

#include "api/device_cookie.hpp"
#include "api/token_guard.hpp"
#include "http/request_id.hpp"

#include <utility>

namespace watchword::api {

std::optional<core::ip_address> address_of(const http::request& q) noexcept
{
    // Link-local IPv6 peers are written with the interface they came by, fe80::1%eth0.
    return core::parse_address(q.remote_address.substr(0, q.remote_address.find('%')));
}

accounts::client client_of(http::request& q)
{
    accounts::client who;
    who.address = address_of(q);
    who.device = core::secret_string(find_device(q));
    if (const auto token = find_token(q)) who.token = core::secret_string(*token);
    who.request_id = http::id_of(q);
    who.trace_id = q.trace_id;
    return who;
}

accounts::actor actor_of(http::request& q, accounts::actor_kind kind, std::string id)
{
    accounts::actor a;
    a.kind = kind;
    a.id = std::move(id);
    a.address = address_of(q);
    a.request_id = http::id_of(q);
    a.trace_id = q.trace_id;
    return a;
}

} // namespace watchword::api
