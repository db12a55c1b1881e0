#pragma once

#include "http/forms.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

// The query of a target, as handlers read it. Pure: thread-safe.
namespace watchword::http {

// As WHATWG's URL standard reads it, so never malformed. Error: too_large (more than 100 pairs).
core::result<form> parse_query(std::string_view query);

// The value of that name, or nothing if it is absent. invalid_input if it is given twice, because two readers could
// take different ones. The view points into the form.
core::result<std::optional<std::string_view>> single(const form& values, std::string_view name);
core::result<std::optional<std::string_view>> single(const form&& values, std::string_view name) = delete;

// The same as a whole number from `least` to `most`, in decimal digits, a '-' in front of negative ones, without
// leading zeros. invalid_input for anything else.
core::result<std::optional<std::int64_t>> single_integer(const form& values, std::string_view name, std::int64_t least,
                                                         std::int64_t most);

} // namespace watchword::http
