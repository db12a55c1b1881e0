#include "http/accept.hpp"

#include "core/text.hpp"
#include "http/list_elements.hpp"
#include "http/media_type.hpp"
#include "http/weight.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace watchword::http {
namespace {

// How closely a range names a type, from nothing to all of it.
enum class closeness { none, anything, main_type, type };

closeness compare(std::string_view range, std::string_view type)
{
    if (range == type) return closeness::type;
    if (range == "*/*") return closeness::anything;
    const auto slash = type.find('/');
    const bool is_main = range.ends_with("/*") && range.substr(0, range.size() - 2) == type.substr(0, slash);
    return is_main ? closeness::main_type : closeness::none;
}

bool is_of_plain_types(const media_type& range)
{
    for (const auto& [name, value] : range.parameters)
        if (name != "q" && (name != "charset" || !core::iequals(value, "utf-8"))) return false;
    return true;
}

// What a client says of one type.
struct verdict {
    bool is_asked = false; // somewhere there is a range
    closeness best = closeness::none;
    int weight = 0;

    void read(std::string_view element, std::string_view type)
    {
        const auto range = parse_media_type(element);
        if (!range) return;
        const auto given = range->parameter("q");
        const auto parsed = given ? parse_weight(*given) : std::optional<int>(1000);
        if (!parsed) return;
        is_asked = true;
        const auto how = is_of_plain_types(*range) ? compare(range->essence, type) : closeness::none;
        if (how == closeness::none || how < best) return;
        weight = how > best ? *parsed : std::max(weight, *parsed);
        best = how;
    }
};

} // namespace

bool accepts(const request& q, std::string_view type)
{
    verdict all;
    for (const auto& [name, value] : q.headers) {
        if (!core::iequals(name, "Accept")) continue;
        for (auto rest = value; !rest.empty();) all.read(take_element(rest), type);
    }
    return !all.is_asked || all.weight > 0;
}

response not_acceptable()
{
    return problem(status::not_acceptable, "not_acceptable", "There is nothing of a type that Accept lets through.");
}

} // namespace watchword::http
