#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"
#include "http/message.hpp"

#include <optional>
#include <string_view>

// A response as bytes, and back. Thread-safe.
namespace watchword::api {

// Nothing for one that cannot be written down: it is in pieces, or of a content type that no route of ours has.
std::optional<core::secret_string> write_response(const http::response&);

// What was written. invalid_input for any other bytes. It closes no connection.
core::result<http::response> read_response(std::string_view bytes);

} // namespace watchword::api
