#include "api/permissions_json.hpp"

#include "core/json.hpp"

namespace watchword::api {

boost::json::array to_json(accounts::permission_set permissions)
{
    boost::json::array names;
    for (const auto name : permissions.names()) names.emplace_back(core::json_string(name));
    return names;
}

} // namespace watchword::api
