#include "crypto/phc.hpp"

#include "crypto/hash_bounds.hpp"
#include "crypto/hash_text.hpp"

#include <algorithm>

namespace watchword::crypto {
namespace {

constexpr std::uint64_t least_memory_kib = 8; // RFC 9106 section 3.1: 8 KiB for each lane

struct named_type {
    argon2_type type;
    std::string_view prefix;
};
constexpr named_type types[] = {
    {argon2_type::id, "$argon2id$v=19$"}, {argon2_type::i, "$argon2i$v=19$"}, {argon2_type::d, "$argon2d$v=19$"}};

const named_type* find_type(std::string_view text) noexcept
{
    for (const auto& t : types)
        if (text.starts_with(t.prefix)) return &t;
    return nullptr;
}

std::string_view prefix_of(argon2_type type) noexcept
{
    for (const auto& t : types)
        if (t.type == type) return t.prefix;
    return {};
}

bool is_too_costly(std::uint64_t memory_kib, std::uint64_t passes) noexcept
{
    return memory_kib > hash_bounds::argon2_memory_kib ||
           passes > hash_bounds::argon2_work_kib / std::max(memory_kib, least_memory_kib);
}

} // namespace

std::string format_argon2(const argon2_hash& h)
{
    return std::string(prefix_of(h.type)) + "m=" + std::to_string(h.memory_kib) + ",t=" + std::to_string(h.passes) +
           ",p=" + std::to_string(h.lanes) + "$" + encode_base64(h.salt, base64_form::unpadded) + "$" +
           encode_base64(h.hash, base64_form::unpadded);
}

bool is_within_bounds(std::uint64_t memory_kib, std::uint64_t passes) noexcept
{
    return memory_kib >= least_memory_kib && passes > 0 && !is_too_costly(memory_kib, passes);
}

core::result<argon2_hash> parse_argon2(std::string_view text)
{
    const auto* const type = find_type(text);
    if (type == nullptr) return core::errc::invalid_input;
    text.remove_prefix(type->prefix.size());
    const auto memory = take_number(text, "m=", ',');
    const auto passes = memory ? take_number(text, "t=", ',') : std::nullopt;
    const auto lanes = passes ? take_number(text, "p=", '$') : std::nullopt;
    const auto encoded_salt = lanes ? take_until(text, '$') : std::nullopt;
    if (!encoded_salt || *lanes == 0 || *passes == 0 || *memory / least_memory_kib < *lanes)
        return core::errc::invalid_input;
    if (is_too_costly(*memory, *passes) || *lanes > hash_bounds::argon2_lanes) return core::errc::too_large;
    auto salt = decode_base64(*encoded_salt, base64_form::unpadded);
    auto hash = decode_base64(text, base64_form::unpadded);
    if (!salt || salt->size() < 8 || salt->size() > 64) return core::errc::invalid_input;
    if (!hash || hash->size() < 16 || hash->size() > 64) return core::errc::invalid_input;
    return argon2_hash{static_cast<std::uint32_t>(*memory),
                       static_cast<std::uint32_t>(*passes),
                       std::move(*salt),
                       std::move(*hash),
                       static_cast<std::uint32_t>(*lanes),
                       type->type};
}

} // namespace watchword::crypto
