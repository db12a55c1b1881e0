#pragma once

#include "settings/settings.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::settings {

// Where settings come from, weakest first: the defaults, a file, the environment, the command line.
struct sources {
    std::vector<std::string> arguments;             // behind the subcommand
    std::map<std::string, std::string> environment; // variables that start with WATCHWORD_
    // The content of a file, or nothing if it cannot be read.
    std::function<std::optional<std::string>(const std::string& path)> read_file;
};

// Something that is wrong, for whoever wrote it.
struct problem {
    std::string where; // "config.json, line 3: http.body_bytes", "WATCHWORD_LISTEN", "--threads"
    std::string what;  // the value, unless it is secret, and what is allowed
};

// "where: what".
std::string to_string(const problem&);

struct loaded {
    settings values;
    std::vector<problem> problems; // all of them; the values are usable only if there are none
};

// Reads every layer and collects every problem: unknown keys (with the nearest known one), values out of range, keys
// given twice, a file that is no JSON. The file is named by --config or WATCHWORD_CONFIG: JSON with comments, an
// object for each group. `--set group.name=value` sets anything; --flag VALUE and --flag=VALUE are the same.
loaded load(const sources&);

// The lines of `watchword serve --help` that describe flags and settings.
std::string help_text();

// The default settings as a commented file for --config.
std::string default_file();

// The known name nearest to `name`, if one is near: at most a third of its letters differ.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& known);

} // namespace watchword::settings
