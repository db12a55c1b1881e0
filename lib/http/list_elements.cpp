#include "http/list_elements.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace watchword::http {

std::string_view take_element(std::string_view& list) noexcept
{
    bool is_quoted = false;
    std::size_t end = 0;
    for (; end < list.size() && (is_quoted || list[end] != ','); ++end) {
        if (list[end] == '"') is_quoted = !is_quoted;
        if (list[end] == '\\' && is_quoted) ++end;
    }
    end = std::min(end, list.size()); // behind a backslash at the end there is nothing
    const auto element = core::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return element;
}

} // namespace watchword::http
