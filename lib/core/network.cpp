#include "core/network.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace watchword::core {
namespace {

namespace ip = boost::asio::ip;

struct address_bits {
    bool v4;
    std::uint64_t high, low;
};

std::uint64_t eight_bytes(const ip::address_v6::bytes_type& bytes, std::size_t from) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = from; i < from + 8; ++i) value = value << 8 | bytes[i];
    return value;
}

address_bits bits_of(const ip_address& address) noexcept
{
    const auto plain = unmapped(address);
    if (plain.is_v4()) return {true, std::uint64_t(plain.to_v4().to_uint()) << 32, 0};
    const auto bytes = plain.to_v6().to_bytes();
    return {false, eight_bytes(bytes, 0), eight_bytes(bytes, 8)};
}

// The first `size` of 64 bits.
std::uint64_t mask(unsigned size) noexcept
{
    return size == 0 ? 0 : ~std::uint64_t(0) << (64 - size);
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) noexcept
{
    const auto value = text.size() > 1 && text.front() == '0' ? std::nullopt : parse_unsigned(text);
    if (!value || *value > most) return std::nullopt;
    return static_cast<unsigned>(*value);
}

} // namespace

std::optional<ip_address> parse_address(std::string_view text) noexcept
{
    // inet_pton wants a terminated text; it knows neither scopes nor leading zeros.
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
    text.copy(terminated.data(), text.size());
    if (text.find(':') == text.npos) {
        ip::address_v4::bytes_type bytes;
        if (inet_pton(AF_INET, terminated.data(), bytes.data()) != 1) return std::nullopt;
        return ip::address_v4(bytes);
    }
    ip::address_v6::bytes_type bytes;
    if (inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) return std::nullopt;
    return ip::address_v6(bytes);
}

ip_address unmapped(const ip_address& address) noexcept
{
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    const auto bytes = address.to_v6().to_bytes();
    return ip::address_v4(ip::address_v4::bytes_type{bytes[12], bytes[13], bytes[14], bytes[15]});
}

network::network(const ip_address& first, unsigned prefix) noexcept
    : high_mask_(mask(prefix < 64 ? prefix : 64)), low_mask_(mask(prefix < 64 ? 0 : prefix - 64))
{
    const auto bits = bits_of(first);
    v4_ = bits.v4;
    high_ = bits.high;
    low_ = bits.low;
}

result<network> network::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto written = parse_address(text.substr(0, slash));
    if (!written) return errc::invalid_input;
    const auto first = unmapped(*written);
    auto prefix = std::optional<unsigned>(written->is_v4() ? 32 : 128);
    if (slash != text.npos) prefix = parse_prefix(text.substr(slash + 1), *prefix);
    if (!prefix) return errc::invalid_input;
    if (written->is_v6() && first.is_v4()) {
        if (*prefix < 96) return errc::invalid_input; // the mark of a mapped address stands behind such a prefix
        *prefix -= 96;
    }
    const network out(first, *prefix);
    if ((out.high_ & ~out.high_mask_) != 0 || (out.low_ & ~out.low_mask_) != 0) return errc::invalid_input;
    return out;
}

bool network::contains(const ip_address& address) const noexcept
{
    const auto bits = bits_of(address);
    return bits.v4 == v4_ && (bits.high & high_mask_) == high_ && (bits.low & low_mask_) == low_;
}

result<network_list> network_list::parse(const std::vector<std::string>& texts)
{
    network_list out;
    out.networks_.reserve(texts.size());
    for (const auto& text : texts) {
        const auto one = network::parse(text);
        if (!one) return one.error();
        out.networks_.push_back(*one);
    }
    return out;
}

bool network_list::contains(const ip_address& address) const noexcept
{
    for (const auto& one : networks_)
        if (one.contains(address)) return true;
    return false;
}

address_key::address_key(const ip_address& address) noexcept
{
    const auto bits = bits_of(address);
    v4_ = bits.v4;
    bits_ = bits.high;
}

std::array<char, 9> address_key::bytes() const noexcept
{
    std::array<char, 9> all{v4_ ? '4' : '6'};
    std::memcpy(all.data() + 1, &bits_, sizeof bits_);
    return all;
}

std::size_t address_hash::operator()(const address_key& key) const noexcept
{
    // Two rounds of SplitMix64's finaliser, the seed added before each.
    auto value = key.bits_ + (key.v4_ ? 1 : 0);
    for (int round = 0; round < 2; ++round) {
        value += seed_;
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
        value = (value ^ value >> 27) * 0x94D049BB133111EBu;
        value = value ^ value >> 31;
    }
    return static_cast<std::size_t>(value);
}

} // namespace watchword::core
