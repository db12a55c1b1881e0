#pragma once

#include "core/secret.hpp"

#include <string>
#include <string_view>

// How JWKs are written. For lib/crypto alone.
namespace watchword::crypto {

bool is_kid(std::string_view) noexcept; // as jwk.hpp says

// Writes one JSON object. What is secret leaves no copy behind but what finish() returns, as long as it has no more
// than `size` bytes.
class jwk_text {
public:
    explicit jwk_text(std::size_t size);

    jwk_text& text(std::string_view name, std::string_view value); // which needs no escapes
    jwk_text& escaped(std::string_view name, std::string_view value);
    jwk_text& bytes(std::string_view name, std::string_view value); // in base64url
    std::string finish();

private:
    void begin(std::string_view name);

    std::string text_;
};

} // namespace watchword::crypto
