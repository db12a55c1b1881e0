#pragma once

#include <array>
#include <memory>
#include <string_view>

namespace watchword::crypto {

// SHA-256 (FIPS 180-4). Keeps an OpenSSL context. One thread.
class sha256 {
public:
    static constexpr std::size_t size = 32;
    using digest = std::array<char, size>;

    // Throws std::runtime_error if OpenSSL refuses.
    sha256();
    sha256(sha256&&) noexcept;
    sha256& operator=(sha256&&) = delete;
    ~sha256();

    digest operator()(std::string_view message);

private:
    struct context;
    std::unique_ptr<context> context_;
};

} // namespace watchword::crypto
