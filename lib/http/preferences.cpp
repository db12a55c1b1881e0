#include "http/preferences.hpp"

#include "core/text.hpp"
#include "http/list_elements.hpp"

#include <optional>
#include <utility>

namespace watchword::http {
namespace {

// The value of `return = value`, as a token or a quoted string, whatever parameters follow; nothing for any other
// preference. Empty: it is malformed.
std::optional<std::string_view> return_value(std::string_view element) noexcept
{
    const auto preference = core::trim(element.substr(0, element.find(';')));
    const auto equals = preference.find('=');
    if (!core::iequals(core::trim(preference.substr(0, equals)), "return")) return std::nullopt;
    if (equals == preference.npos) return std::string_view();
    auto value = core::trim(preference.substr(equals + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
    return value;
}

} // namespace

return_preference read_return_preference(const request& q) noexcept
{
    for (const auto& [name, field] : q.headers) {
        if (!core::iequals(name, "Prefer")) continue;
        for (auto rest = field; !rest.empty();) {
            const auto value = return_value(take_element(rest));
            if (!value) continue;
            if (core::iequals(*value, "minimal")) return return_preference::minimal;
            if (core::iequals(*value, "representation")) return return_preference::representation;
            return return_preference::none;
        }
    }
    return return_preference::none;
}

response as_preferred(const request& q, response full)
{
    const auto wanted = read_return_preference(q);
    const auto s = full.status();
    if (wanted == return_preference::none || (s != status::ok && s != status::created)) return full;
    const bool is_minimal = wanted == return_preference::minimal;
    if (is_minimal) full.strip(s == status::ok ? status::no_content : s);
    full.set("Preference-Applied", is_minimal ? "return=minimal" : "return=representation");
    return full;
}

} // namespace watchword::http
