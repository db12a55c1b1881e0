#include "server/tls_settings.hpp"

#include <stdexcept>

namespace watchword::server {

std::optional<http::tls_settings> tls_settings(const settings::tls_group& t)
{
    if (t.certificate_file.empty() && t.key_file.empty()) {
        if (!t.client_ca_file.empty() || t.clients != settings::tls_group::certificates::none)
            throw std::runtime_error("tls.clients needs tls.certificate_file and tls.key_file");
        return std::nullopt;
    }
    if (t.certificate_file.empty() || t.key_file.empty())
        throw std::runtime_error("tls.certificate_file and tls.key_file belong together: one of them is not set");
    http::tls_settings h;
    h.certificate_file = t.certificate_file;
    h.key_file = t.key_file;
    h.client_ca_file = t.client_ca_file;
    h.clients = static_cast<http::tls_settings::client_certificates>(t.clients);
    h.least = static_cast<http::tls_settings::version>(t.least_version);
    return h;
}

} // namespace watchword::server
