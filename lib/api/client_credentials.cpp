#include "api/client_credentials.hpp"

#include "api/authorization.hpp"
#include "core/base64.hpp"
#include "http/percent.hpp"
#include "http/query.hpp"

#include <algorithm>

namespace watchword::api {
namespace {

using found = boost::system::result<client_credentials, oauth_error>;

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// Parameters without a value count as left out (RFC 6749 section 3.2).
bool is_given(const std::optional<std::string_view>& value) noexcept
{
    return value && !value->empty();
}

found in_field(std::string_view field, std::optional<std::string_view> id_in_form)
{
    auto basic = read_basic(field);
    if (!basic) return invalid_client;
    if (is_given(id_in_form) && *id_in_form != basic->id)
        return invalid_request("The client_id is not that of the Authorization field.");
    return std::move(*basic);
}

} // namespace

std::optional<client_credentials> read_basic(std::string_view field)
{
    if (field.size() > longest_basic) return std::nullopt;
    auto decoded = core::base64_decode(credentials_in(field, "Basic "));
    if (!decoded) return std::nullopt;
    const core::secret_string pair(std::move(*decoded));
    const auto colon = pair.view().find(':');
    if (colon == std::string_view::npos) return std::nullopt;

    core::secret_bytes<longest_basic> buffer;
    const auto id = http::form_decode(pair.view().substr(0, colon), buffer.data);
    const auto secret = http::form_decode(pair.view().substr(colon + 1), buffer.data + id.size());
    const auto has_control = [](std::string_view text) { return std::any_of(text.begin(), text.end(), is_control); };
    if (id.empty() || secret.empty() || has_control(id) || has_control(secret)) return std::nullopt;
    return client_credentials{std::string(id), core::secret_string(secret)};
}

found find_client_credentials(const http::request& q, const http::form& form)
{
    const auto field = find_authorization(q);
    if (!field) return invalid_request("There are several Authorization fields.");
    const auto id = http::single(form, "client_id"), posted = http::single(form, "client_secret");
    if (!id || !posted) return invalid_request("A parameter is given twice.");
    if (!field->empty() && is_given(*posted))
        return invalid_request("The client may be named in the Authorization field or in the form, not in both.");
    if (!field->empty()) return in_field(*field, *id);
    if (!is_given(*id) || !is_given(*posted)) return invalid_client;
    return client_credentials{std::string(**id), core::secret_string(**posted)};
}

} // namespace watchword::api
