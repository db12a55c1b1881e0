#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The two kinds of HTML forms. Pure functions: thread-safe, linear time, memory bounded by the input.
namespace watchword::http {

struct form_limits {
    std::size_t fields = 1000;            // parts of a multipart form, files too; pairs of an urlencoded one
    std::size_t part_header_bytes = 8192; // header lines of one part together
};

// Decoded fields in the order sent. Values are bytes: whether they are UTF-8 is the caller's question.
class form {
public:
    // The first field of that name.
    std::optional<std::string_view> get(std::string_view name) const;
    const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }

    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

// application/x-www-form-urlencoded as WHATWG's URL standard reads it: never malformed. Error: too_large (fields).
core::result<form> parse_urlencoded(std::string_view body, const form_limits& limits = {});

// multipart/form-data (RFC 7578 on RFC 2046 section 5.1), strict: CRLF line ends and a closing boundary, or the whole
// form is refused. Parts with a filename are files and left out; text before the first boundary and after the last is
// ignored. Errors: invalid_input (also for a field in a charset other than UTF-8, in a transfer encoding or of a
// multipart type, and for a boundary that is none), too_large (parts or their headers).
core::result<form> parse_multipart(std::string_view body, std::string_view boundary, const form_limits& limits = {});

} // namespace watchword::http
