#pragma once

#include "core/error.hpp"
#include "settings/settings.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::settings {

// Where settings come from, weakest first: the defaults, a file, the environment, the command line.
struct sources {
    std::vector<std::string> arguments;                       // behind the subcommand
    std::map<std::string_view, std::string_view> environment; // PORT and WATCHWORD_...; others are ignored
    std::function<core::result<std::string>(const std::string& path)> read_file;
};

// Something that is wrong, for whoever wrote it.
struct problem {
    std::string where; // "watchword.json, line 7: http.body_bytes", "WATCHWORD_LISTEN", "--threads"
    std::string what;  // what is allowed, or the nearest known name; and the value, unless it may hold a secret
};

// "where: what" on one line, without control characters.
std::string to_string(const problem&);
// Any text so.
std::string printable(std::string text);

struct loaded {
    settings values;
    std::vector<problem> problems; // all of them; the values are usable only if there are none
    // Of each setting that is not its default, by its key: where its value comes from, as `problem::where` says it.
    std::map<std::string_view, std::string> origins;
    std::string file{}; // the one that was named; empty: none
};

// Reads every layer and collects every problem: unknown keys, values out of range, keys given twice, a file that is no
// JSON. The file is named by --config or WATCHWORD_CONFIG: JSON with comments, an object for each group. In the
// environment a setting is WATCHWORD_GROUP_NAME; some have a shorter name too, and with _FILE behind the name of one
// that may hold a password, the variable names a file with the value. `--set group.name=value` sets anything;
// --flag VALUE and --flag=VALUE are the same. --help is left to the caller. PORT, which platforms set, is the default
// of server.listen: 0.0.0.0 and that port.
loaded load(const sources&);

} // namespace watchword::settings
