#include "http/conditional.hpp"

#include "core/siphash.hpp"
#include "core/text.hpp"

namespace watchword::http {
namespace {

bool is_tag_character(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x21 || (byte >= 0x23 && byte != 0x7F);
}

// Takes an entity tag from the front of `text`.
std::optional<entity_tag> take_tag(std::string_view& text) noexcept
{
    auto rest = text;
    const bool weak = rest.starts_with("W/");
    if (weak) rest.remove_prefix(2);
    if (!rest.starts_with('"')) return std::nullopt;
    rest.remove_prefix(1);
    std::size_t size = 0;
    while (size < rest.size() && is_tag_character(rest[size])) ++size;
    if (size == rest.size() || rest[size] != '"') return std::nullopt;
    text = rest.substr(size + 1);
    return entity_tag{rest.substr(0, size), weak};
}

void skip_blanks(std::string_view& text) noexcept
{
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
}

enum class listed { no, yes, malformed };
using comparison = bool (*)(const entity_tag&, const entity_tag&) noexcept;

// #entity-tag; empty elements are allowed (RFC 9110 section 5.6.1.2).
listed find_in_list(std::string_view list, const entity_tag& wanted, comparison equal) noexcept
{
    auto found = listed::no;
    for (;;) {
        skip_blanks(list);
        if (!list.starts_with(',') && !list.empty()) {
            const auto tag = take_tag(list);
            if (!tag) return listed::malformed;
            if (equal(*tag, wanted)) found = listed::yes;
            skip_blanks(list);
        }
        if (list.empty()) return found;
        if (!list.starts_with(',')) return listed::malformed;
        list.remove_prefix(1);
    }
}

// Whether the request has that field, and whether the fields of that name, which are one list, name the tag. "*" names
// every tag there is.
struct outcome {
    bool present = false, matched = false, malformed = false;
};
outcome look_up(const request& q, std::string_view field, std::string_view current, comparison equal) noexcept
{
    outcome all;
    const auto tag = parse_entity_tag(current);
    for (const auto& [name, value] : q.headers) {
        if (!core::iequals(name, field)) continue;
        all.present = true;
        if (!tag) continue;
        const auto found = value == "*" ? listed::yes : find_in_list(value, *tag, equal);
        if (found == listed::malformed) return {true, false, true};
        all.matched = all.matched || found == listed::yes;
    }
    return all;
}

} // namespace

std::optional<entity_tag> parse_entity_tag(std::string_view text) noexcept
{
    const auto tag = take_tag(text);
    return text.empty() ? tag : std::nullopt;
}

bool equal_strongly(const entity_tag& a, const entity_tag& b) noexcept
{
    return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool equal_weakly(const entity_tag& a, const entity_tag& b) noexcept
{
    return a.opaque == b.opaque;
}

std::string make_entity_tag(std::string_view bytes)
{
    const auto hash = core::siphash_128(bytes);
    return '"' + core::hex_encode({hash.data(), hash.size()}) + '"';
}

response not_modified_if_matched(const request& q, response r)
{
    if (r.status() != status::ok || (q.method != method::get && q.method != method::head)) return r;
    if (look_up(q, "If-None-Match", r.header("ETag"), equal_weakly).matched) r.strip(status::not_modified);
    return r;
}

bool is_unchanged(const request& q, std::string_view current)
{
    const auto asked = look_up(q, "If-Match", current, equal_strongly);
    return !asked.present || asked.matched;
}

response precondition_failed()
{
    return problem(status::precondition_failed, "precondition_failed",
                   "It is not as If-Match or If-None-Match says; read it again.");
}

response precondition_required()
{
    return problem(status::precondition_required, "precondition_required",
                   "This needs If-Match with the ETag of what is to be changed.");
}

std::optional<response> refuse_change(const request& q, std::string_view current, if_match how)
{
    if (how == if_match::required && !look_up(q, "If-Match", current, equal_strongly).present)
        return precondition_required();
    const auto unwanted = look_up(q, "If-None-Match", current, equal_weakly);
    if (!is_unchanged(q, current) || unwanted.matched || unwanted.malformed) return precondition_failed();
    return std::nullopt;
}

} // namespace watchword::http
