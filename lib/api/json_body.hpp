#pragma once

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/secret.hpp"
#include "http/message.hpp"

#include <initializer_list>
#include <string_view>
#include <vector>

// Bodies of requests under /v1: JSON objects.
namespace watchword::api {

// What is wrong with one, and whose fault it is.
struct body_problem {
    http::status status;
    std::string_view code;
    std::string_view field{};           // empty: the body as a whole
    std::string_view expected = "text"; // of the field, if its type is wrong
};

// The answer to it: 400 with the field named, or 415 with Accept.
http::response answer(const body_problem&);

// The text members of these names, which must be literals, in their order; any of them may be a secret. Other members
// are not looked at. Problems: unsupported_media_type (415: any Content-Type but application/json); invalid_json (no
// JSON object, or not as strict as core::parse_json is); missing_field (absent or empty), invalid_type (no text).
boost::system::result<std::vector<core::secret_string>, body_problem>
read_texts(const http::request&, std::initializer_list<std::string_view> names, core::json_limits = {});

// The same, and whether the member `flag`, a literal, is true; it may be absent. invalid_type also if it is neither
// true nor false.
struct texts_and_flag {
    std::vector<core::secret_string> texts;
    bool flag = false;
};
boost::system::result<texts_and_flag, body_problem> read_texts_and_flag(const http::request&,
                                                                        std::initializer_list<std::string_view> names,
                                                                        std::string_view flag, core::json_limits = {});

} // namespace watchword::api
