#include "http/accept_encoding.hpp"

#include "core/text.hpp"
#include "http/weight.hpp"

#include <algorithm>
#include <optional>

namespace watchword::http {
namespace {

// The weight of `coding [ OWS ";" OWS "q=" weight ]`, in thousandths; 0 if it is malformed.
int weight_of(std::string_view parameters) noexcept
{
    parameters = core::trim(parameters);
    if (parameters.empty()) return 1000;
    if (!parameters.starts_with(';')) return 0;
    const auto name = core::trim(parameters.substr(1));
    if (name.size() < 2 || (name[0] != 'q' && name[0] != 'Q') || name[1] != '=') return 0;
    return parse_weight(name.substr(2)).value_or(0);
}

// The lowest weight each was given.
struct weights {
    std::optional<int> gzip, identity, any;

    void read(std::string_view list) noexcept
    {
        while (!list.empty()) {
            const auto comma = std::min(list.find(','), list.size());
            read_element(core::trim(list.substr(0, comma)));
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
    }

private:
    void read_element(std::string_view element) noexcept
    {
        const auto end = std::min(element.find_first_of("; \t"), element.size());
        const auto coding = element.substr(0, end);
        auto* const slot = core::iequals(coding, "gzip") || core::iequals(coding, "x-gzip") ? &gzip
                           : core::iequals(coding, "identity")                              ? &identity
                           : coding == "*"                                                  ? &any
                                                                                            : nullptr;
        if (slot) *slot = std::min(slot->value_or(1000), weight_of(element.substr(end)));
    }
};

} // namespace

bool prefers_gzip(const request& q) noexcept
{
    constexpr std::string_view field = "Accept-Encoding";
    weights all;
    for (const auto& [name, value] : q.headers)
        if (name.size() == field.size() && core::iequals(name, field)) all.read(value);
    const int gzip = all.gzip.value_or(all.any.value_or(0));
    return gzip > 0 && gzip >= all.identity.value_or(0);
}

} // namespace watchword::http
