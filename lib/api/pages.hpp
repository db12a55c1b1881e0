#pragma once

#include "api/cursor.hpp"
#include "http/message.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Lists that come in pages, ordered by a number. Thread-safe.
namespace watchword::api {

// Nothing: it is none of this list with that filter.
std::optional<std::int64_t> read_position(const cursors&, cursors::filter, std::string_view cursor);
// Nothing for nothing: the list has ended.
std::optional<std::string> next_cursor(const cursors&, cursors::filter, const std::optional<std::int64_t>& position);

// {"NAME": [...], "next": "…" or null}, with Link (rel=next) if there is more.
http::response page_answer(const http::request&, std::string_view name, boost::json::array entries,
                           const std::optional<std::string>& next);

} // namespace watchword::api
