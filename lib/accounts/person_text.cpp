#include "accounts/person_text.hpp"

#include "accounts/roles.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/sha256.hpp"

#include <boost/json/serialize.hpp>

namespace watchword::accounts {
namespace {

// So that no two lists of texts are one.
void append(std::string& all, std::string_view text)
{
    all.append(std::to_string(text.size())).append(":").append(text);
}

void append(std::string& all, const std::optional<std::string>& text)
{
    if (text) {
        append(all, std::string_view(*text));
    } else {
        all += '-';
    }
}

void append(std::string& all, const std::optional<core::precise_timestamp>& time)
{
    append(all, std::string_view(time ? std::to_string(time->time_since_epoch().count()) : std::string()));
}

std::optional<field_problem> metadata_problem(const std::optional<std::string>& text)
{
    if (!text || stored_metadata(*text)) return std::nullopt;
    if (text->size() > metadata_limit)
        return field_problem{"metadata", "field_too_long", "The field 'metadata' is larger than 16 KiB."};
    return field_problem{"metadata", "invalid_metadata", "The field 'metadata' is not an object, or too large."};
}

std::optional<field_problem> roles_problem(const std::vector<std::string>& roles)
{
    if (join_roles(roles)) return std::nullopt;
    return field_problem{"roles", "invalid_roles",
                         "The field 'roles' has more than 32, or one that is not of 1 to 64 characters of a-z, 0-9, "
                         "':', '_', '.' and '-'."};
}

} // namespace

core::result<std::string> stored_metadata(std::string_view text)
{
    if (text.size() > metadata_limit) return core::errc::invalid_input;
    const auto read = core::parse_json(text);
    if (!read || !read->is_object()) return core::errc::invalid_input;
    auto written = boost::json::serialize(*read);
    if (written.size() > metadata_limit) return core::errc::invalid_input;
    return written;
}

std::string version_of(const person& p)
{
    std::string all;
    append(all, std::string_view(p.public_id));
    append(all, p.email);
    append(all, p.name);
    append(all, std::string_view(p.metadata));
    append(all, std::string_view(p.roles));
    append(all, std::string_view(p.disabled ? "1" : "0"));
    append(all, p.created);
    append(all, p.updated);
    append(all, std::string_view(std::to_string(p.version)));
    constexpr std::size_t kept = 16;
    const auto whole = crypto::sha256()(all);
    return core::base64url_encode({whole.data(), kept});
}

std::optional<field_problem> find_problem(const new_person& p)
{
    if (auto found = find_problem(registration{p.name, p.email, p.password})) return found;
    if (auto found = roles_problem(p.roles)) return found;
    return metadata_problem(p.metadata);
}

// What is left out is no problem.
std::optional<field_problem> find_problem(const person_change& c)
{
    const core::secret_string any(std::string_view("x"));
    if (auto found = find_problem(registration{c.name, c.email.value_or("x"), c.password.value_or(any)})) return found;
    if (c.roles)
        if (auto found = roles_problem(*c.roles)) return found;
    return metadata_problem(c.metadata);
}

std::optional<field_problem> find_problem(const profile_change& c)
{
    person_change same;
    same.name = c.name;
    same.metadata = c.metadata;
    return find_problem(same);
}

} // namespace watchword::accounts
