#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// The command lines of our own programs: [FLAG VALUE | SWITCH]... TARGET.
namespace watchword::flags {

struct command_line {
    bool help = false; // nothing after --help is looked at
    std::optional<std::string> target;
};

// Calls `set` for each flag with its value; false means that there is no such flag. Switches take no value, and become
// true. Throws std::runtime_error that says what cannot be understood.
command_line read(const std::vector<std::string_view>& arguments,
                  const std::vector<std::pair<std::string_view, bool*>>& switches,
                  const std::function<bool(std::string_view flag, std::string_view value)>& set);

// Throws std::runtime_error that names the flag.
template <class Number> Number to_number(std::string_view flag, std::string_view text, Number least, Number most)
{
    Number number{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || !(number >= least && number <= most))
        throw std::runtime_error(std::string(flag) + " cannot be '" + std::string(text) + "'");
    return number;
}

} // namespace watchword::flags
