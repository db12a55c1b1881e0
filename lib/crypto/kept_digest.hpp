#pragma once

#include "crypto/openssl_pointers.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace watchword::crypto {

// One of OpenSSL's digests, of Size bytes, with what would cost more to set up for each message than to compute it.
// For lib/crypto alone; one thread.
template <std::size_t Size> class kept_digest {
public:
    // "SHA1". Throws std::runtime_error if OpenSSL refuses, as of() does.
    explicit kept_digest(const char* name) : method_(EVP_MD_fetch(nullptr, name, nullptr))
    {
        require(method_ && running_ && EVP_MD_get_size(method_.get()) == int{Size});
    }

    template <class Byte> void of(std::string_view message, std::array<Byte, Size>& out)
    {
        static_assert(sizeof(Byte) == 1);
        auto* const to = reinterpret_cast<unsigned char*>(out.data());
        require(EVP_DigestInit_ex2(running_.get(), method_.get(), nullptr) == 1);
        require(EVP_DigestUpdate(running_.get(), message.data(), message.size()) == 1);
        require(EVP_DigestFinal_ex(running_.get(), to, nullptr) == 1);
    }

private:
    static void require(bool good) { require_openssl(good, "OpenSSL cannot compute digests"); }

    md_pointer method_;
    md_context_pointer running_{EVP_MD_CTX_new()};
};

} // namespace watchword::crypto
