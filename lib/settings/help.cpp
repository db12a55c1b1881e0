#include "settings/load.hpp"
#include "settings/table.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>

namespace watchword::settings {
namespace {

constexpr std::size_t text_column = 32, width = 100;

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
        const auto space = text.find(' ');
        const auto word = text.substr(0, space);
        if (line.size() + word.size() > width) {
            out.append(line.substr(0, line.find_last_not_of(' ') + 1)).append("\n");
            line.assign(text_column, ' ');
        }
        line.append(word).append(" ");
        text = space == text.npos ? std::string_view() : text.substr(space + 1);
    }
    out.append(line.substr(0, line.find_last_not_of(' ') + 1)).append("\n");
}

std::string with_default(const descriptor& d, const settings& defaults)
{
    const auto value = d.is_secret ? std::string() : d.write(defaults);
    return std::string(d.text) + (value.empty() ? "" : " [" + value + "]");
}

} // namespace

std::string help_text()
{
    const settings defaults;
    std::string out = "Options:\n";
    for (const auto& d : table()) {
        if (d.flag.empty()) continue;
        const std::string value = d.value_name.empty() ? "" : " " + std::string(d.value_name);
        append_entry(out, std::string(d.flag) + value,
                     with_default(d, defaults) + (d.is_list ? " May be repeated." : ""));
    }
    append_entry(out, "--config FILE", "Read settings from a JSON file; comments are allowed.");
    append_entry(out, "--set GROUP.NAME=VALUE", "Set any of the settings below.");
    append_entry(out, "--help", "Show this text.");
    out.append("\nSettings (defaults < file < WATCHWORD_GROUP_NAME in the environment < options):\n");
    for (const auto& d : table())
        append_entry(out, d.is_secret ? std::string(d.alias) : std::string(d.key), with_default(d, defaults));
    return out;
}

std::string default_file()
{
    const settings defaults;
    std::string out = "// The settings of watchword serve with their defaults. Use: watchword serve --config FILE\n"
                      "// The environment (WATCHWORD_GROUP_NAME) and options win over this file.\n{\n";
    std::string group;
    const auto rows = table();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& d = rows[i];
        if (d.is_secret) continue;
        const std::string this_group(d.key.substr(0, d.key.find('.')));
        if (this_group != group) {
            if (!group.empty()) out.append("\n  },\n");
            out.append("  \"").append(this_group).append("\": {\n");
            group = this_group;
        } else {
            out.append(",\n");
        }
        const auto value = d.write(defaults);
        const bool bare = value == "true" || value == "false" ||
                          (!value.empty() && value.find_first_not_of("0123456789") == value.npos);
        out.append("    // ").append(d.text).append("\n    ");
        out.append(boost::json::serialize(
            boost::json::string(d.key.data() + group.size() + 1, d.key.size() - group.size() - 1)));
        out.append(": ").append(bare ? value : boost::json::serialize(boost::json::string(value)));
    }
    return out + "\n  }\n}\n";
}

} // namespace watchword::settings
