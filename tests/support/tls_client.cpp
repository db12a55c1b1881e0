#include "support/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <sstream>
#include <stdexcept>

namespace watchword::test {
namespace {

void require(bool good, const char* what)
{
    if (!good) throw std::runtime_error(std::string("a TLS client cannot be made: ") + what);
}

std::string to_wire(const std::string& names)
{
    std::istringstream in(names);
    std::string wire;
    for (std::string name; in >> name;) wire += static_cast<char>(name.size()) + name;
    return wire;
}

} // namespace

tls_client::tls_client(int socket, const tls_offer& o) : context_(SSL_CTX_new(TLS_client_method()))
{
    require(context_ != nullptr, "no memory");
    SSL_CTX_set_security_level(context_, 0); // it offers whatever a test asks for
    require(SSL_CTX_set_min_proto_version(context_, o.least) == 1, "version");
    require(SSL_CTX_set_max_proto_version(context_, o.most) == 1, "version");
    if (!o.ciphers.empty()) require(SSL_CTX_set_cipher_list(context_, o.ciphers.c_str()) == 1, "ciphers");
    if (!o.suites.empty()) require(SSL_CTX_set_ciphersuites(context_, o.suites.c_str()) == 1, "suites");
    if (!o.groups.empty()) require(SSL_CTX_set1_groups_list(context_, o.groups.c_str()) == 1, "groups");
    if (!o.authority.empty()) {
        require(SSL_CTX_load_verify_file(context_, o.authority.c_str()) == 1, "authority");
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    }
    if (!o.own.certificate.empty()) {
        require(SSL_CTX_use_certificate_chain_file(context_, o.own.certificate.c_str()) == 1, "certificate");
        require(SSL_CTX_use_PrivateKey_file(context_, o.own.key.c_str(), SSL_FILETYPE_PEM) == 1, "key");
    }
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context_, &tls_client::on_ticket);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);

    ssl_ = SSL_new(context_);
    require(ssl_ != nullptr && SSL_set_fd(ssl_, socket) == 1, "no memory");
    SSL_set_app_data(ssl_, this);
    const auto alpn = to_wire(o.alpn);
    if (!alpn.empty())
        require(SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()),
                                    static_cast<unsigned>(alpn.size())) == 0,
                "ALPN");
    if (o.session) { // a copy, see on_ticket
        const session_ptr own(SSL_SESSION_dup(o.session), &SSL_SESSION_free);
        require(SSL_set_session(ssl_, own.get()) == 1, "session");
    }
    SSL_set_connect_state(ssl_);
}

tls_client::~tls_client()
{
    SSL_free(ssl_);
    SSL_CTX_free(context_);
}

int tls_client::on_ticket(SSL* ssl, SSL_SESSION* session)
{
    // A copy: OpenSSL spoils the session of a connection that ends without close_notify.
    static_cast<tls_client*>(SSL_get_app_data(ssl))->tickets_.emplace_back(SSL_SESSION_dup(session), &SSL_SESSION_free);
    return 0;
}

tls_client::outcome tls_client::judge(int returned)
{
    switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return outcome::again;
    case SSL_ERROR_ZERO_RETURN: return outcome::closed;
    default: break;
    }
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    failure_ = reason ? reason : "the connection broke";
    return outcome::failed;
}

tls_client::outcome tls_client::handshake()
{
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_);
    return returned == 1 ? outcome::done : judge(returned);
}

tls_client::outcome tls_client::read(std::string& to)
{
    ERR_clear_error();
    std::array<char, 16 * 1024> room;
    std::size_t size = 0;
    const int returned = SSL_read_ex(ssl_, room.data(), room.size(), &size);
    if (returned != 1) return judge(returned);
    to.append(room.data(), size);
    return outcome::done;
}

tls_client::outcome tls_client::write(std::string_view& bytes)
{
    ERR_clear_error();
    std::size_t size = 0;
    const int returned = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &size);
    if (returned != 1) return judge(returned);
    bytes.remove_prefix(size);
    return outcome::done;
}

tls_client::outcome tls_client::shutdown()
{
    ERR_clear_error();
    const int returned = SSL_shutdown(ssl_);
    return returned >= 0 ? outcome::done : judge(returned);
}

std::string tls_client::server_name() const
{
    const X509* const shown = SSL_get0_peer_certificate(ssl_);
    std::array<char, 200> name{};
    if (shown) X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name.data(), name.size());
    return name.data();
}

std::string tls_client::alpn() const
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

tls_client::session_ptr tls_client::ticket()
{
    if (tickets_.empty()) throw std::runtime_error("no session ticket has come");
    auto last = std::move(tickets_.back());
    tickets_.pop_back();
    return last;
}

} // namespace watchword::test
