#include "accounts/user_conversion.hpp"

#include "accounts/accounts.hpp"
#include "accounts/record_fields.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/firebase_hash.hpp"
#include "crypto/hash_formats.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/key_derivation.hpp"
#include "crypto/keycloak_hash.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::size_t public_id_limit = 255, most_names_told = 50, longest_name_told = 64;
constexpr std::string_view disabled = "the account is disabled there, and would not be here";

std::string full_name(record_fields& f, std::string_view first, std::string_view last)
{
    auto name = f.text(first);
    const auto rest = f.text(last);
    if (!name.empty() && !rest.empty()) name += ' ';
    return name + rest;
}

void set_name(imported_user& u, std::string name)
{
    if (!name.empty()) u.name = std::move(name);
}

std::string hash_problem(const core::error_code& e)
{
    if (e == core::errc::too_large) return "its password hash would cost more than is allowed";
    if (e == core::errc::unsupported) return "its password hash has a format that is not known";
    return "its password hash is malformed";
}

// Each fills in what its system has; returns a problem or nothing.

std::string read_watchword(record_fields& f, imported_user& u)
{
    u.public_id = f.text("public_id");
    u.email = f.text("email");
    if (const auto* const name = f.value("name"); name != nullptr) u.name = f.text("name"); // "" is a name
    u.password_hash = f.text("password_hash");
    u.password = core::secret_string(f.text("password"));
    return {};
}

std::string read_flask(record_fields& f, imported_user& u)
{
    u.public_id = f.text("public_id");
    u.email = f.text("email");
    if (const auto* const name = f.value("name"); name != nullptr) u.name = f.text("name");
    u.password_hash = f.text("password");
    return {};
}

std::string read_django(record_fields& f, imported_user& u)
{
    u.email = f.text("email");
    set_name(u, full_name(f, "first_name", "last_name"));
    if (!u.name) set_name(u, f.text("username"));
    u.password_hash = f.text("password");
    if (u.password_hash.starts_with('!')) u.password_hash.clear(); // set_unusable_password
    return f.has("is_active") && !f.flag("is_active") ? std::string(disabled) : std::string();
}

std::string read_firebase(record_fields& f, imported_user& u, const firebase_parameters& p)
{
    u.public_id = f.text("localId");
    u.email = f.text("email");
    set_name(u, f.text("displayName"));
    // Some exports write the alphabet of URLs.
    const auto bytes = [](std::string text) {
        std::replace(text.begin(), text.end(), '-', '+');
        std::replace(text.begin(), text.end(), '_', '/');
        return crypto::decode_base64(text, crypto::base64_form::padded);
    };
    const auto hash = bytes(f.text("passwordHash")), salt = bytes(f.text("salt"));
    if (!hash || !salt) return "its password hash or salt is not base64";
    if (!hash->empty())
        u.password_hash = crypto::format_firebase(
            {{std::uint64_t(1) << p.mem_cost, p.rounds, 1}, p.salt_separator, p.signer_key, *salt, *hash});
    return f.flag("disabled") ? std::string(disabled) : std::string();
}

std::string read_auth0(record_fields& f, imported_user& u)
{
    u.public_id = f.text("user_id");
    if (const auto* const id = u.public_id.empty() ? f.value("_id") : nullptr; id != nullptr && id->is_object()) {
        record_fields inner(id->get_object());
        u.public_id = inner.text("$oid");
    }
    u.email = f.text("email");
    set_name(u, f.text("name"));
    u.password_hash = f.text("passwordHash");
    return f.flag("blocked") ? std::string(disabled) : std::string();
}

std::string read_keycloak(record_fields& f, imported_user& u)
{
    u.public_id = f.text("id");
    u.email = f.text("email");
    set_name(u, full_name(f, "firstName", "lastName"));
    if (!u.name) set_name(u, f.text("username"));
    if (f.has("enabled") && !f.flag("enabled")) return std::string(disabled);
    const auto* const all = f.value("credentials");
    if (all == nullptr || !all->is_array()) return {};
    for (const auto& each : all->get_array()) {
        if (!each.is_object()) continue;
        record_fields credential(each.get_object());
        if (credential.text("type") != "password") continue;
        const auto about = credential.text("credentialData"), secret = credential.text("secretData");
        auto converted = crypto::convert_keycloak(about, secret);
        if (!converted) return hash_problem(converted.error());
        u.password_hash = std::move(*converted);
        break;
    }
    return {};
}

std::string read_supabase(record_fields& f, imported_user& u)
{
    u.public_id = f.text("id");
    u.email = f.text("email");
    u.password_hash = f.text("encrypted_password");
    const auto* data = f.value("raw_user_meta_data");
    value parsed;
    if (data != nullptr && data->is_string()) { // CSV
        const auto& text = data->get_string();
        auto json = core::parse_json({text.data(), text.size()});
        if (json) parsed = std::move(*json);
        data = &parsed;
    }
    if (data != nullptr && data->is_object()) {
        record_fields inner(data->get_object());
        set_name(u, inner.text("name"));
        if (!u.name) set_name(u, inner.text("full_name"));
    }
    return f.has("banned_until") || f.has("deleted_at") ? std::string(disabled) : std::string();
}

std::string read_pocketbase(record_fields& f, imported_user& u)
{
    u.public_id = f.text("id");
    u.email = f.text("email");
    set_name(u, f.text("name"));
    if (!u.name) set_name(u, f.text("username"));
    u.password_hash = f.text("passwordHash"); // before version 0.23
    if (u.password_hash.empty()) u.password_hash = f.text("password");
    return {};
}

// What a name-based UUID (RFC 9562 section 5.5) is made of besides the name.
constexpr std::string_view id_namespace = "\x6e\x1f\x0a\x52\x9c\x3d\x4b\x07\x8e\x55\x21\x9b\xd0\x74\xa3\xfe";

std::string id_of(std::string_view email)
{
    auto bytes = std::string(crypto::hash_of(crypto::digest::sha1, id_namespace, email).value().view().substr(0, 16));
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x50);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    auto text = core::hex_encode(bytes);
    for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, "-");
    return text;
}

bool is_storable(std::string_view text)
{
    return text.find('\0') == text.npos && core::is_utf8(text);
}

std::string find_problem(const imported_user& u)
{
    if (u.email.empty()) return "it has no e-mail address";
    if (u.email.size() > email_limit) return "its e-mail address is too long";
    if (!is_storable(u.email)) return "its e-mail address is not text";
    if (u.name && u.name->size() > name_limit) return "its name is too long";
    if (u.name && !is_storable(*u.name)) return "its name is not text";
    if (u.public_id.size() > public_id_limit) return "its id is too long";
    if (!is_storable(u.public_id)) return "its id is not text";
    if (u.password.size() > password_limit) return "its password is too long";
    if (!core::is_utf8(u.password.view())) return "its password is not text";
    if (u.password_hash.empty()) return {};
    if (!is_storable(u.password_hash)) return "its password hash is malformed";
    const auto format = crypto::check_hash(u.password_hash);
    return format ? std::string() : hash_problem(format.error());
}

struct named_preset {
    std::string_view name;
    preset value;
};
constexpr named_preset presets[] = {
    {"watchword", preset::watchword}, {"flask", preset::flask},           {"django", preset::django},
    {"firebase", preset::firebase},   {"auth0", preset::auth0},           {"keycloak", preset::keycloak},
    {"supabase", preset::supabase},   {"pocketbase", preset::pocketbase},
};

// Django's dumpdata writes {"model", "pk", "fields"}: the last, if it is about a user.
const object* fields_of_django(const object& record)
{
    const auto* const model = record.if_contains("model");
    const auto* const fields = record.if_contains("fields");
    if (model == nullptr || fields == nullptr || !fields->is_object()) return &record;
    const auto& inner = fields->get_object();
    return inner.contains("email") && inner.contains("password") ? &inner : nullptr;
}

} // namespace

std::optional<preset> find_preset(std::string_view name) noexcept
{
    for (const auto& p : presets)
        if (p.name == name) return p.value;
    return std::nullopt;
}

core::result<firebase_parameters> parse_firebase_parameters(std::string_view text)
{
    firebase_parameters p;
    bool is_scrypt = false;
    // "name: value" in any order, with commas, braces or line ends around.
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of(",{}\r\n", at), text.size());
        const auto part = text.substr(at, end - at);
        at = end + 1;
        const auto colon = part.find(':');
        if (colon == part.npos) continue;
        const auto name = core::trim(part.substr(0, colon)), said = core::trim(part.substr(colon + 1));
        const auto bytes = [](std::string_view encoded) {
            const auto decoded = crypto::decode_base64(encoded, crypto::base64_form::padded);
            return decoded ? *decoded : std::string();
        };
        if (name == "algorithm") is_scrypt = said == "SCRYPT";
        if (name == "base64_signer_key") p.signer_key = bytes(said);
        if (name == "base64_salt_separator") p.salt_separator = bytes(said);
        if (name == "rounds") p.rounds = core::parse_unsigned(said).value_or(0);
        if (name == "mem_cost") p.mem_cost = core::parse_unsigned(said).value_or(0);
    }
    if (!is_scrypt || p.signer_key.empty() || p.rounds == 0 || p.mem_cost == 0) return core::errc::invalid_input;
    if (p.mem_cost >= 64) return core::errc::too_large;
    if (const auto wrong = crypto::check(crypto::scrypt_cost{std::uint64_t(1) << p.mem_cost, p.rounds, 1}))
        return wrong;
    return p;
}

user_converter::user_converter(preset p, std::optional<firebase_parameters> f) : preset_(p), firebase_(std::move(f)) {}

void user_converter::note_left_out(std::string_view name)
{
    std::string known;
    for (const char c : name.substr(0, longest_name_told)) known += c >= ' ' && c <= '~' ? c : '?';
    if (left_out_.size() >= most_names_told && !left_out_.contains(known)) known = "(others)";
    ++left_out_[known];
}

conversion user_converter::convert(const object& record)
{
    const auto* const about = preset_ == preset::django ? fields_of_django(record) : &record;
    if (about == nullptr) return {};
    record_fields f(*about);
    imported_user u;
    std::string problem;
    switch (preset_) {
    case preset::watchword: problem = read_watchword(f, u); break;
    case preset::flask: problem = read_flask(f, u); break;
    case preset::django: problem = read_django(f, u); break;
    case preset::firebase: problem = read_firebase(f, u, firebase_.value()); break;
    case preset::auth0: problem = read_auth0(f, u); break;
    case preset::keycloak: problem = read_keycloak(f, u); break;
    case preset::supabase: problem = read_supabase(f, u); break;
    case preset::pocketbase: problem = read_pocketbase(f, u); break;
    }
    if (!f.wrong().empty()) problem = "the field '" + f.wrong() + "' is no text";
    if (problem.empty()) problem = find_problem(u);
    if (!problem.empty()) return {std::nullopt, std::move(problem)};
    f.tell_unused([this](std::string_view name) { note_left_out(name); });
    if (u.public_id.empty()) u.public_id = id_of(u.email);
    return {std::move(u), {}};
}

} // namespace watchword::accounts
