#pragma once

#include "http/message.hpp"

#include <functional>
#include <vector>

namespace watchword::http {

// Makes a handler from a handler: looks at the request before `next`, or at its response after. Composed once, when
// routes are made; a route without middleware pays nothing for it.
using middleware = std::function<handler(handler next)>;

// `layers` around `inner`, the first outermost.
handler compose(const std::vector<middleware>& layers, handler inner);

// Adds `Cache-Control: no-store` to every response, for routes that hand out tokens or personal data.
middleware no_store();

} // namespace watchword::http
