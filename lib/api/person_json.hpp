#pragma once

#include "accounts/administration.hpp"
#include "api/operation.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

// A user in JSON, as those who administer users see him and he himself. Thread-safe.
namespace watchword::api {

// {"id", "email", "name", "metadata", "roles", "disabled", "created", "updated"}
boost::json::object to_json(const accounts::person&);
// The same with what he may do: "permissions".
boost::json::object to_json(const accounts::person&, accounts::permission_set);

const schema& person_schema();
const schema& own_person_schema();
schema roles_schema();
schema permissions_schema();
schema metadata_schema();

// A user with his ETag. Or 204 without him, for who prefers that (RFC 7240).
http::response answer(http::status, const accounts::person&);
// What If-Match names, or that If-None-Match is "*", as accounts/versions.hpp has it. Nothing: neither is there.
std::vector<std::string> versions_wanted(const http::request&);

// "2026-11-24T11:20:00Z", or null.
boost::json::value time_json(const std::optional<core::precise_timestamp>&);
// Nothing: not of that form (RFC 3339, UTC, seconds).
std::optional<core::precise_timestamp> read_time(std::string_view);

} // namespace watchword::api
