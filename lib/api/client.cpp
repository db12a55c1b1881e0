#include "api/client.hpp"

namespace watchword::api {

accounts::client client_of(const http::request& q)
{
    return {core::parse_address(q.remote_address)};
}

} // namespace watchword::api
