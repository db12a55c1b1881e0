#include "crypto/crypt_hash.hpp"

#include "core/secret.hpp"
#include "core/text.hpp"
#include "crypto/hash_bounds.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/key_derivation.hpp"

#include <algorithm>
#include <crypt.h>
#include <memory>

namespace watchword::crypto {
namespace {

constexpr std::size_t bcrypt_salt_size = 22, bcrypt_hash_size = 31, bcrypt_reads = 72;
constexpr std::size_t longest_sha_salt = 16;
constexpr std::uint64_t least_bcrypt_cost = 4, least_rounds = 1000;

// ./0-9A-Za-z, of which crypt(3) makes its own base64.
bool is_crypt_base64(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '.' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
}

bool is_bcrypt(std::string_view text)
{
    return text.starts_with("$2a$") || text.starts_with("$2b$") || text.starts_with("$2y$");
}

// $2b$CC$ with 22 characters of salt and 31 of hash.
core::result<crypt_hash> parse_bcrypt(std::string_view text)
{
    constexpr std::size_t setting_size = 7 + bcrypt_salt_size;
    if (!is_bcrypt(text) || text.size() != setting_size + bcrypt_hash_size || text[6] != '$')
        return core::errc::invalid_input;
    const auto cost = core::parse_unsigned(text.substr(4, 2));
    if (!cost || *cost < least_bcrypt_cost || !is_crypt_base64(text.substr(7))) return core::errc::invalid_input;
    if (*cost > hash_bounds::bcrypt_cost) return core::errc::too_large;
    return crypt_hash{crypt_hash::form::plain, std::string(text.substr(0, setting_size)),
                      std::string(text.substr(setting_size))};
}

// $6$rounds=N$SALT$HASH, or without the rounds, which then are 5000.
core::result<crypt_hash> parse_sha_crypt(std::string_view text, std::size_t hash_size)
{
    auto rest = text.substr(3);
    constexpr std::string_view rounds_name = "rounds=";
    if (rest.starts_with(rounds_name)) {
        const auto rounds = take_number(rest, rounds_name, '$');
        if (!rounds || *rounds < least_rounds) return core::errc::invalid_input;
        if (*rounds > hash_bounds::sha_crypt_rounds) return core::errc::too_large;
    }
    const auto salt = take_until(rest, '$');
    if (!salt || salt->size() > longest_sha_salt || !is_crypt_base64(*salt)) return core::errc::invalid_input;
    if (rest.size() != hash_size || !is_crypt_base64(rest)) return core::errc::invalid_input;
    return crypt_hash{crypt_hash::form::plain, std::string(text.substr(0, text.size() - hash_size)), std::string(rest)};
}

// The hash behind `setting`; empty if libxcrypt cannot. `phrase` has no NUL.
std::string compute(const core::secret_string& phrase, const std::string& setting)
{
    const auto wipe = [](::crypt_data* d) {
        core::wipe(d, sizeof *d);
        delete d;
    };
    const std::unique_ptr<::crypt_data, decltype(wipe)> scratch(new ::crypt_data(), wipe);
    std::string text;
    text.reserve(phrase.size() + 1); // or a copy would stay behind
    text.append(phrase.view()).push_back('\0');
    const core::secret_string terminated(std::move(text));
    const char* const made = ::crypt_rn(terminated.view().data(), setting.c_str(), scratch.get(), sizeof *scratch);
    if (made == nullptr) return {};
    const std::string_view all(made);
    return all.size() > setting.size() ? std::string(all.substr(setting.size())) : std::string();
}

} // namespace

core::result<crypt_hash> parse_crypt(std::string_view text)
{
    if (text.starts_with("$6$")) return parse_sha_crypt(text, 86);
    if (text.starts_with("$5$")) return parse_sha_crypt(text, 43);
    return parse_bcrypt(text);
}

core::result<crypt_hash> parse_ldap_crypt(std::string_view text)
{
    constexpr std::string_view scheme = "{CRYPT}"; // of any case, RFC 2307 section 5.3
    if (!core::iequals(text.substr(0, scheme.size()), scheme)) return core::errc::invalid_input;
    return parse_crypt(text.substr(scheme.size()));
}

core::result<crypt_hash> parse_django_bcrypt(std::string_view text)
{
    const auto name = take_until(text, '$');
    if (!name || (*name != "bcrypt" && *name != "bcrypt_sha256")) return core::errc::invalid_input;
    auto hash = parse_bcrypt(text);
    if (hash && *name == "bcrypt_sha256") hash->form = crypt_hash::form::sha256_hex;
    return hash;
}

core::result<bool> matches(const crypt_hash& hash, std::string_view password)
{
    core::secret_string phrase;
    if (hash.form == crypt_hash::form::sha256_hex) {
        const auto digested = hash_of(digest::sha256, password);
        if (!digested) return core::errc::unavailable;
        phrase = core::secret_string(core::hex_encode(digested->view()));
    } else {
        if (password.find('\0') != password.npos) return false;
        if (is_bcrypt(hash.setting)) password = password.substr(0, bcrypt_reads);
        if (password.size() >= CRYPT_MAX_PASSPHRASE_SIZE) return false;
        phrase = core::secret_string(password);
    }
    const auto computed = compute(phrase, hash.setting);
    if (computed.empty()) return core::errc::unavailable;
    return core::equal_in_constant_time(computed, hash.hash);
}

} // namespace watchword::crypto
