#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Documents show what a shell answers: blocks of ```console, in which a line that begins with "$ " is a command (it
// goes on after a backslash at its end) and those below it are what it prints. "…" stands for anything.
namespace watchword::test {

struct shown_command {
    std::string command, output;
};

// The commands of all blocks between a heading, which is given whole, and the next heading of its level or above; in
// their order. Throws std::runtime_error if there is no such heading, or nothing below it.
std::vector<shown_command> shown_commands(std::string_view document, std::string_view heading);

// Whether a text is what was shown.
bool matches(std::string_view shown, std::string_view text);

// What each command prints; all of them are run by one shell in that directory, so that variables last. Throws if the
// shell fails.
std::vector<std::string> run_in_one_shell(const std::vector<shown_command>&, const std::string& directory);

// Runs them with texts replaced, such as an address: an entry for each that printed something else than was shown.
std::vector<std::string> find_differences(std::vector<shown_command>, const std::string& directory,
                                          const std::vector<std::pair<std::string, std::string>>& replaced);

} // namespace watchword::test
