#include "api/authorization.hpp"

#include "core/text.hpp"

#include <cstddef>

namespace watchword::api {

std::optional<std::string_view> find_authorization(const http::request& q) noexcept
{
    std::string_view value;
    std::size_t count = 0;
    for (const auto& field : q.headers) {
        if (!core::iequals(field.name, "Authorization")) continue;
        value = field.value;
        ++count;
    }
    if (count > 1) return std::nullopt;
    return value;
}

std::string_view credentials_in(std::string_view field, std::string_view scheme) noexcept
{
    if (!core::iequals(field.substr(0, scheme.size()), scheme)) return {};
    return core::trim(field.substr(scheme.size()));
}

} // namespace watchword::api
