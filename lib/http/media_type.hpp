#pragma once

#include "core/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::http {

// type/subtype;name=value, and what shares its grammar.
struct media_type {
    std::string essence;                                         // "type/subtype" in lower case
    std::vector<std::pair<std::string, std::string>> parameters; // names in lower case, values unquoted

    // Of that name, given in lower case.
    std::optional<std::string_view> parameter(std::string_view name) const;
};

// RFC 9110 section 8.3.1; white space around ';' is allowed. invalid_input for anything else, for a parameter given
// twice (two readers could take different ones) and for more than 16 of them.
core::result<media_type> parse_media_type(std::string_view text);

// A Content-Disposition of a form part (RFC 7578 section 4.2): the disposition is the essence. More lenient in what
// browsers write: backslashes in quoted values only escape '"' and '\'.
core::result<media_type> parse_disposition(std::string_view text);

} // namespace watchword::http
