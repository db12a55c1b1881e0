#pragma once

#include "accounts/key_ring.hpp"
#include "api/operations.hpp"

#include <chrono>
#include <string>

namespace watchword::api {

// GET /.well-known/jwks.json: the public keys by which anybody can verify access tokens (RFC 7517 section 5), those
// that will sign soon among them. May be kept for half of `publish_ahead`, an hour at most, so that every key is known
// everywhere before it signs; If-None-Match asks whether that has changed. Thread-safe. The keys must outlive it.
class jwks {
public:
    jwks(accounts::key_ring&, std::chrono::milliseconds publish_ahead);

    // `this` must outlive the router.
    void add_routes(operations&);

private:
    core::task<http::response> answer(http::request&);

    accounts::key_ring& keys_;
    const std::string cache_control_;
};

} // namespace watchword::api
