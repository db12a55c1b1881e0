#include "http/tls_files.hpp"

#include "core/log.hpp"
#include "core/secret.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace watchword::http {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;

// A file and what it is for, as messages name it.
struct named_file {
    std::string_view role;
    const std::string& path;

    [[noreturn]] void refuse(std::string_view why) const
    {
        ERR_clear_error();
        throw std::runtime_error(std::string(role) + " " + path + ": " + std::string(why));
    }
    [[noreturn]] void refuse_as_openssl_says() const
    {
        const char* const reason = ERR_reason_error_string(ERR_peek_error());
        refuse(reason ? reason : "OpenSSL cannot use it");
    }
};

class open_file {
public:
    explicit open_file(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~open_file()
    {
        if (number_ >= 0) ::close(number_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    int number() const noexcept { return number_; }

private:
    int number_;
};

struct content {
    core::secret_string text;
    unsigned mode = 0;
};

content read(const named_file& file)
{
    const auto refuse = [&](int error) { file.refuse(std::generic_category().message(error)); };
    if (file.path.empty()) throw std::runtime_error("no " + std::string(file.role) + " is named");
    const open_file in(file.path);
    struct ::stat about {};
    if (in.number() < 0 || ::fstat(in.number(), &about) != 0) refuse(errno);
    std::string text(largest_file + 1, '\0'); // at once, so that no copy of a key stays behind
    std::size_t size = 0;
    for (;;) {
        const ssize_t got = ::read(in.number(), text.data() + size, text.size() - size);
        if (got < 0) refuse(errno);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        if (size > largest_file) file.refuse("larger than 1 MiB");
    }
    text.resize(size);
    return {core::secret_string(std::move(text)), about.st_mode};
}

bio_ptr memory(const core::secret_string& text)
{
    bio_ptr bio(BIO_new_mem_buf(text.view().data(), static_cast<int>(text.size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

std::vector<certificate_ptr> read_certificates(const named_file& file)
{
    const auto read_in = read(file);
    const auto bio = memory(read_in.text);
    std::vector<certificate_ptr> all;
    ERR_clear_error();
    while (X509* const next = PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr)) all.emplace_back(next);
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!at_end) file.refuse("certificate " + std::to_string(all.size() + 1) + " in it is damaged");
    if (all.empty()) file.refuse("holds no certificate in PEM");
    return all;
}

// Without it OpenSSL would ask on the terminal.
int on_passphrase(char*, int, int, void* asked)
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

key_ptr read_key(const named_file& file)
{
    const auto read_in = read(file);
    const auto bio = memory(read_in.text);
    bool asked = false;
    ERR_clear_error();
    key_ptr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &on_passphrase, &asked));
    ERR_clear_error();
    if (asked) file.refuse("is encrypted; a key without a passphrase is needed");
    if (!key) file.refuse("holds no private key in PEM");
    if ((read_in.mode & (S_IROTH | S_IWOTH)) != 0)
        core::log::warning("the TLS key can be read by every user of this machine", {{"file", file.path}});
    return key;
}

void warn_of_dates(const X509* certificate, const std::string& path, core::timestamp now)
{
    if (to_timestamp(X509_get0_notAfter(certificate)) < now) {
        core::log::warning("the TLS certificate has expired", {{"file", path}});
    } else if (to_timestamp(X509_get0_notBefore(certificate)) > now) {
        core::log::warning("the TLS certificate is not valid yet", {{"file", path}});
    }
}

// Tickets of one set of client CAs are worthless under another.
void separate_tickets(SSL_CTX& context, const std::vector<certificate_ptr>& authorities, const tls_settings& s)
{
    std::array<unsigned char, SSL_MAX_SID_CTX_LENGTH> id{};
    const std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>> hash(EVP_MD_CTX_new());
    const std::string rules = std::to_string(static_cast<int>(s.clients)) + " " + std::to_string(s.client_chain_depth);
    bool good = hash && EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) == 1 &&
                EVP_DigestUpdate(hash.get(), rules.data(), rules.size()) == 1;
    for (const auto& a : authorities) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> one{};
        unsigned size = 0;
        good = good && X509_digest(a.get(), EVP_sha256(), one.data(), &size) == 1 &&
               EVP_DigestUpdate(hash.get(), one.data(), size) == 1;
    }
    static_assert(id.size() == 32, "the size of SHA-256");
    good = good && EVP_DigestFinal_ex(hash.get(), id.data(), nullptr) == 1 &&
           SSL_CTX_set_session_id_context(&context, id.data(), static_cast<unsigned>(id.size())) == 1;
    if (!good) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

} // namespace

core::timestamp to_timestamp(const ASN1_TIME* t) noexcept
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(t, &parts) != 1) return {};
    return core::timestamp(std::chrono::seconds(::timegm(&parts)));
}

core::timestamp use_certificate(SSL_CTX& context, const tls_settings& s, const core::clock& clock)
{
    const named_file certificate_file{"TLS certificate", s.certificate_file};
    const named_file key_file{"TLS key", s.key_file};
    const auto chain = read_certificates(certificate_file);
    const auto key = read_key(key_file);
    X509* const own = chain.front().get();
    if (X509_check_private_key(own, key.get()) != 1)
        key_file.refuse("does not belong to the certificate in " + s.certificate_file);

    if (SSL_CTX_use_certificate(&context, own) != 1) certificate_file.refuse_as_openssl_says();
    for (std::size_t i = 1; i < chain.size(); ++i) {
        if (SSL_CTX_add1_chain_cert(&context, chain[i].get()) != 1) certificate_file.refuse_as_openssl_says();
    }
    if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1) key_file.refuse_as_openssl_says();
    warn_of_dates(own, s.certificate_file, clock.now());
    return to_timestamp(X509_get0_notAfter(own));
}

void use_client_authorities(SSL_CTX& context, const tls_settings& s)
{
    using mode = tls_settings::client_certificates;
    if ((s.clients == mode::none) != s.client_ca_file.empty())
        throw std::runtime_error(s.client_ca_file.empty()
                                     ? "TLS client certificates are asked for, but no file of client CAs is named"
                                     : "a file of TLS client CAs is named, but client certificates are not asked for");
    std::vector<certificate_ptr> authorities;
    if (s.clients != mode::none) {
        const named_file file{"TLS client CAs", s.client_ca_file};
        authorities = read_certificates(file);
        for (const auto& a : authorities) {
            if (X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), a.get()) != 1 ||
                SSL_CTX_add_client_CA(&context, a.get()) != 1)
                file.refuse_as_openssl_says();
        }
        SSL_CTX_set_verify(
            &context, SSL_VERIFY_PEER | (s.clients == mode::required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
        SSL_CTX_set_verify_depth(&context, s.client_chain_depth);
    }
    separate_tickets(context, authorities, s);
}

} // namespace watchword::http
