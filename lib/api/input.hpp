#pragma once

#include "api/operation.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/secret.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What clients send to an operation, judged by its declaration. Thread-safe.
namespace watchword::api {

// Something that was read, or what the client is answered instead.
template <class T> using read = boost::system::result<T, http::response>;

// The body: a JSON object as operation::body describes it. Whatever it takes of the heap is wiped when it goes, for it
// may hold passwords. Answers: 415 unsupported_media_type, with Accept; 400 invalid_json (no JSON object, or not as
// strict as core::parse_json is) or what judge() found.
read<boost::json::object> read_body(const http::request&, const operation&, core::json_limits = {});

// Members of a body that was judged: those that are there and not null.
std::optional<std::string> text_in(const boost::json::object&, std::string_view name);
std::optional<bool> flag_in(const boost::json::object&, std::string_view name);
std::vector<std::string> texts_in(const boost::json::object&, std::string_view name); // of an array; none if absent
core::secret_string secret_in(const boost::json::object&, std::string_view name);     // empty if it is absent

// The parameters of a query that were given.
class query_values {
public:
    std::optional<std::string> text(std::string_view name) const;
    // Of a parameter whose schema is such.
    std::optional<std::int64_t> integer(std::string_view name) const;
    std::optional<bool> flag(std::string_view name) const;

    void add(std::string name, std::string value) { values_.emplace_back(std::move(name), std::move(value)); }

private:
    std::vector<std::pair<std::string, std::string>> values_;
};
// 400 for a parameter that is not declared (unknown_parameter), stands there twice, is missing or not as its schema has
// it.
read<query_values> read_query(const http::request&, const operation&);

// 400 with all of them: the first one's code and field are the problem's, "errors" has each with its JSON pointer (RFC
// 9457 section 3, RFC 6901).
http::response refuse_input(const std::vector<input_error>&);
http::response refuse_input(std::string pointer, std::string_view code, std::string detail);

} // namespace watchword::api
