#pragma once

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/secret.hpp"
#include "http/forms.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>

namespace watchword::api {

struct body_limits {
    http::form_limits form;
    core::json_limits json;
};

// The fields of the tutorial's two forms. Absent and empty are told apart.
struct credentials {
    std::optional<std::string> name, email;
    std::optional<core::secret_string> password;
};

// Reads them from an urlencoded form, multipart/form-data or a JSON object, as Content-Type says. Other types, a JSON
// value that is no text and a body that cannot be read count as nothing given, as in the tutorial.
// Errors: too_large (more parts or longer names than a form may have).
core::result<credentials> read_credentials(const http::request&, const body_limits& = {});

} // namespace watchword::api
