#include "crypto/keycloak_hash.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/pbkdf2_hash.hpp"
#include "crypto/phc.hpp"

#include <boost/json/object.hpp>

#include <limits>
#include <optional>

namespace watchword::crypto {
namespace {

using boost::json::object;
using boost::json::value;

std::string_view text_of(const value* v)
{
    return v != nullptr && v->is_string() ? std::string_view(v->get_string().data(), v->get_string().size())
                                          : std::string_view();
}

// 0 if it is none.
std::uint64_t number_of(const value* v)
{
    return v != nullptr && v->is_int64() && v->get_int64() > 0 ? static_cast<std::uint64_t>(v->get_int64()) : 0;
}

// Keycloak has lists of texts there, of one each: {"memory": ["7168"]}.
std::string_view parameter(const object& credential, std::string_view name)
{
    const auto* const all = credential.if_contains("additionalParameters");
    if (all == nullptr || !all->is_object()) return {};
    const auto* const list = all->get_object().if_contains(name);
    if (list == nullptr || !list->is_array() || list->get_array().size() != 1) return {};
    return text_of(&list->get_array().front());
}

std::uint32_t number_parameter(const object& credential, std::string_view name)
{
    const auto number = core::parse_unsigned(parameter(credential, name));
    return number && *number <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(*number) : 0;
}

core::result<std::string> convert_pbkdf2(digest function, std::uint64_t iterations, std::string salt, std::string key)
{
    auto text = format_passlib_pbkdf2({{function, iterations}, std::move(salt), std::move(key)});
    const auto parsed = parse_passlib_pbkdf2(text);
    if (!parsed) return parsed.error();
    return text;
}

std::optional<argon2_type> find_type(std::string_view name)
{
    if (name == "id") return argon2_type::id;
    if (name == "i") return argon2_type::i;
    if (name == "d") return argon2_type::d;
    return std::nullopt;
}

core::result<std::string> convert_argon2(const object& credential, std::uint64_t passes, std::string salt,
                                         std::string key)
{
    const auto type = find_type(parameter(credential, "type"));
    if (!type || parameter(credential, "version") != "1.3") return core::errc::unsupported;
    argon2_hash hash{number_parameter(credential, "memory"), 0, std::move(salt), std::move(key),
                     number_parameter(credential, "parallelism")};
    if (passes > std::numeric_limits<std::uint32_t>::max()) return core::errc::too_large;
    hash.passes = static_cast<std::uint32_t>(passes);
    hash.type = *type;
    auto text = format_argon2(hash);
    const auto parsed = parse_argon2(text);
    if (!parsed) return parsed.error();
    return text;
}

} // namespace

core::result<std::string> convert_keycloak(std::string_view credential_data, std::string_view secret_data)
{
    const auto credential = core::parse_json(credential_data), secret = core::parse_json(secret_data);
    if (!credential || !credential->is_object() || !secret || !secret->is_object()) return core::errc::invalid_input;
    const auto& about = credential->get_object();
    const auto& kept = secret->get_object();
    auto salt = decode_base64(text_of(kept.if_contains("salt")), base64_form::padded);
    auto key = decode_base64(text_of(kept.if_contains("value")), base64_form::padded);
    if (!salt || !key) return core::errc::invalid_input;

    const auto algorithm = text_of(about.if_contains("algorithm"));
    const auto iterations = number_of(about.if_contains("hashIterations"));
    if (algorithm == "argon2") return convert_argon2(about, iterations, std::move(*salt), std::move(*key));
    if (algorithm == "pbkdf2") return convert_pbkdf2(digest::sha1, iterations, std::move(*salt), std::move(*key));
    if (algorithm == "pbkdf2-sha256")
        return convert_pbkdf2(digest::sha256, iterations, std::move(*salt), std::move(*key));
    if (algorithm == "pbkdf2-sha512")
        return convert_pbkdf2(digest::sha512, iterations, std::move(*salt), std::move(*key));
    return core::errc::unsupported;
}

} // namespace watchword::crypto
