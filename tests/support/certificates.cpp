#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>
#include <sys/stat.h>

namespace watchword::test {
namespace {

template <auto Free> struct freed_by {
    template <class T> void operator()(T* p) const { Free(p); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;

void require(bool good)
{
    if (!good) throw std::runtime_error("OpenSSL cannot make a certificate");
}

std::string content(BIO* bio)
{
    const char* start = nullptr;
    const long size = BIO_get_mem_data(bio, &start);
    return {start, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* c)
{
    const bio_ptr out(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(out.get(), c) == 1);
    return content(out.get());
}

std::string to_pem(EVP_PKEY* key)
{
    const bio_ptr out(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return content(out.get());
}

struct validity {
    std::chrono::seconds starts, ends;
};

struct signer {
    X509* certificate; // null: signs itself
    EVP_PKEY* key;
};

struct extension {
    int id;
    const char* value;
};

void add(X509* c, X509* issuer, extension e)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, c, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> made(
        X509V3_EXT_conf_nid(nullptr, &context, e.id, e.value));
    require(made && X509_add_ext(c, made.get(), -1) == 1);
}

certificate_ptr make_certificate(const std::string& name, EVP_PKEY* key, signer by, validity v)
{
    static std::atomic<long> last_serial{0};
    certificate_ptr c(X509_new());
    require(c && X509_set_version(c.get(), X509_VERSION_3) == 1);
    require(ASN1_INTEGER_set(X509_get_serialNumber(c.get()), ++last_serial) == 1);
    require(X509_gmtime_adj(X509_getm_notBefore(c.get()), v.starts.count()) != nullptr);
    require(X509_gmtime_adj(X509_getm_notAfter(c.get()), v.ends.count()) != nullptr);
    X509_NAME* const subject = X509_get_subject_name(c.get());
    const auto set = [&](const char* field, const std::string& value) {
        require(X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8,
                                           reinterpret_cast<const unsigned char*>(value.data()),
                                           static_cast<int>(value.size()), -1, 0) == 1);
    };
    set("O", "Watchword");
    set("CN", name);
    X509* const issuer = by.certificate ? by.certificate : c.get();
    require(X509_set_issuer_name(c.get(), X509_get_subject_name(issuer)) == 1);
    require(X509_set_pubkey(c.get(), key) == 1);
    add(c.get(), issuer, {NID_subject_key_identifier, "hash"});
    add(c.get(), issuer, {NID_authority_key_identifier, "keyid"});
    return c;
}

void sign(X509* c, EVP_PKEY* key)
{
    require(X509_sign(c, key, EVP_sha256()) > 0);
}

key_ptr make_key(certificate_key kind)
{
    const std::size_t bits = kind == certificate_key::rsa_1024 ? 1024 : 2048;
    key_ptr key(kind == certificate_key::p_256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(bits));
    require(key != nullptr);
    return key;
}

} // namespace

struct certificate_authority::identity {
    std::string directory, file, chain; // chain: in PEM, up to but without the root
    key_ptr key;
    certificate_ptr certificate;

    static std::shared_ptr<identity> make(const std::string& directory, const std::string& name, const identity* above)
    {
        auto made = std::make_shared<identity>();
        made->directory = directory;
        made->file = directory + "/" + name + ".pem";
        made->key = make_key(certificate_key::p_256);
        const signer by = above ? signer{above->certificate.get(), above->key.get()} : signer{nullptr, made->key.get()};
        made->certificate =
            make_certificate(name, made->key.get(), by, {std::chrono::hours(-24), std::chrono::hours(3650 * 24)});
        X509* const issuer = above ? above->certificate.get() : made->certificate.get();
        add(made->certificate.get(), issuer, {NID_basic_constraints, "critical,CA:TRUE"});
        add(made->certificate.get(), issuer, {NID_key_usage, "critical,keyCertSign,cRLSign"});
        sign(made->certificate.get(), by.key);
        write_file(made->file, to_pem(made->certificate.get()));
        if (above) made->chain = to_pem(made->certificate.get()) + above->chain;
        return made;
    }
};

certificate_authority::certificate_authority(std::shared_ptr<const identity> i) : identity_(std::move(i)) {}

certificate_authority::certificate_authority(const temporary_directory& directory, const std::string& name)
    : identity_(identity::make(directory.path().string(), name, nullptr))
{}

certificate_authority certificate_authority::intermediate(const std::string& name) const
{
    return certificate_authority(identity::make(identity_->directory, name, identity_.get()));
}

const std::string& certificate_authority::file() const
{
    return identity_->file;
}

certificate_files certificate_authority::issue(const std::string& stem, const certificate_request& q) const
{
    const bool server = q.purpose == certificate_purpose::server;
    const auto key = make_key(q.key);
    X509* const issuer = identity_->certificate.get();
    const auto c = make_certificate(q.name, key.get(), {issuer, identity_->key.get()}, {q.starts, q.ends});
    add(c.get(), issuer, {NID_basic_constraints, "critical,CA:FALSE"});
    add(c.get(), issuer, {NID_key_usage, "critical,digitalSignature"});
    add(c.get(), issuer, {NID_ext_key_usage, server ? "serverAuth" : "clientAuth"});
    if (server) add(c.get(), issuer, {NID_subject_alt_name, ("DNS:" + q.name + ",IP:127.0.0.1").c_str()});
    sign(c.get(), identity_->key.get());

    certificate_files files{identity_->directory + "/" + stem + ".pem", identity_->directory + "/" + stem + ".key"};
    write_file(files.certificate, to_pem(c.get()) + identity_->chain);
    write_file(files.key, to_pem(key.get()));
    if (::chmod(files.key.c_str(), S_IRUSR | S_IWUSR) != 0) throw std::runtime_error("cannot chmod " + files.key);
    return files;
}

} // namespace watchword::test
