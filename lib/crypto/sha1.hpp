#pragma once

#include <array>
#include <memory>
#include <string_view>

namespace watchword::crypto {

// SHA-1 (FIPS 180-4), only for lists that are published so: it protects nothing. Keeps an OpenSSL context. One thread.
class sha1 {
public:
    static constexpr std::size_t size = 20;
    using digest = std::array<char, size>;

    // Throws std::runtime_error if OpenSSL refuses.
    sha1();
    ~sha1();
    sha1(const sha1&) = delete;
    sha1& operator=(const sha1&) = delete;

    digest operator()(std::string_view message);

private:
    struct context;
    std::unique_ptr<context> context_;
};

} // namespace watchword::crypto
