#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <list>
#include <memory>
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

// Fields in the order sent. Values are bytes: whether they are UTF-8 is the caller's question. They may be passwords,
// and so may names: of "password=me&you" a client has forgotten to escape, "you" is one. What was decoded is wiped in
// the end.
class form {
public:
    using field = std::pair<std::string_view, std::string_view>; // name and value

    form() = default;
    form(form&&) noexcept = default;
    form& operator=(form&&) noexcept = delete;
    ~form();

    // The first field of that name.
    std::optional<std::string_view> get(std::string_view name) const&;
    std::optional<std::string_view> get(std::string_view name) const&& = delete;
    const std::vector<field>& fields() const& noexcept { return fields_; }
    const std::vector<field>& fields() const&& = delete;

private:
    friend core::result<form> parse_urlencoded(std::string_view, const form_limits&);
    friend core::result<form> parse_multipart(std::string_view, std::string_view, const form_limits&);

    std::vector<field> fields_;
    std::unique_ptr<char[]> decoded_; // what the fields of an urlencoded form point into
    std::size_t decoded_size_ = 0;
    std::list<std::string> names_; // of a multipart form
};

// application/x-www-form-urlencoded as WHATWG's URL standard reads it: never malformed. One copy of the body is made.
// Error: too_large (fields).
core::result<form> parse_urlencoded(std::string_view body, const form_limits& limits);
inline core::result<form> parse_urlencoded(std::string_view body)
{
    return parse_urlencoded(body, {});
}

// multipart/form-data (RFC 7578 on RFC 2046 section 5.1), strict: CRLF line ends and a closing boundary, or the whole
// form is refused. In place: values point into `body`, which must outlive the form. Parts with a filename are files and
// left out; text before the first boundary and after the last is ignored. Errors: invalid_input (also for a field in a
// charset other than UTF-8, in a transfer encoding or of a multipart type, and for a boundary that is none), too_large
// (parts or their headers).
core::result<form> parse_multipart(std::string_view body, std::string_view boundary, const form_limits& limits);
inline core::result<form> parse_multipart(std::string_view body, std::string_view boundary)
{
    return parse_multipart(body, boundary, {});
}

} // namespace watchword::http
