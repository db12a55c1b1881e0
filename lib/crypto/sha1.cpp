#include "crypto/sha1.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace watchword::crypto {
namespace {

void require(bool good)
{
    if (!good) throw std::runtime_error("OpenSSL cannot compute SHA-1");
}

} // namespace

struct sha1::context {
    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    EVP_MD_CTX* running = EVP_MD_CTX_new();

    context() = default;
    context(const context&) = delete;
    context& operator=(const context&) = delete;
    ~context()
    {
        EVP_MD_CTX_free(running);
        EVP_MD_free(algorithm);
    }
};

sha1::sha1() : context_(std::make_unique<context>())
{
    require(context_->algorithm != nullptr && context_->running != nullptr);
}

sha1::~sha1() = default;

sha1::digest sha1::operator()(std::string_view message)
{
    digest out;
    unsigned written = 0;
    require(EVP_DigestInit_ex2(context_->running, context_->algorithm, nullptr) == 1);
    require(EVP_DigestUpdate(context_->running, message.data(), message.size()) == 1);
    require(EVP_DigestFinal_ex(context_->running, reinterpret_cast<unsigned char*>(out.data()), &written) == 1);
    require(written == out.size());
    return out;
}

} // namespace watchword::crypto
