#include "api/schema.hpp"

#include "core/characters.hpp"
#include "core/json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace watchword::api {
namespace {

namespace json = boost::json;
using type = schema::type;

std::string_view name_of(type t)
{
    switch (t) {
    case type::text: return "string";
    case type::integer: return "integer";
    case type::boolean: return "boolean";
    case type::object: return "object";
    case type::array: return "array";
    case type::anything: break;
    }
    return {};
}

std::string_view wanted(const schema& s)
{
    switch (s.is) {
    case type::text: return "text";
    case type::integer: return "a whole number";
    case type::boolean: return "true or false";
    case type::object: return "an object";
    case type::array: return "an array";
    case type::anything: break;
    }
    return "a value";
}

bool has_type(const schema& s, const json::value& v)
{
    switch (s.is) {
    case type::text: return v.is_string();
    case type::integer: return v.is_int64();
    case type::boolean: return v.is_bool();
    case type::object: return v.is_object();
    case type::array: return v.is_array();
    case type::anything: break;
    }
    return true;
}

// RFC 6901 section 3. A name that came from outside is told only in part.
std::string below(const std::string& pointer, std::string_view name)
{
    constexpr std::size_t longest_told = 100;
    auto all = pointer + '/';
    if (name.size() > longest_told) {
        auto end = longest_told; // not within a character
        while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0u) == 0x80u) --end;
        name = name.substr(0, end);
    }
    for (const char c : name) {
        if (c == '~')
            all += "~0";
        else if (c == '/')
            all += "~1";
        else
            all += c;
    }
    return all;
}

// Something before the last '@' and behind it, and nothing that is blank or controls a terminal. Whether somebody reads
// mail there, only mail can tell.
bool is_address(std::string_view text)
{
    const auto at = text.rfind('@');
    const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
    return at != text.npos && at > 0 && at + 1 < text.size() && std::none_of(text.begin(), text.end(), is_blank);
}

class judgement {
public:
    void value(const schema& s, const json::value& v, const std::string& pointer)
    {
        if (found_.size() >= most_errors) return;
        if (v.is_null() && s.nullable) return;
        if (!has_type(s, v)) return tell(pointer, "invalid_type", "This must be " + std::string(wanted(s)) + '.');
        if (s.is == type::text) text(s, core::view(v.get_string()), pointer);
        if (s.is == type::integer) number(s, v.get_int64(), pointer);
        if (s.is == type::object) object(s, v.get_object(), pointer);
        if (s.is == type::array) array(s, v.get_array(), pointer);
    }

    void text(const schema& s, std::string_view text, const std::string& pointer)
    {
        if (text.find('\0') != text.npos) return tell(pointer, "invalid_value", "This must not contain U+0000.");
        if (!s.choices.empty() && std::find(s.choices.begin(), s.choices.end(), text) == s.choices.end()) {
            std::string all;
            for (const auto& choice : s.choices) all += (all.empty() ? "" : ", ") + choice;
            return tell(pointer, "invalid_value", "This must be one of: " + all + '.');
        }
        if (text.empty() && s.least > 0) return tell(pointer, "missing_field", "This must not be empty.");
        if (s.format == "email" && !is_address(text))
            return tell(pointer, "invalid_value", "This must be an e-mail address.");
        size(s, core::count_characters(text), pointer, "characters");
    }

    void number(const schema& s, std::int64_t n, const std::string& pointer)
    {
        if (n < s.minimum) tell(pointer, "invalid_value", "This must be at least " + std::to_string(s.minimum) + '.');
        if (n > s.maximum) tell(pointer, "invalid_value", "This must be at most " + std::to_string(s.maximum) + '.');
    }

    void tell(std::string pointer, std::string_view code, std::string detail)
    {
        if (found_.size() < most_errors) found_.push_back({std::move(pointer), code, std::move(detail)});
    }

    std::vector<input_error> take() { return std::move(found_); }

private:
    void object(const schema& s, const json::object& o, const std::string& pointer)
    {
        for (const auto& m : s.members) {
            const auto* const given = o.if_contains(m.name);
            if (given != nullptr)
                value(m.is, *given, below(pointer, m.name));
            else if (m.required)
                tell(below(pointer, m.name), "missing_field", "This is missing.");
        }
        if (s.open) return;
        for (const auto& [key, ignored] : o) {
            const std::string_view name(key.data(), key.size());
            const auto is_it = [name](const member& m) { return m.name == name; };
            if (std::none_of(s.members.begin(), s.members.end(), is_it))
                tell(below(pointer, name), "unknown_field", "There is no such field here.");
        }
    }

    void array(const schema& s, const json::array& a, const std::string& pointer)
    {
        size(s, a.size(), pointer, "elements");
        for (std::size_t i = 0; i < a.size() && found_.size() < most_errors; ++i)
            value(s.items.front(), a[i], below(pointer, std::to_string(i)));
    }

    void size(const schema& s, std::size_t n, const std::string& pointer, const char* of)
    {
        if (n < s.least)
            tell(pointer, "invalid_value", "This must have at least " + std::to_string(s.least) + ' ' + of + '.');
        if (n > s.most)
            tell(pointer, "invalid_value", "This must have at most " + std::to_string(s.most) + ' ' + of + '.');
    }

    std::vector<input_error> found_;
};

void describe_text(const schema& s, json::object& o)
{
    if (!s.format.empty()) o["format"] = s.format;
    if (s.least > 0) o["minLength"] = s.least;
    if (s.most != schema::unlimited) o["maxLength"] = s.most;
    if (s.choices.empty()) return;
    json::array all(s.choices.begin(), s.choices.end());
    if (s.nullable) all.emplace_back(nullptr);
    o["enum"] = std::move(all);
}

void describe_integer(const schema& s, json::object& o)
{
    if (s.minimum != std::numeric_limits<std::int64_t>::min()) o["minimum"] = s.minimum;
    if (s.maximum != std::numeric_limits<std::int64_t>::max()) o["maximum"] = s.maximum;
}

void describe_object(const schema& s, json::object& o, json::object& components)
{
    json::object properties;
    json::array required;
    for (const auto& m : s.members) {
        properties[m.name] = describe(m.is, components);
        if (m.required) required.emplace_back(m.name);
    }
    if (!properties.empty()) o["properties"] = std::move(properties);
    if (!required.empty()) o["required"] = std::move(required);
    o["additionalProperties"] = s.open;
}

json::object describe_in_place(const schema& s, json::object& components)
{
    json::object o;
    if (s.is != type::anything) {
        const auto name = core::json_string(name_of(s.is));
        if (s.nullable)
            o["type"] = json::array{name, "null"};
        else
            o["type"] = name;
    }
    if (!s.description.empty()) o["description"] = s.description;
    if (s.is == type::text) describe_text(s, o);
    if (s.is == type::integer) describe_integer(s, o);
    if (s.is == type::object) describe_object(s, o, components);
    if (s.is == type::array) {
        o["items"] = describe(s.items.front(), components);
        if (s.least > 0) o["minItems"] = s.least;
        if (s.most != schema::unlimited) o["maxItems"] = s.most;
    }
    return o;
}

schema of_type(type t)
{
    schema s;
    s.is = t;
    return s;
}

} // namespace

schema schema::about(std::string text) const
{
    auto s = *this;
    s.description = std::move(text);
    return s;
}

schema schema::or_null() const
{
    auto s = *this;
    s.nullable = true;
    return s;
}

schema text(std::size_t least, std::size_t most, std::string format)
{
    auto s = of_type(type::text);
    s.least = least;
    s.most = most;
    s.format = std::move(format);
    return s;
}

schema one_of(std::vector<std::string> choices)
{
    auto s = of_type(type::text);
    s.choices = std::move(choices);
    return s;
}

schema integer(std::int64_t minimum, std::int64_t maximum)
{
    auto s = of_type(type::integer);
    s.minimum = minimum;
    s.maximum = maximum;
    return s;
}

schema boolean()
{
    return of_type(type::boolean);
}

schema list_of(schema items, std::size_t most)
{
    auto s = of_type(type::array);
    s.items.push_back(std::move(items));
    s.most = most;
    return s;
}

schema object_of(std::vector<member> members)
{
    auto s = of_type(type::object);
    s.members = std::move(members);
    return s;
}

schema open_object()
{
    auto s = of_type(type::object);
    s.open = true;
    return s;
}

schema named(std::string name, schema s)
{
    s.name = std::move(name);
    return s;
}

std::vector<input_error> judge(const schema& s, const json::value& v)
{
    judgement j;
    j.value(s, v, {});
    return j.take();
}

std::vector<input_error> judge_parameter(const schema& s, std::string_view name, std::string_view value)
{
    judgement j;
    const std::string pointer(name);
    if (s.is == type::integer) {
        std::int64_t n = 0;
        const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), n);
        if (ec != std::errc() || end != value.data() + value.size())
            j.tell(pointer, "invalid_type", "This must be a whole number.");
        else
            j.number(s, n, pointer);
    } else if (s.is == type::boolean) {
        if (value != "true" && value != "false") j.tell(pointer, "invalid_type", "This must be true or false.");
    } else {
        j.text(s, value, pointer);
    }
    return j.take();
}

json::object describe(const schema& s, json::object& components)
{
    if (s.name.empty()) return describe_in_place(s, components);
    if (!components.contains(s.name)) {
        components[s.name] = json::object(); // so that nobody describes it again meanwhile
        auto plain = s;
        plain.nullable = false;
        components[s.name] = describe_in_place(plain, components);
    }
    json::object reference{{"$ref", "#/components/schemas/" + s.name}};
    if (!s.nullable) return reference;
    return {{"anyOf", json::array{std::move(reference), json::object{{"type", "null"}}}}};
}

} // namespace watchword::api
