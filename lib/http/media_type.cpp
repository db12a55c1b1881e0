#include "http/media_type.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace watchword::http {
namespace {

constexpr std::size_t most_parameters = 16;

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

// Reads tokens and quoted strings from the front of a text.
class scanner {
public:
    explicit scanner(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    void skip_blanks()
    {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
    }
    bool take(char c)
    {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // As long as possible; empty if there is none.
    std::string_view token()
    {
        std::size_t size = 0;
        while (size < rest_.size() && core::is_token_character(rest_[size])) ++size;
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    // After the opening quote; nothing if it never closes.
    std::optional<std::string> quoted()
    {
        std::string out;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return out;
            const bool escape = c == '\\' && !rest_.empty() && (rest_.front() == '"' || rest_.front() == '\\');
            out.push_back(escape ? rest_.front() : c);
            if (escape) rest_.remove_prefix(1);
        }
        return std::nullopt;
    }

private:
    std::string_view rest_;
};

// *( OWS ";" OWS [ name "=" value ] )
bool read_parameters(scanner& in, media_type& out)
{
    for (;;) {
        in.skip_blanks();
        if (in.at_end()) return true;
        if (!in.take(';')) return false;
        in.skip_blanks();
        auto name = lower(in.token());
        if (name.empty()) continue; // RFC 9110 section 5.6.6 allows it
        if (!in.take('=') || out.parameters.size() == most_parameters || out.parameter(name)) return false;
        auto value = in.take('"') ? in.quoted() : std::optional<std::string>(in.token());
        if (!value) return false;
        out.parameters.emplace_back(std::move(name), std::move(*value));
    }
}

} // namespace

std::optional<std::string_view> media_type::parameter(std::string_view name) const
{
    for (const auto& [key, value] : parameters)
        if (key == name) return value;
    return std::nullopt;
}

core::result<media_type> parse_media_type(std::string_view text)
{
    scanner in(core::trim(text));
    media_type out;
    const auto type = in.token();
    if (type.empty() || !in.take('/')) return core::errc::invalid_input;
    const auto subtype = in.token();
    if (subtype.empty()) return core::errc::invalid_input;
    out.essence = lower(type) + "/" + lower(subtype);
    if (!read_parameters(in, out)) return core::errc::invalid_input;
    return out;
}

core::result<media_type> parse_disposition(std::string_view text)
{
    scanner in(core::trim(text));
    media_type out;
    out.essence = lower(in.token());
    if (out.essence.empty() || !read_parameters(in, out)) return core::errc::invalid_input;
    return out;
}

} // namespace watchword::http
