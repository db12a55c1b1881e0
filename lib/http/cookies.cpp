#include "http/cookies.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace watchword::http {
namespace {

constexpr std::size_t most_pair_bytes = 4096;
constexpr std::size_t most_attribute_bytes = 1024;

// The cookie-value of RFC 6265 section 4.1.1, without quotes.
bool is_value(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c > ' ' && c < '\x7F' && c != '"' && c != ',' && c != ';' && c != '\\'; });
}

bool is_name(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), core::is_token_character);
}

bool is_path(std::string_view text) noexcept
{
    return text.starts_with('/') &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7F' && c != ';'; });
}

std::string_view unquoted(std::string_view text) noexcept
{
    const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

// Browsers compare these prefixes without case.
bool has_prefix(std::string_view name, std::string_view prefix) noexcept
{
    return core::iequals(name.substr(0, prefix.size()), prefix);
}

bool keeps_the_promise_of_its_name(const new_cookie& made) noexcept
{
    if (has_prefix(made.name, "__Host-")) return made.secure && made.path == "/";
    return made.secure || !has_prefix(made.name, "__Secure-");
}

std::string_view to_string(same_site rule) noexcept
{
    switch (rule) {
    case same_site::strict: return "Strict";
    case same_site::lax: return "Lax";
    case same_site::none: break;
    }
    return "None";
}

} // namespace

std::optional<std::string_view> cookie(const request& q, std::string_view name) noexcept
{
    if (!is_name(name)) return std::nullopt;
    std::optional<std::string_view> found;
    for (const auto& field : q.headers) {
        if (!core::iequals(field.name, "Cookie")) continue;
        for (auto rest = field.value; !rest.empty();) {
            const auto pair = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
            const auto equals = pair.find('=');
            if (equals == pair.npos || core::trim(pair.substr(0, equals)) != name) continue;
            if (found) return std::nullopt;
            found = unquoted(core::trim(pair.substr(equals + 1)));
        }
    }
    if (found && !is_value(*found)) return std::nullopt;
    return found;
}

core::result<std::string> set_cookie(const new_cookie& made)
{
    if (made.name.size() + made.value.size() > most_pair_bytes || made.path.size() > most_attribute_bytes)
        return core::errc::too_large;
    if (!is_name(made.name) || !is_value(made.value) || !is_path(made.path)) return core::errc::invalid_input;
    if (made.max_age && made.max_age->count() < 0) return core::errc::invalid_input;
    if (!made.secure && made.same_site == same_site::none) return core::errc::invalid_input;
    if (!keeps_the_promise_of_its_name(made)) return core::errc::invalid_input;

    std::string out;
    out.append(made.name).append("=").append(made.value).append("; Path=").append(made.path);
    if (made.max_age) out.append("; Max-Age=").append(std::to_string(made.max_age->count()));
    if (made.http_only) out.append("; HttpOnly");
    if (made.secure) out.append("; Secure");
    return out.append("; SameSite=").append(to_string(made.same_site));
}

} // namespace watchword::http
