#include "crypto/hash_text.hpp"

#include "core/base64.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace watchword::crypto {
namespace {

constexpr std::size_t group = 4; // characters for three bytes

} // namespace

core::result<std::string> decode_base64(std::string_view text, base64_form form)
{
    if (form == base64_form::padded) return core::base64_decode(text);
    std::string url(text);
    const char plus = form == base64_form::adapted ? '.' : '+';
    if (url.find_first_of("-_") != url.npos) return core::errc::invalid_input;
    std::replace(url.begin(), url.end(), plus, '-');
    std::replace(url.begin(), url.end(), '/', '_');
    return core::base64url_decode(url);
}

std::string encode_base64(std::string_view bytes, base64_form form)
{
    auto text = core::base64url_encode(bytes);
    std::replace(text.begin(), text.end(), '-', form == base64_form::adapted ? '.' : '+');
    std::replace(text.begin(), text.end(), '_', '/');
    if (form == base64_form::padded) text.resize((text.size() + group - 1) / group * group, '=');
    return text;
}

std::optional<std::string_view> take_until(std::string_view& text, char separator)
{
    const auto end = text.find(separator);
    if (end == text.npos) return std::nullopt;
    const auto part = text.substr(0, end);
    text.remove_prefix(end + 1);
    return part;
}

std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name, char separator)
{
    if (!text.starts_with(name)) return std::nullopt;
    auto rest = text.substr(name.size());
    const auto digits = take_until(rest, separator);
    if (!digits || digits->starts_with('0')) return std::nullopt;
    const auto number = core::parse_unsigned(*digits);
    if (number) text = rest;
    return number;
}

} // namespace watchword::crypto
