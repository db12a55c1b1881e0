#include "crypto/signature_algorithm.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace watchword::crypto {
namespace {

// In the order of signature_algorithm.
constexpr algorithm_facts all[] = {
    {"HS256", "oct", ""}, {"ES256", "EC", "P-256"}, {"EdDSA", "OKP", "Ed25519"},
    {"RS256", "RSA", ""}, {"PS256", "RSA", ""},
};

template <class Matches> std::optional<signature_algorithm> find(const Matches& matches) noexcept
{
    const auto found = std::find_if(std::begin(all), std::end(all), matches);
    if (found == std::end(all)) return std::nullopt;
    return static_cast<signature_algorithm>(found - std::begin(all));
}

} // namespace

const algorithm_facts& facts_of(signature_algorithm a) noexcept
{
    return all[static_cast<std::size_t>(a)];
}

bool is_slow_to_sign(signature_algorithm a) noexcept
{
    return facts_of(a).type == "RSA";
}

bool is_key_type(std::string_view type) noexcept
{
    return find([type](const algorithm_facts& a) { return a.type == type; }).has_value();
}

std::optional<signature_algorithm> find_algorithm(std::string_view name) noexcept
{
    return find([name](const algorithm_facts& a) { return a.name == name; });
}

std::optional<signature_algorithm> find_algorithm(std::string_view type, std::string_view curve) noexcept
{
    if (curve.empty()) return std::nullopt;
    return find([type, curve](const algorithm_facts& a) { return a.type == type && a.curve == curve; });
}

} // namespace watchword::crypto
