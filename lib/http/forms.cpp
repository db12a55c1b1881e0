#include "http/forms.hpp"

#include "core/secret.hpp"
#include "core/text.hpp"
#include "http/media_type.hpp"
#include "http/percent.hpp"

namespace watchword::http {
namespace {

constexpr std::string_view line_end = "\r\n";

// RFC 2046 section 5.1.1: 1 to 70 of these, not ending in a space.
bool is_boundary(std::string_view text)
{
    if (text.empty() || text.size() > 70 || text.back() == ' ') return false;
    for (const char c : text) {
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alphanumeric && std::string_view("'()+_,-./:=? ").find(c) == std::string_view::npos) return false;
    }
    return true;
}

enum class delimiter { none, between, closing };

// What stands after "--boundary": blanks and CRLF, or "--". Removes it from `rest` if it is a delimiter.
delimiter take_delimiter_end(std::string_view& rest)
{
    if (rest.starts_with("--")) {
        const auto after = rest.substr(2);
        const auto text = after.find_first_not_of(" \t");
        // Text right behind the closing delimiter would make it a look-alike.
        if (text != after.npos && !after.substr(text).starts_with(line_end)) return delimiter::none;
        rest = after;
        return delimiter::closing;
    }
    const auto text = rest.find_first_not_of(" \t");
    if (text == rest.npos || !rest.substr(text).starts_with(line_end)) return delimiter::none;
    rest.remove_prefix(text + line_end.size());
    return delimiter::between;
}

// Finds the next delimiter line; `before` gets what stands in front of it, without the CRLF that belongs to it.
class splitter {
public:
    splitter(std::string_view body, std::string_view boundary) : mark_("\r\n--" + std::string(boundary)), rest_(body) {}

    delimiter first()
    {
        const std::string_view bare = std::string_view(mark_).substr(line_end.size());
        if (rest_.starts_with(bare)) {
            auto after = rest_.substr(bare.size());
            const auto found = take_delimiter_end(after);
            if (found != delimiter::none) {
                rest_ = after;
                return found;
            }
        }
        std::string_view preamble;
        return next(preamble);
    }

    delimiter next(std::string_view& before)
    {
        for (std::size_t from = 0;;) {
            const auto at = rest_.find(mark_, from);
            if (at == rest_.npos) return delimiter::none;
            auto after = rest_.substr(at + mark_.size());
            const auto found = take_delimiter_end(after);
            if (found != delimiter::none) {
                before = rest_.substr(0, at);
                rest_ = after;
                return found;
            }
            from = at + line_end.size();
        }
    }

private:
    const std::string mark_;
    std::string_view rest_;
};

struct part_header {
    std::optional<std::string> name;
    bool is_file = false;
    bool is_readable = true; // as the value of a field: UTF-8, not encoded, no form in the form
};

bool is_readable_type(const media_type& type)
{
    if (type.essence.starts_with("multipart/")) return false;
    const auto charset = type.parameter("charset").value_or("utf-8");
    return core::iequals(charset, "utf-8") || core::iequals(charset, "utf8") || core::iequals(charset, "us-ascii");
}

// One header line of a part.
core::result<void> read_part_line(std::string_view line, part_header& out)
{
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0 || line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos)
        return core::errc::invalid_input;
    for (const char c : line.substr(0, colon))
        if (!core::is_token_character(c)) return core::errc::invalid_input;
    const auto name = line.substr(0, colon), value = line.substr(colon + 1);
    if (core::iequals(name, "Content-Disposition")) {
        const auto disposition = parse_disposition(value);
        if (!disposition || out.name) return core::errc::invalid_input;
        if (disposition->essence != "form-data") return core::errc::invalid_input;
        const auto field = disposition->parameter("name");
        if (field) out.name = std::string(*field);
        out.is_file = disposition->parameter("filename") || disposition->parameter("filename*");
    } else if (core::iequals(name, "Content-Type")) {
        const auto type = parse_media_type(value);
        if (!type || !is_readable_type(*type)) out.is_readable = false;
    } else if (core::iequals(name, "Content-Transfer-Encoding")) {
        const auto encoding = core::trim(value); // RFC 7578 section 4.7: deprecated; nothing is decoded
        if (!core::iequals(encoding, "binary") && !core::iequals(encoding, "8bit") && !core::iequals(encoding, "7bit"))
            out.is_readable = false;
    }
    return {};
}

// Reads a part's header lines; the rest of `part` is its value.
core::result<part_header> take_part_header(std::string_view& part, const form_limits& limits)
{
    part_header out;
    for (std::size_t used = 0;;) {
        const auto end = part.find(line_end);
        used += (end == part.npos ? part.size() : end) + line_end.size();
        if (used > limits.part_header_bytes + line_end.size()) return core::errc::too_large;
        if (end == part.npos) return core::errc::invalid_input;
        const auto line = part.substr(0, end);
        part.remove_prefix(end + line_end.size());
        if (line.empty()) return out;
        if (const auto read = read_part_line(line, out); !read) return read.error();
    }
}

} // namespace

form::~form()
{
    if (decoded_) core::wipe(decoded_.get(), decoded_size_);
}

std::optional<std::string_view> form::get(std::string_view name) const&
{
    for (const auto& [key, value] : fields_)
        if (key == name) return value;
    return std::nullopt;
}

core::result<form> parse_urlencoded(std::string_view body, const form_limits& limits)
{
    form out;
    out.decoded_size_ = body.size();
    out.decoded_ = std::make_unique_for_overwrite<char[]>(body.size());
    char* end_of_decoded = out.decoded_.get();
    const auto decode = [&](std::string_view text) {
        const auto decoded = form_decode(text, end_of_decoded);
        end_of_decoded += decoded.size();
        return decoded;
    };
    while (!body.empty()) {
        const auto end = body.find('&');
        const auto pair = body.substr(0, end);
        body = end == body.npos ? std::string_view() : body.substr(end + 1);
        if (pair.empty()) continue;
        if (out.fields_.size() == limits.fields) return core::errc::too_large;
        const auto equals = pair.find('=');
        const auto name = decode(pair.substr(0, equals));
        const auto value = decode(equals == pair.npos ? std::string_view() : pair.substr(equals + 1));
        out.fields_.emplace_back(name, value);
    }
    return out;
}

core::result<form> parse_multipart(std::string_view body, std::string_view boundary, const form_limits& limits)
{
    if (!is_boundary(boundary)) return core::errc::invalid_input;
    splitter parts(body, boundary);
    form out;
    auto found = parts.first();
    for (std::size_t count = 0; found == delimiter::between; ++count) {
        if (count == limits.fields) return core::errc::too_large;
        std::string_view part;
        found = parts.next(part);
        if (found == delimiter::none) return core::errc::invalid_input;
        auto header = take_part_header(part, limits);
        if (!header) return header.error();
        if (header->is_file) continue;
        if (!header->name || !header->is_readable) return core::errc::invalid_input;
        out.fields_.emplace_back(out.names_.emplace_back(std::move(*header->name)), part);
    }
    if (found == delimiter::none) return core::errc::invalid_input;
    return out;
}

} // namespace watchword::http
