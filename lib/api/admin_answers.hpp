#pragma once

#include "accounts/accounts.hpp"
#include "accounts/administration.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

// What clients under /v1/admin are answered. Thread-safe.
namespace watchword::api {

http::response json_answer(http::status, const boost::json::object&);

// The answer to a change that failed: 400 with the field that a problem or a weakness of the password names, 409 with a
// code of administration's own (412 and 403 where that suits it better), else failure().
http::response refuse(core::error_code, const accounts::service&);
http::response refuse(const accounts::field_problem&);

} // namespace watchword::api
