#include "http/tls_openssl.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <new>

namespace watchword::http {
namespace {

std::string subject_of(const X509* certificate)
{
    const bio_ptr text(BIO_new(BIO_s_mem()));
    if (!text) throw std::bad_alloc();
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

} // namespace

std::vector<tls_certificate> certificates_of(SSL_CTX& context)
{
    std::vector<X509*> chain{SSL_CTX_get0_certificate(&context)};
    STACK_OF(X509)* above = nullptr;
    SSL_CTX_get0_chain_certs(&context, &above);
    for (int i = 0; i < sk_X509_num(above); ++i) chain.push_back(sk_X509_value(above, i));
    std::vector<tls_certificate> all;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        X509* const own = chain[i];
        const bool is_signed = i + 1 == chain.size() || X509_verify(own, X509_get0_pubkey(chain[i + 1])) == 1;
        all.push_back({subject_of(own), to_timestamp(X509_get0_notBefore(own)), to_timestamp(X509_get0_notAfter(own)),
                       is_signed});
    }
    ERR_clear_error();
    return all;
}

} // namespace watchword::http
