#include "server/diagnosis_certificates.hpp"

#include "api/time_text.hpp"
#include "core/random.hpp"
#include "http/tls.hpp"
#include "server/tls_settings.hpp"

#include <stdexcept>

namespace watchword::server {
namespace {

constexpr std::chrono::days notice{14};
constexpr auto renew = "Renew it, then watchword reload.";

finding check_dates(const http::tls_certificate& c, core::timestamp now)
{
    const std::string name = "certificates.validity";
    const auto from = c.subject + ", valid from " + api::time_text(c.not_before);
    const auto until = c.subject + ", valid until " + api::time_text(c.not_after);
    if (c.not_after < now) return error_of(name, until + ": it has expired", renew);
    if (c.not_before > now)
        return error_of(name, from + ": it is not valid yet",
                        "Check this machine's clock, or use another certificate.");
    if (c.not_after < now + notice) return warning_of(name, until + ": less than 14 days", renew);
    return all_well(name, until);
}

finding check_chain(const std::vector<http::tls_certificate>& chain)
{
    const std::string name = "certificates.chain";
    for (std::size_t i = 0; i < chain.size(); ++i)
        if (!chain[i].is_signed_by_next)
            return error_of(name, chain[i].subject + " is not signed by the one behind it, " + chain[i + 1].subject,
                            "Put into tls.certificate_file the server's certificate first, then each one's issuer.");
    return all_well(name, std::to_string(chain.size()) + (chain.size() == 1 ? " certificate" : " certificates"));
}

} // namespace

findings check_certificates(const settings::tls_group& t, const core::clock& clock)
{
    if (t.certificate_file.empty() || t.key_file.empty()) return {}; // what is wrong with that stands elsewhere
    const auto used = tls_settings(t);
    std::vector<http::tls_certificate> chain;
    try {
        core::system_random random;
        chain = http::tls_context(used.value(), clock, random).certificates();
    } catch (const std::runtime_error& e) {
        return {
            error_of("certificates.files", e.what(), "Correct tls.certificate_file, tls.key_file or what they name.")};
    }
    findings all{all_well("certificates.files", "certificate and key belong together"), check_chain(chain)};
    for (const auto& each : chain) all.push_back(check_dates(each, clock.now()));
    return all;
}

} // namespace watchword::server
