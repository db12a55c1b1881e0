#include "api/pages.hpp"

#include "core/json.hpp"
#include "http/link.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <utility>

namespace watchword::api {

std::optional<std::int64_t> read_position(const cursors& all, cursors::filter filter, std::string_view cursor)
{
    const auto text = all.read(filter, cursor);
    if (!text) return std::nullopt;
    std::int64_t position = 0;
    const auto end = text->data() + text->size();
    const auto [read, ec] = std::from_chars(text->data(), end, position);
    if (ec != std::errc() || read != end) return std::nullopt;
    return position;
}

std::optional<std::string> next_cursor(const cursors& all, cursors::filter filter,
                                       const std::optional<std::int64_t>& position)
{
    if (!position) return std::nullopt;
    return all.write(filter, std::to_string(*position));
}

http::response page_answer(const http::request& q, std::string_view name, boost::json::array entries,
                           const std::optional<std::string>& next)
{
    boost::json::object body;
    body[{name.data(), name.size()}] = std::move(entries);
    body["next"] = next ? boost::json::value(*next) : boost::json::value();
    http::response r(http::status::ok, "application/json", boost::json::serialize(body) + "\n");
    if (next) http::set_next_page(r, q, *next);
    return r;
}

} // namespace watchword::api
