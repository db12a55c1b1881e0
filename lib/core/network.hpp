#pragma once

#include "core/error.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// IP addresses and networks as settings, proxies and limits need them. Pure: thread-safe.
namespace watchword::core {

using ip_address = boost::asio::ip::address;

// An IPv4 address in dotted decimal, an IPv6 address as RFC 4291 section 2.2 writes it; one spelling of each number:
// no leading zeros in IPv4 ("010.0.0.1" is two addresses to two readers), no brackets, no scope, no white space.
// Does not allocate.
std::optional<ip_address> parse_address(std::string_view text) noexcept;

// The IPv4 address inside an IPv4-mapped IPv6 one (::ffff:192.0.2.1, as sockets for both families report their
// peers); any other address as it is.
ip_address unmapped(const ip_address& address) noexcept;

// The addresses that share a prefix. IPv4-mapped addresses and networks count as IPv4, so ::/0 is all of IPv6 only.
class network {
public:
    // "10.0.0.0/8", "fd00::/8"; a lone address is a network of one. invalid_input for anything else, also if bits
    // behind the prefix are set ("10.0.0.1/8"): that is more often a slip than meant.
    static result<network> parse(std::string_view text);

    bool contains(const ip_address& address) const noexcept;

private:
    network(const ip_address& first, unsigned prefix) noexcept;

    bool v4_;
    std::uint64_t high_, low_; // the prefix, IPv4 in the upper half of `high_`
    std::uint64_t high_mask_, low_mask_;
};

class network_list {
public:
    network_list() = default;
    // Each as network::parse reads it; the first error.
    static result<network_list> parse(const std::vector<std::string>& texts);

    bool contains(const ip_address& address) const noexcept;
    bool empty() const noexcept { return networks_.empty(); }

private:
    std::vector<network> networks_;
};

// Who counts as one client: an IPv4 address, or the /64 of an IPv6 address, the least that one subscriber has.
class address_key {
public:
    explicit address_key(const ip_address& address) noexcept;

    // Equal for equal keys only: for hashing, within one process.
    std::array<char, 9> bytes() const noexcept;

    friend bool operator==(const address_key&, const address_key&) = default;

private:
    friend class address_hash;
    bool v4_;
    std::uint64_t bits_;
};

// Hashes keys for an unordered container. The seed, from a random source, keeps clients from choosing addresses that
// share a bucket.
class address_hash {
public:
    explicit address_hash(std::uint64_t seed) noexcept : seed_(seed) {}
    std::size_t operator()(const address_key& key) const noexcept;

private:
    std::uint64_t seed_;
};

} // namespace watchword::core
