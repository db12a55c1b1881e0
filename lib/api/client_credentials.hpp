#pragma once

#include "api/oauth_error.hpp"
#include "core/secret.hpp"
#include "http/forms.hpp"
#include "http/message.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Who an OAuth client says that it is (RFC 6749 section 2.3.1). Thread-safe.
namespace watchword::api {

struct client_credentials {
    std::string id;
    core::secret_string secret; // neither is empty
};

inline constexpr std::size_t longest_basic = 1024; // bytes of a field that is read

// Of a field `Basic BASE64` (RFC 7617), in which the id and the secret were encoded as in a form before they were
// joined by a colon. Nothing for another scheme, base64 in another spelling, no colon, an empty part, control
// characters and whatever is longer than longest_basic.
std::optional<client_credentials> read_basic(std::string_view field);

// From a Basic field, or from client_id and client_secret of the form. Errors: invalid_client for none or a malformed
// field; invalid_request for both ways at once, an id in the form that is another one than in the field, and for what
// stands there twice.
boost::system::result<client_credentials, oauth_error> find_client_credentials(const http::request&, const http::form&);

} // namespace watchword::api
