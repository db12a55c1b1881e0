#pragma once

#include "http/message.hpp"

#include <functional>
#include <vector>

namespace watchword::http {

// Makes a handler from a handler: looks at the request before `next`, or at its response after. Composed once, when
// routes are made; a route without middleware pays nothing for it.
//
// One that has nothing to do for a request should cost nothing either: its handler is then a plain function that
// returns next(q), and a coroutine starts only where there is work. An exception of what is behind `next` passes
// through; the router answers it.
using middleware = std::function<handler(handler next)>;

// Has the last word on every response that leaves a router, after the layers: also on those to exceptions and to
// unknown paths. A plain function on the I/O thread: for fields that cost too little for a coroutine of their own.
using finisher = std::function<void(request&, response&)>;

// `layers` around `inner`, the first outermost.
handler compose(const std::vector<middleware>& layers, handler inner);

// Adds `Cache-Control: no-store` to every response, for routes that hand out tokens or personal data.
middleware no_store();

} // namespace watchword::http
