#include "settings/help.hpp"

#include "core/json.hpp"
#include "settings/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace watchword::settings {
namespace {

namespace json = boost::json;

constexpr std::size_t text_column = 31, width = 100;

// Up to the first space, or to a comma of a list.
std::string_view first_piece(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ') return text.substr(0, i);
        if (text[i] == ',' && i + 1 < text.size() && text[i + 1] != ' ') return text.substr(0, i + 1);
    }
    return text;
}

// `left`, then `text` wrapped into the column beside it.
void append_entry(std::string& out, std::string left, std::string_view text)
{
    left = "  " + left;
    if (left.size() + 2 > text_column) {
        out.append(left).append("\n");
        left.clear();
    }
    left.resize(text_column, ' ');
    std::string line = left;
    while (!text.empty()) {
        const auto piece = first_piece(text);
        if (line.size() + piece.size() > width) {
            out.append(line.substr(0, line.find_last_not_of(' ') + 1)).append("\n");
            line.assign(text_column, ' ');
        }
        line.append(piece);
        text.remove_prefix(piece.size());
        if (text.empty() || text.front() != ' ') continue;
        line.push_back(' ');
        text.remove_prefix(1);
    }
    out.append(line.substr(0, line.find_last_not_of(' ') + 1)).append("\n");
}

std::string explain(const descriptor& d, const settings& defaults)
{
    const auto value = d.write(defaults);
    std::string text(d.text);
    if (d.type == kind::choice) text.append(" Give ").append(expectation(d)).append(".");
    if (!value.empty()) text.append(" [").append(value).append("]");
    return text;
}

std::string quote(std::string_view text)
{
    return boost::json::serialize(core::json_string(text));
}

// As the file has it.
std::string json_value(const descriptor& d, const settings& values)
{
    const auto text = d.write(values);
    if (d.type == kind::list) {
        if (text.empty()) return "[]";
        std::string all = quote(text);
        for (std::size_t at = 0; (at = all.find(',', at)) != all.npos; at += 4) all.replace(at, 1, "\", \"");
        return "[" + all + "]";
    }
    const bool plain = text.find_first_not_of("0123456789") == text.npos;
    const bool bare = d.type == kind::boolean || d.type == kind::count || (d.type == kind::bytes && plain);
    return bare ? text : quote(text);
}

std::string in_cell(std::string_view text)
{
    std::string all;
    for (const char c : text) {
        if (c == '|' || c == '*' || c == '<') all.push_back('\\');
        all.push_back(c);
    }
    return all;
}

constexpr std::string_view group_of(std::string_view key)
{
    return key.substr(0, key.find('.'));
}
constexpr std::string_view name_in_group(std::string_view key)
{
    return key.substr(key.find('.') + 1);
}

// As people read it: two spaces for each level, a line for each member.
void append_indented(std::string& out, const json::value& v, std::size_t depth = 0)
{
    const auto* const members = v.if_object();
    if (!members || members->empty()) {
        out.append(json::serialize(v));
        return;
    }
    const std::string margin(2 * depth, ' ');
    const char* before = "{\n";
    for (const auto& [name, value] : *members) {
        out.append(before)
            .append(margin)
            .append("  ")
            .append(quote(std::string_view(name.data(), name.size())))
            .append(": ");
        append_indented(out, value, depth + 1);
        before = ",\n";
    }
    out.append("\n").append(margin).append("}");
}

json::object schema_of(const descriptor& d)
{
    const auto texts = [&](json::value also) {
        json::object o;
        o["type"] = std::move(also);
        o["description"] = core::json_string("This must be " + expectation(d) + ".");
        return o;
    };
    switch (d.type) {
    case kind::boolean: return {{"type", "boolean"}};
    case kind::count: return {{"type", "integer"}, {"minimum", d.least}, {"maximum", d.most}};
    case kind::text: return {{"type", "string"}, {"minLength", d.least > 0 ? 1 : 0}};
    case kind::list: {
        const json::object elements{{"type", "string"}};
        const json::object list{{"type", "array"}, {"items", elements}, {"minItems", d.least}};
        return {{"anyOf", json::array{list, elements}}};
    }
    case kind::choice: {
        json::array names;
        for (const auto each : d.choices) names.emplace_back(core::json_string(each));
        return {{"enum", std::move(names)}};
    }
    case kind::bytes:
    case kind::duration:
    case kind::rate: break;
    }
    return texts(json::array{"integer", "string"});
}

} // namespace

std::string shown_value(const descriptor& d, const settings& values)
{
    if (d.hidden && d.write(values) != d.write(settings())) return quote(hidden_value);
    return json_value(d, values);
}

std::string reference()
{
    const settings defaults;
    std::string out =
        "# Settings\n\n"
        "Made by `watchword config reference`. Defaults, then a file (`--config FILE`), then the environment, then\n"
        "flags; the later wins. In the file `group.name` is `{\"group\": {\"name\": value}}`, in the environment\n"
        "`WATCHWORD_GROUP_NAME`, and `--set group.name=value` sets anything. Sizes are bytes or end in `KiB`, `MiB` "
        "or\n"
        "`GiB`; times are seconds or end in `ms`, `s`, `m`, `h` or `d`; rates are `COUNT/TIME`, so many at once, and "
        "over\n"
        "time as many in each such time, or `none`. A reload changes those marked `live` at once; the others keep "
        "their\n"
        "value until the next start, or upgrade.\n";
    std::string_view group;
    for (const auto& d : table()) {
        if (group_of(d.key) != group) {
            group = group_of(d.key);
            out.append("\n## ").append(group).append(
                "\n\n| setting | default | what it is | allowed |\n|---|---|---|---|\n");
        }
        out.append("| `").append(d.environment_only ? d.short_environment : d.key).append("`");
        if (!d.flag.empty()) out.append(", `").append(d.flag).append("`");
        if (!d.short_environment.empty() && !d.environment_only)
            out.append(", `").append(d.short_environment).append("`");
        if (d.hidden && !d.environment_only)
            out.append(", or a file as `").append(environment_name(d)).append("_FILE`");
        const auto value = d.write(defaults);
        out.append(" | ").append(value.empty() ? "" : "`" + in_cell(value) + "`");
        out.append(" | ").append(in_cell(d.text));
        if (d.live) out.append(" `live`");
        if (d.environment_only) out.append(" From the environment only.");
        out.append(" | ").append(in_cell(expectation(d))).append(" |\n");
    }
    return out;
}

std::string file_schema()
{
    const settings defaults;
    json::object groups;
    for (const auto& d : table()) {
        if (d.environment_only) continue;
        auto& group = groups[core::json_string(group_of(d.key))];
        if (!group.is_object())
            group = json::object{{"type", "object"}, {"additionalProperties", false}, {"properties", json::object()}};
        auto one = schema_of(d);
        const auto* const allowed = one.if_contains("description");
        const auto more = allowed ? " " + std::string(allowed->get_string().c_str()) : std::string();
        one["description"] = core::json_string(std::string(d.text) + more);
        one["default"] = core::parse_json(json_value(d, defaults)).value();
        group.get_object()["properties"].get_object()[core::json_string(name_in_group(d.key))] = std::move(one);
    }
    const json::object all{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                           {"title", "Settings of Watchword"},
                           {"type", "object"},
                           {"additionalProperties", false},
                           {"properties", std::move(groups)}};
    std::string out;
    append_indented(out, all);
    return out + "\n";
}

std::string help_text()
{
    const settings defaults;
    std::string out = "Flags:\n";
    for (const auto& d : table()) {
        if (d.flag.empty()) continue;
        std::string left(d.flag);
        if (d.flag_value.empty()) left.append(" ").append(d.placeholder);
        std::string text = d.flag_value.empty() ? explain(d, defaults) : std::string(d.text);
        if (d.type == kind::list) text.append(" May be repeated.");
        append_entry(out, left, text);
    }
    append_entry(out, "--config FILE", "Read settings from a JSON file; comments are allowed.");
    append_entry(out, "--set GROUP.NAME=VALUE", "Change any of the settings below.");
    append_entry(out, "--help", "Show this text.");

    out.append("\nSettings:\n");
    for (const auto& d : table())
        if (!d.environment_only) append_entry(out, std::string(d.key), explain(d, defaults));

    out.append("\nEnvironment, beside WATCHWORD_GROUP_NAME for each setting:\n");
    append_entry(out, "WATCHWORD_CONFIG", "As --config.");
    for (const auto& d : table()) {
        if (d.short_environment.empty()) continue;
        const std::string text = d.environment_only ? explain(d, defaults) : "As " + std::string(d.key) + ".";
        append_entry(out, std::string(d.short_environment), text);
        if (d.hidden && !d.environment_only)
            append_entry(out, std::string(d.short_environment) + "_FILE", "A file that holds it.");
    }
    out.append("\nFlags win over the environment, the environment over the file, the file over the defaults.\n"
               "Sizes are bytes or end in KiB, MiB or GiB; times are seconds or end in ms, s, m, h or d.\n"
               "Rates are COUNT/TIME: so many at once, and over time as many in each such time; or none.\n");
    return out;
}

std::string default_file()
{
    const settings defaults;
    std::string out = "// The settings of watchword serve with their defaults: watchword serve --config FILE\n"
                      "// The environment (WATCHWORD_GROUP_NAME) and flags win over this file. Leave out what you do\n"
                      "// not change.\n{";
    std::string_view group;
    for (const auto& d : table()) {
        if (d.environment_only) continue;
        const auto dot = d.key.find('.');
        if (d.key.substr(0, dot) != group) {
            out.append(group.empty() ? "\n" : "\n  },\n\n");
            group = d.key.substr(0, dot);
            out.append("  ").append(quote(group)).append(": {\n");
        } else {
            out.append(",\n");
        }
        out.append("    // ").append(d.text);
        if (d.type == kind::choice) out.append(" Give ").append(expectation(d)).append(".");
        out.append("\n    ").append(quote(d.key.substr(dot + 1))).append(": ").append(json_value(d, defaults));
    }
    return out + "\n  }\n}\n";
}

} // namespace watchword::settings
