#pragma once

#include "http/message.hpp"

#include <string>
#include <vector>

namespace watchword::http {

// Whether a browser says that a page of another origin made this request. `trusted`: other origins that count as this
// one, exactly as browsers send them. Sec-Fetch-Site is believed first (all browsers since 2023; no script can set it):
// only `same-origin`, and `none` for the user himself, are this origin, which holds behind a proxy that changes Host,
// too. Without it Origin, if there is one, must name the request's own host and port, and https if it came through TLS.
// Who sends neither is no browser, or an old one. Thread-safe, linear time, no allocation.
bool is_cross_origin(const request&, const std::vector<std::string>& trusted = {}) noexcept;

} // namespace watchword::http
