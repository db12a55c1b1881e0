#include "accounts/client_file.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <span>

namespace watchword::accounts {
namespace {

namespace json = boost::json;
using digest = crypto::sha256::digest;

constexpr std::size_t most_problems = 20;
constexpr std::string_view introspect = "introspect", revoke = "revoke";

bool is_for_people(std::string_view text)
{
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    return text.size() <= registered_client::longest_name && core::is_utf8(text) &&
           std::none_of(text.begin(), text.end(), is_control);
}

std::optional<digest> read_digest(std::string_view text)
{
    std::string lower(text);
    for (auto& c : lower)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    digest out{};
    const auto bytes = text.size() == 2 * out.size() ? core::hex_decode(lower) : core::base64url_decode(text);
    if (!bytes || bytes->size() != out.size()) return std::nullopt;
    std::memcpy(out.data(), bytes->data(), out.size());
    return out;
}

std::string place_of(std::string_view text, std::size_t offset)
{
    const auto before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto start = before.rfind('\n');
    const auto column = start == before.npos ? before.size() + 1 : before.size() - start;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

class file_reader {
public:
    client_file read(std::string_view text)
    {
        std::size_t offset = 0;
        const auto parsed = core::parse_json(text, {8, true}, &offset);
        if (!parsed) {
            out_.problems.push_back(place_of(text, offset) + ": this is no JSON, or a member stands there twice");
        } else if (!parsed->is_array()) {
            out_.problems.emplace_back("the file is not an array: [{\"id\": ...}, ...]");
        } else if (parsed->get_array().size() > most_clients) {
            out_.problems.push_back("there are more than " + std::to_string(most_clients) + " clients");
        } else {
            for (const auto& each : parsed->get_array()) read_entry(each);
        }
        return std::move(out_);
    }

private:
    void read_entry(const json::value& entry)
    {
        place_ = "client " + std::to_string(++number_);
        if (!entry.is_object()) return complain("is not an object");
        const auto& members = entry.get_object();
        registered_client c;
        is_good_ = true;
        read_id(members, c);
        read_hash(members, c);
        read_rights(members, c);
        read_name(members, c);
        refuse_others(members);
        if (is_good_) out_.clients.push_back(std::move(c));
    }

    void complain(const std::string& what)
    {
        is_good_ = false;
        if (out_.problems.size() < most_problems) out_.problems.push_back(place_ + ": " + what);
    }

    static std::optional<std::string_view> text_of(const json::object& members, const char* name)
    {
        const auto* const value = members.if_contains(name);
        if (value == nullptr || !value->is_string()) return std::nullopt;
        return core::view(value->get_string());
    }

    void read_id(const json::object& members, registered_client& c)
    {
        const auto id = text_of(members, "id");
        if (!id || !is_client_id(*id)) return complain("\"id\" must be 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -");
        c.id = *id;
        place_ += " (" + c.id + ")";
        if (!ids_.insert(c.id).second) complain("there is another client with this id");
    }

    void read_hash(const json::object& members, registered_client& c)
    {
        const auto text = text_of(members, "secret_sha256");
        const auto hash = text ? read_digest(*text) : std::nullopt;
        if (!hash)
            return complain("\"secret_sha256\" must be a SHA-256 in 64 hexadecimal digits or 43 characters of "
                            "base64url; watchword client new makes one");
        c.secret_hash = *hash;
    }

    void read_rights(const json::object& members, registered_client& c)
    {
        constexpr auto allowed = "\"may\" must be an array of \"introspect\" and \"revoke\", one of them at least";
        const auto* const may = members.if_contains("may");
        if (may == nullptr || !may->is_array() || may->get_array().empty()) return complain(allowed);
        for (const auto& each : may->get_array()) {
            const auto word = each.is_string() ? core::view(each.get_string()) : std::string_view();
            auto& right = word == introspect ? c.may_introspect : c.may_revoke;
            if ((word != introspect && word != revoke) || right) return complain(allowed);
            right = true;
        }
    }

    void read_name(const json::object& members, registered_client& c)
    {
        if (!members.contains("name")) return;
        const auto name = text_of(members, "name");
        if (!name || !is_for_people(*name))
            return complain("\"name\" must be a text of at most 200 bytes without control characters");
        c.name = *name;
    }

    void refuse_others(const json::object& members)
    {
        constexpr std::array<std::string_view, 4> known{"id", "secret_sha256", "may", "name"};
        const auto is_other = [&](const auto& member) {
            const std::string_view name(member.key().data(), member.key().size());
            return std::find(known.begin(), known.end(), name) == known.end();
        };
        // Its name is not told: it may be a secret that slipped.
        if (std::any_of(members.begin(), members.end(), is_other))
            complain("there is a member other than \"id\", \"secret_sha256\", \"may\" and \"name\"");
    }

    client_file out_;
    std::set<std::string, std::less<>> ids_;
    std::string place_;
    std::size_t number_ = 0;
    bool is_good_ = true;
};

} // namespace

client_file read_client_file(std::string_view text)
{
    return file_reader().read(text);
}

std::string write_client_entry(const registered_client& c)
{
    json::object entry;
    entry["id"] = core::json_string(c.id);
    if (!c.name.empty()) entry["name"] = core::json_string(c.name);
    entry["secret_sha256"] = core::json_string(core::hex_encode({c.secret_hash.data(), c.secret_hash.size()}));
    json::array may;
    if (c.may_introspect) may.emplace_back(core::json_string(introspect));
    if (c.may_revoke) may.emplace_back(core::json_string(revoke));
    entry["may"] = std::move(may);
    return json::serialize(entry);
}

core::secret_string make_client_secret(registered_client& c, core::random_source& random)
{
    core::secret_bytes<32> bytes;
    random.fill(std::as_writable_bytes(std::span(bytes.data)));
    core::secret_string text(core::base64url_encode(bytes.view()));
    c.secret_hash = crypto::sha256()(text.view());
    return text;
}

} // namespace watchword::accounts
