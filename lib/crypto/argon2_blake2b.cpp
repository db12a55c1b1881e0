#include "crypto/argon2_blake2b.hpp"

#include "core/secret.hpp"

#include <sodium.h>

#include <stdexcept>

namespace watchword::crypto {
namespace {

using sodium_state = ::crypto_generichash_blake2b_state;

sodium_state* as_sodium(std::byte* state)
{
    return reinterpret_cast<sodium_state*>(state);
}

} // namespace

blake2b::blake2b(std::size_t size) : size_(size)
{
    static_assert(sizeof(sodium_state) <= sizeof state_ && alignof(sodium_state) <= 64);
    if (::crypto_generichash_blake2b_init(as_sodium(state_), nullptr, 0, size) != 0)
        throw std::invalid_argument("BLAKE2b has 1 to 64 bytes of output");
}

blake2b::~blake2b()
{
    core::wipe(state_, sizeof state_);
}

void blake2b::add(std::string_view bytes)
{
    ::crypto_generichash_blake2b_update(as_sodium(state_), reinterpret_cast<const unsigned char*>(bytes.data()),
                                        bytes.size());
}

void blake2b::add_number(std::uint32_t n)
{
    const char bytes[] = {static_cast<char>(n), static_cast<char>(n >> 8), static_cast<char>(n >> 16),
                          static_cast<char>(n >> 24)};
    add({bytes, sizeof bytes});
}

void blake2b::finish(char* out)
{
    ::crypto_generichash_blake2b_final(as_sodium(state_), reinterpret_cast<unsigned char*>(out), size_);
}

} // namespace watchword::crypto
