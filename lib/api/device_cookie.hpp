#pragma once

#include "accounts/device_proofs.hpp"
#include "http/message.hpp"

#include <string_view>

// The cookie by which a device that has signed in is known again: __Host-watchword_device, or watchword_device where
// there is no TLS. Pure but for the proofs.
namespace watchword::api {

// The text of the request's cookie, which may be anything; empty if there is none. Points into the request.
std::string_view find_device(const http::request&) noexcept;

// Adds the cookie for a client that has just signed in to the account. Nothing is added for an account that no cookie
// can hold (accounts/device_proofs.hpp).
void remember_device(http::response&, const http::request&, accounts::device_proofs&, std::string_view public_id);

} // namespace watchword::api
