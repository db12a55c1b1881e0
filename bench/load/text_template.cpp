#include "load/text_template.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>

namespace watchword::load {
namespace {

constexpr std::string_view opening = "${";

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '*';
}

void append_form(std::string& to, std::string_view value)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved(c)) {
            to.push_back(c);
        } else if (c == ' ') {
            to.push_back('+');
        } else {
            to.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
}

} // namespace

void append_encoded(std::string& to, std::string_view value, encoding how)
{
    if (how == encoding::form) {
        append_form(to, value);
    } else if (how == encoding::json) {
        const auto quoted = boost::json::serialize(boost::json::string_view(value.data(), value.size()));
        to.append(quoted, 1, quoted.size() - 2);
    } else {
        to.append(value);
    }
}

text_template::text_template(std::string_view text, const std::vector<std::string>& names, encoding how)
    : encoding_(how)
{
    for (;;) {
        const auto at = text.find(opening);
        if (at == text.npos) break;
        if (at > 0 && text[at - 1] == '$') {
            rest_.append(text.substr(0, at - 1)).append(opening);
            text.remove_prefix(at + opening.size());
            continue;
        }
        const auto end = text.find('}', at);
        if (end == text.npos) throw std::runtime_error("'${' has no '}' in '" + std::string(text) + "'");
        const auto name = text.substr(at + opening.size(), end - at - opening.size());
        const auto known = std::find(names.begin(), names.end(), name);
        if (known == names.end()) throw std::runtime_error("there is no value '" + std::string(name) + "'");
        rest_.append(text.substr(0, at));
        places_.push_back({std::move(rest_), static_cast<std::uint32_t>(known - names.begin())});
        rest_.clear();
        text.remove_prefix(end + 1);
    }
    rest_.append(text);
}

std::uint32_t text_template::uses() const noexcept
{
    std::uint32_t all = 0;
    for (const auto& p : places_) all |= 1U << p.value;
    return all;
}

void text_template::append_to(std::string& to, const std::vector<std::string>& values) const
{
    for (const auto& p : places_) {
        to.append(p.before);
        append_encoded(to, values[p.value], encoding_);
    }
    to.append(rest_);
}

} // namespace watchword::load
