#include "crypto/jwk_text.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/jwk.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <utility>

namespace watchword::crypto {

bool is_kid(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= longest_kid &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

jwk_text::jwk_text(std::size_t size)
{
    text_.reserve(size);
}

jwk_text& jwk_text::text(std::string_view name, std::string_view value)
{
    begin(name);
    text_.append("\"").append(value).append("\"");
    return *this;
}

jwk_text& jwk_text::escaped(std::string_view name, std::string_view value)
{
    begin(name);
    text_.append(boost::json::serialize(core::json_string(value)));
    return *this;
}

jwk_text& jwk_text::bytes(std::string_view name, std::string_view value)
{
    const core::secret_string encoded(core::base64url_encode(value));
    return text(name, encoded.view());
}

std::string jwk_text::finish()
{
    text_.append("}");
    return std::move(text_);
}

void jwk_text::begin(std::string_view name)
{
    text_.append(text_.empty() ? "{\"" : ",\"").append(name).append("\":");
}

} // namespace watchword::crypto
