#include "core/json_elements.hpp"

#include <algorithm>
#include <utility>

namespace watchword::core {

json_elements::json_elements(std::istream& in, std::vector<std::string_view> names, std::size_t element_bytes)
    : in_(*in.rdbuf()), names_(std::move(names)), limit_(element_bytes)
{}

int json_elements::get()
{
    const int c = in_.sbumpc();
    if (c == '\n') ++current_line_;
    return c;
}

int json_elements::get_visible()
{
    int c = get();
    while (c == ' ' || c == '\t' || c == '\r' || c == '\n') c = get();
    return c;
}

void json_elements::keep(int c)
{
    if (!keeping_) return;
    if (text_.size() == limit_) too_large_ = true;
    if (!too_large_) text_ += static_cast<char>(c);
}

// Behind an opening quote.
std::optional<std::string> json_elements::read_string()
{
    std::string name; // as it is written: none of ours has an escape
    for (int c = get(); c != '"'; c = get()) {
        if (c == end) return std::nullopt;
        keep(c);
        if (name.size() < 64) name += static_cast<char>(c);
        if (c == '\\') {
            const int escaped = get();
            if (escaped == end) return std::nullopt;
            keep(escaped);
        }
    }
    keep('"');
    return name;
}

bool json_elements::read_value(int first)
{
    std::size_t depth = 0;
    for (int c = first;; c = get()) {
        if (c == end) return false;
        keep(c);
        if (c == '"' && !read_string()) return false;
        if (c == '[' || c == '{') ++depth;
        if ((c == ']' || c == '}') && depth > 0) --depth;
        const int behind = in_.sgetc();
        if (depth == 0 && (behind == ',' || behind == ']' || behind == '}' || behind == end)) return true;
    }
}

// The first of the document's members with one of the names. Behind its opening brace.
bool json_elements::find_member()
{
    for (int c = get_visible(); c == '"'; c = get_visible()) {
        const auto name = read_string();
        if (!name || get_visible() != ':') return false;
        const int first = get_visible();
        if (first == '[' && std::find(names_.begin(), names_.end(), *name) != names_.end()) return true;
        if (first == end || !read_value(first) || get_visible() != ',') return false;
    }
    return false;
}

bool json_elements::find_array()
{
    if (in_.sgetc() == 0xEF) // a byte order mark
        for (int i = 0; i < 3; ++i) get();
    const int first = get_visible();
    return first == '[' || (first == '{' && find_member());
}

std::optional<result<std::string>> json_elements::next()
{
    if (state_ == state::done) return std::nullopt;
    const bool is_first = state_ == state::before;
    if (is_first && !find_array()) {
        state_ = state::done;
        return errc::invalid_input;
    }
    state_ = state::within;
    int c = get_visible();
    if (c == ']') {
        state_ = state::done;
        return std::nullopt;
    }
    if (!is_first && c == ',') c = get_visible();
    line_ = current_line_;
    text_.clear();
    too_large_ = false;
    keeping_ = true;
    const bool whole = c != end && read_value(c);
    keeping_ = false;
    if (!whole || in_.sgetc() == end) {
        state_ = state::done;
        return errc::invalid_input;
    }
    if (too_large_) return errc::too_large;
    return std::move(text_);
}

} // namespace watchword::core
