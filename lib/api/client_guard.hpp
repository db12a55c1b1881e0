#pragma once

#include "accounts/registered_clients.hpp"
#include "accounts/token_cache.hpp"
#include "api/rate_limits.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "http/forms.hpp"
#include "http/message.hpp"

#include <cstddef>
#include <functional>

namespace watchword::api {

// Answers what a client has asked in a form. It cannot be routed without a client_guard.
using client_handler = std::function<core::task<http::response>(http::form)>;

// Lets a handler answer only the urlencoded forms of clients that show their secret (client_credentials.hpp) and may
// ask; the others get an oauth_error. Each thread remembers, in bounded memory, who has shown his secret from which
// address, so that it is hashed once. Thread-safe.
class client_guard {
public:
    // `clients` must outlive it.
    client_guard(accounts::registered_clients& clients, core::random_source&);

    // `this` must outlive the handler, and so must the limits; null: none. They hold up, as around_tokens says, who is
    // not remembered: others' wrong secrets do not keep a client out that has worked from the same address, and what
    // such a client asks is not counted however much it is at once.
    http::handler around(accounts::client_right, client_handler, rate_limits* = nullptr);

private:
    using known_clients = accounts::token_cache<const accounts::registered_client*>;
    struct unknown;
    struct anybody;
    static constexpr std::size_t remembered = 1024; // of each thread

    const accounts::registered_client* find_known(const http::request&, const http::form&);
    void remember(const http::request&, const http::form&, const accounts::registered_client&);

    accounts::registered_clients& clients_;
    core::per_thread<known_clients> known_;
};

} // namespace watchword::api
