#include "server/diagnosis_settings.hpp"

#include "core/listen_address.hpp"
#include "crypto/password.hpp"
#include "server/key_policy.hpp"
#include "server/tls_settings.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace watchword::server {
namespace {

using settings::settings;

finding check_contradictions(std::string name, std::string well, std::string advice, const std::function<void()>& use)
{
    try {
        use();
        return all_well(std::move(name), std::move(well));
    } catch (const std::runtime_error& e) {
        return error_of(std::move(name), e.what(), std::move(advice));
    }
}

finding check_tls(const settings& s)
{
    const std::string name = "settings.tls";
    const bool wants = std::any_of(s.server.listen.begin(), s.server.listen.end(), [](const auto& text) {
        const auto parsed = core::parse_listen_address(text);
        return parsed && parsed->tls;
    });
    const bool has = !s.tls.certificate_file.empty() && !s.tls.key_file.empty();
    if (wants && !has && s.tls.certificate_file.empty() == s.tls.key_file.empty())
        return error_of(name, "server.listen has an https:// address, but there is no certificate",
                        "Set tls.certificate_file and tls.key_file, or listen with http://.");
    if (has && !wants)
        return warning_of(name, "there is a certificate, but no https:// address in server.listen",
                          "Put https:// before the addresses that should use it.");
    return check_contradictions(name, has ? "served with a certificate" : "not used",
                                "Set both files, or neither of them.", [&] { tls_settings(s.tls); });
}

bool is_open_to_others(const std::string& text)
{
    const auto parsed = core::parse_listen_address(text);
    return parsed && parsed->kind == core::listen_address::family::tcp && !parsed->tls &&
           !parsed->endpoint.address().is_loopback();
}

finding check_plain_text(const settings& s)
{
    const std::string name = "settings.plain_text";
    const auto found = std::find_if(s.server.listen.begin(), s.server.listen.end(), is_open_to_others);
    if (found == s.server.listen.end() || !s.server.trusted_proxies.empty())
        return all_well(name, found == s.server.listen.end() ? "no address without TLS is open to other machines"
                                                             : "only behind the proxies of server.trusted_proxies");
    return warning_of(name, *found + " takes passwords without TLS from other machines",
                      "Set tls.certificate_file and listen with https://, or name the proxy that ends TLS in "
                      "server.trusted_proxies.");
}

finding check_keys(const settings& s)
{
    return check_contradictions("settings.signing_keys", "rotation and publication fit each other",
                                "Set tokens.rotation to more than tokens.publish_ahead, or to 0.",
                                [&] { key_policy(s.tokens); });
}

finding check_issuer(const settings& s)
{
    const std::string name = "settings.issuer";
    if (s.tokens.issuer == settings{}.tokens.issuer || s.tokens.issuer.starts_with("https://"))
        return all_well(name, s.tokens.issuer);
    return warning_of(name, "tokens.issuer is " + s.tokens.issuer + ", which is no https:// URL",
                      "Set it to the https:// URL of this server: many libraries refuse other issuers.");
}

finding check_password_cost(const settings& s)
{
    const std::string name = "settings.password_cost";
    const auto& p = s.passwords;
    // OWASP's equal choices, from 7 MiB and 5 passes to 46 MiB and one, all are above it.
    constexpr std::uint64_t least = 35'000;
    const auto text = std::to_string(p.memory_kib) + " KiB, passes: " + std::to_string(p.passes);
    if (!crypto::is_verifiable({p.memory_kib, p.passes}))
        return error_of(name, text, "Set passwords.memory_kib to at most 256 MiB, and times passwords.passes 1 GiB.");
    if (std::uint64_t(p.memory_kib) * p.passes < least)
        return warning_of(name, text + ": hashes can be guessed cheaply",
                          "Set passwords.memory_kib to 19456 and passwords.passes to 2 or more; watchword hash "
                          "calibrate finds what this machine can bear.");
    return all_well(name, text);
}

finding check_client_limits(const settings& s)
{
    if (s.limits.enabled) return all_well("settings.limits", "clients who guess are slowed down");
    return warning_of("settings.limits", "limits.enabled is off: anybody may guess passwords as fast as he can",
                      "Turn it on, unless this is a load test.");
}

finding check_first_admin(const settings& s)
{
    if (s.admin.email.empty() == s.admin.password_file.empty())
        return all_well("settings.admin", s.admin.email.empty() ? "no administrator is named" : "one is named");
    return error_of("settings.admin", "of admin.email and admin.password_file one is not set", "Set both, or neither.");
}

} // namespace

findings check_settings(const settings& s)
{
    return {check_tls(s),           check_plain_text(s),    check_keys(s),       check_issuer(s),
            check_password_cost(s), check_client_limits(s), check_first_admin(s)};
}

} // namespace watchword::server
