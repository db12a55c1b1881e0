#include "crypto/sha256.hpp"

#include "crypto/kept_digest.hpp"

namespace watchword::crypto {

struct sha256::context {
    kept_digest<size> kept{"SHA256"};
};

sha256::sha256() : context_(std::make_unique<context>()) {}

sha256::sha256(sha256&&) noexcept = default;

sha256::~sha256() = default;

sha256::digest sha256::operator()(std::string_view message)
{
    digest out;
    context_->kept.of(message, out);
    return out;
}

} // namespace watchword::crypto
