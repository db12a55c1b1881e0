#include "flags/flags.hpp"

#include <algorithm>

namespace watchword::flags {

command_line read(const std::vector<std::string_view>& arguments,
                  const std::vector<std::pair<std::string_view, bool*>>& switches,
                  const std::function<bool(std::string_view flag, std::string_view value)>& set)
{
    command_line line;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto argument = arguments[i];
        if (argument == "--help") {
            line.help = true;
            return line;
        }
        const auto known =
            std::find_if(switches.begin(), switches.end(), [&](const auto& s) { return s.first == argument; });
        if (known != switches.end()) {
            *known->second = true;
        } else if (argument.starts_with("--")) {
            if (i + 1 == arguments.size()) throw std::runtime_error(std::string(argument) + " needs a value");
            if (!set(argument, arguments[++i])) throw std::runtime_error("there is no flag " + std::string(argument));
        } else if (!line.target) {
            line.target = argument;
        } else {
            throw std::runtime_error("there are two targets: '" + *line.target + "' and '" + std::string(argument) +
                                     "'");
        }
    }
    return line;
}

} // namespace watchword::flags
