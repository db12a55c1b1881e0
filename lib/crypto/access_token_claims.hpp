#pragma once

#include "crypto/access_token.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

// What access tokens say, in JSON. For access_token.cpp alone. Thread-safe.
namespace watchword::crypto {

// Whether claims are within the limits that access_token_claims states, as JSON has them both ways.
bool are_within_limits(const access_token_claims&) noexcept;

std::string write_claims(const access_token_claims&);

// Of claims that check_registered_claims has found good for that audience; nothing if one that must be there is not, or
// is no such value.
std::optional<access_token_claims> read_claims(const boost::json::object&, const std::string& audience);

} // namespace watchword::crypto
