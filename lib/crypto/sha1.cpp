#include "crypto/sha1.hpp"

#include "crypto/kept_digest.hpp"

namespace watchword::crypto {

struct sha1::context {
    kept_digest<size> kept{"SHA1"};
};

sha1::sha1() : context_(std::make_unique<context>()) {}

sha1::~sha1() = default;

sha1::digest sha1::operator()(std::string_view message)
{
    digest out;
    context_->kept.of(message, out);
    return out;
}

} // namespace watchword::crypto
