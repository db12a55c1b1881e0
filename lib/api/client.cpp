#include "api/client.hpp"

#include "api/device_cookie.hpp"
#include "api/token_guard.hpp"

namespace watchword::api {

std::optional<core::ip_address> address_of(const http::request& q) noexcept
{
    // Link-local IPv6 peers are written with the interface they came by, fe80::1%eth0.
    return core::parse_address(q.remote_address.substr(0, q.remote_address.find('%')));
}

accounts::client client_of(const http::request& q)
{
    accounts::client who;
    who.address = address_of(q);
    who.device = core::secret_string(find_device(q));
    if (const auto token = find_token(q)) who.token = core::secret_string(*token);
    return who;
}

} // namespace watchword::api
