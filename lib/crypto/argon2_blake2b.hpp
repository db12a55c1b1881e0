#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace watchword::crypto {

// BLAKE2b without a key (RFC 7693), libsodium's: OpenSSL 3.0 has it only with 64 bytes of output. Its state is wiped.
class blake2b {
public:
    explicit blake2b(std::size_t size); // of the output, 1 to 64 bytes; std::invalid_argument for another
    blake2b(const blake2b&) = delete;
    blake2b& operator=(const blake2b&) = delete;
    ~blake2b();

    void add(std::string_view bytes);
    void add_number(std::uint32_t); // four bytes, little-endian
    void finish(char* out);         // once, as the last

private:
    alignas(64) std::byte state_[384];
    const std::size_t size_;
};

} // namespace watchword::crypto
