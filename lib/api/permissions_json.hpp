#pragma once

#include "accounts/permissions.hpp"

#include <boost/json/array.hpp>

namespace watchword::api {

// Their names. Thread-safe.
boost::json::array to_json(accounts::permission_set);

} // namespace watchword::api
