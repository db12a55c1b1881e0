#include "http/forwarded.hpp"

#include "core/text.hpp"

#include <array>
#include <optional>

namespace watchword::http {
namespace {

constexpr int most_hops = 64;

// Where the last element of a list begins, behind its comma. Read from the right, so that no quote which a client
// left open swallows what a proxy wrote behind it. There, a quote behind a backslash belongs to the string: the one
// that opens it stands behind '='.
std::size_t last_element(std::string_view list, bool knows_quotes) noexcept
{
    bool is_quoted = false;
    for (std::size_t i = list.size(); i-- > 0;) {
        if (knows_quotes && list[i] == '"') {
            if (!is_quoted || i == 0 || list[i - 1] != '\\') is_quoted = !is_quoted;
        } else if (list[i] == ',' && !is_quoted) {
            return i + 1;
        }
    }
    return 0;
}

// The elements of all fields of one name, the last first.
class elements_from_the_right {
public:
    elements_from_the_right(const request& q, std::string_view name, bool knows_quotes) noexcept
        : fields_(q.headers), name_(name), knows_quotes_(knows_quotes), left_(q.headers.size())
    {}

    std::optional<std::string_view> next() noexcept
    {
        while (!in_field_) {
            if (left_ == 0) return std::nullopt;
            const auto& field = fields_[--left_];
            if (!core::iequals(field.name, name_)) continue;
            in_field_ = true;
            rest_ = field.value;
        }
        const auto begin = last_element(rest_, knows_quotes_);
        const auto element = rest_.substr(begin);
        in_field_ = begin > 0;
        if (in_field_) rest_ = rest_.substr(0, begin - 1);
        return core::trim(element);
    }

private:
    const std::vector<header_field>& fields_;
    const std::string_view name_;
    const bool knows_quotes_;
    std::size_t left_; // fields not looked at yet
    bool in_field_ = false;
    std::string_view rest_; // of that field
};

std::string_view known_scheme(std::string_view text) noexcept
{
    if (core::iequals(text, "https")) return "https";
    if (core::iequals(text, "http")) return "http";
    return {};
}

bool is_port(std::string_view text) noexcept
{
    const auto value = core::parse_unsigned(text);
    return value && *value <= 65535 && text.size() <= 5;
}

// RFC 7239 section 6.3
bool is_hidden_port(std::string_view text) noexcept
{
    if (text.size() < 2 || text.front() != '_') return false;
    for (const char c : text.substr(1)) {
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alphanumeric && c != '.' && c != '_' && c != '-') return false;
    }
    return true;
}

// `192.0.2.1`, `[2001:db8::1]`, either with a port.
std::optional<core::ip_address> parse_node(std::string_view text, forwarding_field field) noexcept
{
    const bool has_brackets = text.starts_with('[');
    const auto end = has_brackets ? text.find(']') : text.find(':');
    if (has_brackets && end == text.npos) return std::nullopt;
    const auto address = core::parse_address(has_brackets ? text.substr(1, end - 1) : text.substr(0, end));
    if (!address || address->is_v6() != has_brackets) return std::nullopt;
    auto rest = end == text.npos ? std::string_view() : text.substr(end + (has_brackets ? 1 : 0));
    if (rest.empty()) return core::unmapped(*address);
    if (!rest.starts_with(':')) return std::nullopt;
    rest.remove_prefix(1);
    if (!is_port(rest) && (field != forwarding_field::forwarded || !is_hidden_port(rest))) return std::nullopt;
    return core::unmapped(*address);
}

// An entry of X-Forwarded-For, which nobody has standardised: IPv6 comes without brackets too.
std::optional<forwarded_client> parse_entry(std::string_view text) noexcept
{
    auto address = core::parse_address(text);
    if (address)
        address = core::unmapped(*address);
    else
        address = parse_node(text, forwarding_field::x_forwarded_for);
    if (!address) return std::nullopt;
    return forwarded_client{*address, {}};
}

// The value of a parameter, unquoted. Longer ones are read but not kept: no address or scheme is that long.
class short_value {
public:
    void add(char c) noexcept
    {
        if (size_ < bytes_.size()) bytes_[size_] = c;
        ++size_;
    }
    std::optional<std::string_view> get() const noexcept
    {
        if (size_ > bytes_.size()) return std::nullopt;
        return std::string_view(bytes_.data(), size_);
    }

private:
    std::array<char, 64> bytes_;
    std::size_t size_ = 0;
};

std::string_view take_token(std::string_view& text) noexcept
{
    std::size_t size = 0;
    while (size < text.size() && core::is_token_character(text[size])) ++size;
    const auto token = text.substr(0, size);
    text.remove_prefix(size);
    return token;
}

// Behind the opening quote, up to the closing one; false if it never comes.
bool take_quoted(std::string_view& text, short_value& out) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
        if (text[i] == '\\' && ++i == text.size()) return false;
        out.add(text[i]);
    }
    return false;
}

// token "=" ( token / quoted-string )
bool take_pair(std::string_view& text, std::string_view& name, short_value& value) noexcept
{
    name = take_token(text);
    if (name.empty() || !text.starts_with('=')) return false;
    text.remove_prefix(1);
    if (text.starts_with('"')) {
        text.remove_prefix(1);
        return take_quoted(text, value);
    }
    const auto token = take_token(text);
    for (const char c : token) value.add(c);
    return !token.empty();
}

// A forwarded-element of RFC 7239 section 4; also with blanks around its semicolons. Nothing if it is malformed,
// says `for` or `proto` twice, or has no address.
std::optional<forwarded_client> parse_element(std::string_view text) noexcept
{
    std::optional<core::ip_address> address;
    std::optional<std::string_view> scheme;
    while (!text.empty()) {
        std::string_view name;
        short_value value;
        if (!text.starts_with(';') && !take_pair(text, name, value)) return std::nullopt;
        const auto read = value.get();
        if (core::iequals(name, "for")) {
            if (address || !read) return std::nullopt;
            address = parse_node(*read, forwarding_field::forwarded);
            if (!address) return std::nullopt;
        } else if (core::iequals(name, "proto")) {
            if (scheme) return std::nullopt;
            scheme = known_scheme(read.value_or(std::string_view()));
        }
        text = core::trim(text);
        if (text.empty()) break;
        if (!text.starts_with(';')) return std::nullopt;
        text = core::trim(text.substr(1));
    }
    if (!address) return std::nullopt;
    return forwarded_client{*address, scheme.value_or(std::string_view())};
}

} // namespace

forwarded_client find_client(const request& q, const std::optional<core::ip_address>& peer,
                             const forwarding& proxies) noexcept
{
    const auto is_trusted = [&](const std::optional<core::ip_address>& a) {
        return !a || proxies.trusted.contains(*a);
    };
    forwarded_client client;
    if (peer) client.address = core::unmapped(*peer);
    if (!is_trusted(client.address)) return client;
    const bool is_standard = proxies.field == forwarding_field::forwarded;
    elements_from_the_right elements(q, is_standard ? "Forwarded" : "X-Forwarded-For", is_standard);
    for (int hops = 0; hops < most_hops && is_trusted(client.address); ++hops) {
        const auto element = elements.next();
        if (!element) break;
        const auto hop = is_standard ? parse_element(*element) : parse_entry(*element);
        if (!hop) break;
        client = *hop;
    }
    if (!is_standard) {
        elements_from_the_right schemes(q, "X-Forwarded-Proto", false);
        client.scheme = known_scheme(schemes.next().value_or(std::string_view()));
    }
    return client;
}

} // namespace watchword::http
