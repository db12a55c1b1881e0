#include "support/transcript.hpp"

#include "support/process.hpp"

#include <sstream>
#include <stdexcept>

namespace watchword::test {
namespace {

constexpr std::string_view anything = "…", between = "\x01\n";

std::size_t level_of(std::string_view line)
{
    const auto marks = line.find_first_not_of('#');
    return marks != line.npos && marks > 0 && line[marks] == ' ' ? marks : 0;
}

bool goes_on(std::string_view command)
{
    return command.ends_with('\\');
}

void replace_all(std::string& text, const std::string& from, const std::string& to)
{
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
        text.replace(at, from.size(), to);
}

// Without what ends lines in HTTP, and what is blank at the end.
std::string tidy(std::string text)
{
    replace_all(text, "\r", "");
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

} // namespace

std::vector<shown_command> shown_commands(std::string_view document, std::string_view heading)
{
    std::vector<shown_command> found;
    std::istringstream lines{std::string(document)};
    bool below = false, in_block = false;
    for (std::string line; std::getline(lines, line);) {
        if (!in_block && level_of(line) != 0) below = line == heading || (below && level_of(line) > level_of(heading));
        if (line.starts_with("```")) {
            in_block = !in_block && line == "```console";
            continue;
        }
        if (!below || !in_block) continue;
        if (!found.empty() && goes_on(found.back().command) && found.back().output.empty()) {
            found.back().command += "\n" + line;
        } else if (line.starts_with("$ ")) {
            found.push_back({line.substr(2), {}});
        } else if (!found.empty()) {
            found.back().output += line + "\n";
        }
    }
    if (found.empty()) throw std::runtime_error("no commands below " + std::string(heading));
    return found;
}

bool matches(std::string_view shown, std::string_view text)
{
    const auto wild = shown.find(anything);
    if (wild == shown.npos) return shown == text;
    if (text.substr(0, wild) != shown.substr(0, wild)) return false;
    const auto rest = shown.substr(wild + anything.size());
    for (auto at = wild; at <= text.size(); ++at)
        if (matches(rest, text.substr(at))) return true;
    return false;
}

std::vector<std::string> run_in_one_shell(const std::vector<shown_command>& all, const std::string& directory)
{
    std::string script = "cd '" + directory + "' || exit 1\n";
    for (const auto& each : all) script += each.command + "\nprintf '\\001\\n'\n";
    const auto done = run_program({"bash", "-c", script}, {{"no_proxy", "*"}});
    std::vector<std::string> outputs;
    std::string_view rest = done.output;
    while (!rest.empty()) {
        const auto end = rest.find(between);
        if (end == rest.npos) break;
        outputs.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + between.size());
    }
    if (outputs.size() != all.size()) throw std::runtime_error("the shell ended before its time: " + done.errors);
    return outputs;
}

std::vector<std::string> find_differences(std::vector<shown_command> all, const std::string& directory,
                                          const std::vector<std::pair<std::string, std::string>>& replaced)
{
    for (auto& each : all)
        for (const auto& [from, to] : replaced) replace_all(each.command, from, to);
    const auto outputs = run_in_one_shell(all, directory);
    std::vector<std::string> found;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto shown = tidy(all[i].output), printed = tidy(outputs[i]);
        if (!matches(shown, printed))
            found.push_back(all[i].command + "\nshown: " + shown + "\nprinted: " + printed + "\n");
    }
    return found;
}

} // namespace watchword::test
