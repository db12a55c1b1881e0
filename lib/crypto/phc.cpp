#include "crypto/phc.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace watchword::crypto {
namespace {

constexpr std::string_view prefix = "$argon2id$v=19$";
constexpr std::uint64_t most_memory_kib = 256 * 1024; // at once
constexpr std::uint64_t most_work_kib = 1024 * 1024;  // memory times passes
constexpr std::uint64_t least_memory_kib = 8;         // RFC 9106 section 3.1: 8 KiB for each lane
constexpr std::uint64_t most_lanes = 64;

// The PHC string format writes the standard alphabet, without padding.
std::string to_standard(std::string text)
{
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    return text;
}

std::optional<std::string> decode(std::string_view text)
{
    std::string url(text);
    if (url.find_first_of("-_") != url.npos) return std::nullopt;
    std::replace(url.begin(), url.end(), '+', '-');
    std::replace(url.begin(), url.end(), '/', '_');
    auto bytes = core::base64url_decode(url);
    if (!bytes) return std::nullopt;
    return std::move(*bytes);
}

// The digits after `name`, which must come next; removes them and the separator behind.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name, char separator)
{
    if (!text.starts_with(name)) return std::nullopt;
    const auto end = text.find(separator);
    if (end == text.npos) return std::nullopt;
    const auto digits = text.substr(name.size(), end - name.size());
    if (digits.starts_with('0')) return std::nullopt; // a second spelling
    text.remove_prefix(end + 1);
    return core::parse_unsigned(digits);
}

} // namespace

std::string format_argon2id(const argon2id_hash& h)
{
    return std::string(prefix) + "m=" + std::to_string(h.memory_kib) + ",t=" + std::to_string(h.passes) +
           ",p=" + std::to_string(h.lanes) + "$" + to_standard(core::base64url_encode(h.salt)) + "$" +
           to_standard(core::base64url_encode(h.hash));
}

bool is_within_bounds(std::uint64_t memory_kib, std::uint64_t passes) noexcept
{
    return memory_kib >= least_memory_kib && memory_kib <= most_memory_kib && passes > 0 &&
           passes <= most_work_kib / memory_kib;
}

std::optional<argon2id_hash> parse_argon2id(std::string_view text)
{
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    const auto memory = take_number(text, "m=", ',');
    const auto passes = memory ? take_number(text, "t=", ',') : std::nullopt;
    const auto lanes = passes ? take_number(text, "p=", '$') : std::nullopt;
    if (!lanes || *lanes == 0 || *lanes > most_lanes) return std::nullopt;
    if (!is_within_bounds(*memory, *passes) || *memory / least_memory_kib < *lanes) return std::nullopt;
    const auto middle = text.find('$');
    if (middle == text.npos) return std::nullopt;
    auto salt = decode(text.substr(0, middle));
    auto hash = decode(text.substr(middle + 1));
    if (!salt || salt->size() < 8 || salt->size() > 64) return std::nullopt;
    if (!hash || hash->size() < 16 || hash->size() > 64) return std::nullopt;
    return argon2id_hash{static_cast<std::uint32_t>(*memory), static_cast<std::uint32_t>(*passes), std::move(*salt),
                         std::move(*hash), static_cast<std::uint32_t>(*lanes)};
}

} // namespace watchword::crypto
