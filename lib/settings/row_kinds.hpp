#pragma once

#include "core/text.hpp"
#include "settings/table.hpp"
#include "settings/values.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// The kinds of rows that table.cpp is written with, and of nobody's use besides.
namespace watchword::settings::row_kinds {

// A row as it is written below: the base from the kind, the rest added by name.
struct row : descriptor {
    constexpr row with_flag(std::string_view name, std::string_view meaning = {}) const
    {
        row copy = *this;
        copy.flag = name;
        copy.flag_value = meaning;
        return copy;
    }
    constexpr row or_environment(std::string_view name) const
    {
        row copy = *this;
        copy.short_environment = name;
        return copy;
    }
    constexpr row with_placeholder(std::string_view name) const
    {
        row copy = *this;
        copy.placeholder = name;
        return copy;
    }
    constexpr row changed_by_reload() const
    {
        row copy = *this;
        copy.live = true;
        return copy;
    }
    constexpr row never_shown() const
    {
        row copy = *this;
        copy.hidden = true;
        return copy;
    }
};

template <auto Group, auto Field> auto& get(settings& s)
{
    return (s.*Group).*Field;
}
template <auto Group, auto Field> const auto& get(const settings& s)
{
    return (s.*Group).*Field;
}
template <auto Group, auto Field>
using field_type = std::remove_reference_t<decltype(get<Group, Field>(std::declval<settings&>()))>;

constexpr bool is_within(const descriptor& d, std::uint64_t value)
{
    return value >= d.least && value <= d.most;
}

constexpr row make_row(std::string_view key, kind type, std::string_view placeholder, std::string_view text)
{
    row r;
    r.key = key;
    r.type = type;
    r.placeholder = placeholder;
    r.text = text;
    return r;
}

template <auto Group, auto Field>
constexpr row count(std::string_view key, std::uint64_t least, std::uint64_t most, std::string_view text)
{
    row r = make_row(key, kind::count, "N", text);
    r.least = least;
    r.most = most;
    r.read = [](const descriptor& d, settings& s, std::string_view value) {
        const auto number = core::parse_unsigned(value);
        if (!number || !is_within(d, *number)) return false;
        get<Group, Field>(s) = static_cast<field_type<Group, Field>>(*number);
        return true;
    };
    r.write = [](const settings& s) { return std::to_string(get<Group, Field>(s)); };
    return r;
}

template <auto Group, auto Field>
constexpr row bytes(std::string_view key, std::uint64_t least, std::uint64_t most, std::string_view text)
{
    row r = make_row(key, kind::bytes, "SIZE", text);
    r.least = least;
    r.most = most;
    r.read = [](const descriptor& d, settings& s, std::string_view value) {
        const auto number = parse_bytes(value);
        if (!number || !is_within(d, *number)) return false;
        get<Group, Field>(s) = *number;
        return true;
    };
    r.write = [](const settings& s) { return format_bytes(get<Group, Field>(s)); };
    return r;
}

template <auto Group, auto Field>
constexpr row duration(std::string_view key, std::uint64_t least, std::uint64_t most, std::string_view text)
{
    row r = make_row(key, kind::duration, "TIME", text);
    r.least = least;
    r.most = most;
    r.read = [](const descriptor& d, settings& s, std::string_view value) {
        using type = field_type<Group, Field>;
        const auto time = parse_duration(value);
        if (!time || !is_within(d, static_cast<std::uint64_t>(time->count()))) return false;
        const auto stored = std::chrono::duration_cast<type>(*time);
        if (stored != *time) return false; // a fraction of the field's unit
        get<Group, Field>(s) = stored;
        return true;
    };
    r.write = [](const settings& s) { return format_duration(get<Group, Field>(s)); };
    return r;
}

// A row's bounds are those of the count.
template <auto Group, auto Field>
constexpr row rate(std::string_view key, std::uint64_t least, std::uint64_t most, std::string_view text)
{
    row r = make_row(key, kind::rate, "COUNT/TIME", text);
    r.least = least;
    r.most = most;
    r.read = [](const descriptor& d, settings& s, std::string_view value) {
        const auto limit = parse_rate(value);
        if (!limit || (limit->is_limited() && !is_within(d, limit->count))) return false;
        get<Group, Field>(s) = *limit;
        return true;
    };
    r.write = [](const settings& s) { return format_rate(get<Group, Field>(s)); };
    return r;
}

template <auto Group, auto Field> constexpr row boolean(std::string_view key, std::string_view text)
{
    row r = make_row(key, kind::boolean, "true|false", text);
    r.read = [](const descriptor&, settings& s, std::string_view value) {
        const auto flag = parse_boolean(value);
        if (flag) get<Group, Field>(s) = *flag;
        return flag.has_value();
    };
    r.write = [](const settings& s) { return std::string(get<Group, Field>(s) ? "true" : "false"); };
    return r;
}

// `Names` has the enumerators' names in their order.
template <auto Group, auto Field, const auto& Names> constexpr row choice(std::string_view key, std::string_view text)
{
    row r = make_row(key, kind::choice, "NAME", text);
    r.choices = Names;
    r.read = [](const descriptor&, settings& s, std::string_view value) {
        const auto found = std::find(Names.begin(), Names.end(), value);
        if (found == Names.end()) return false;
        get<Group, Field>(s) = static_cast<field_type<Group, Field>>(found - Names.begin());
        return true;
    };
    r.write = [](const settings& s) { return std::string(Names[static_cast<std::size_t>(get<Group, Field>(s))]); };
    return r;
}

inline bool is_printable(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// At least `least` bytes.
template <auto Group, auto Field>
constexpr row text(std::string_view key, std::string_view placeholder, std::uint64_t least, std::string_view meaning)
{
    row r = make_row(key, kind::text, placeholder, meaning);
    r.least = least;
    r.read = [](const descriptor& d, settings& s, std::string_view value) {
        if (value.size() < d.least || !is_printable(value)) return false;
        get<Group, Field>(s) = field_type<Group, Field>(value);
        return true;
    };
    r.write = [](const settings& s) { return std::string(get<Group, Field>(s)); };
    return r;
}

constexpr row secret_value(std::string_view key, std::string_view meaning)
{
    row r = make_row(key, kind::text, "SECRET", meaning);
    r.least = 1;
    r.hidden = r.environment_only = true;
    r.read = [](const descriptor&, settings& s, std::string_view value) {
        s.secret.value = core::secret_string(value);
        return !value.empty();
    };
    r.write = [](const settings&) { return std::string(); };
    return r;
}

// The elements, or nothing if one of them is not allowed. No text is no element.
inline std::optional<std::vector<std::string>> split_list(const descriptor& d, std::string_view text)
{
    std::vector<std::string> all;
    for (bool more = !text.empty(); more;) {
        const auto comma = text.find(',');
        all.emplace_back(core::trim(text.substr(0, comma)));
        if (!d.accepts(all.back())) return std::nullopt;
        more = comma != text.npos;
        if (more) text.remove_prefix(comma + 1);
    }
    if (all.size() < d.least) return std::nullopt;
    return all;
}

inline std::string join_list(const std::vector<std::string>& elements)
{
    std::string all;
    for (const auto& each : elements) all.append(all.empty() ? "" : ",").append(each);
    return all;
}

// At least `least` elements, each of which `accepts` allows.
template <auto Group, auto Field>
constexpr row list(std::string_view key, std::string_view placeholder, std::uint64_t least,
                   bool (*accepts)(std::string_view), std::string_view elements, std::string_view meaning)
{
    row r = make_row(key, kind::list, placeholder, meaning);
    r.least = least;
    r.accepts = accepts;
    r.elements = elements;
    r.read = [](const descriptor& d, settings& s, std::string_view value) {
        auto all = split_list(d, value);
        if (!all) return false;
        get<Group, Field>(s) = std::move(*all);
        return true;
    };
    r.write = [](const settings& s) { return join_list(get<Group, Field>(s)); };
    return r;
}

} // namespace watchword::settings::row_kinds
