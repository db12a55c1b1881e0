#include "api/client.hpp"

#include "api/device_cookie.hpp"
#include "api/token_guard.hpp"

namespace watchword::api {

accounts::client client_of(const http::request& q)
{
    accounts::client who;
    who.address = core::parse_address(q.remote_address);
    who.device = core::secret_string(find_device(q));
    if (const auto token = find_token(q)) who.token = core::secret_string(*token);
    return who;
}

} // namespace watchword::api
