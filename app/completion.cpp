#include "command_line.hpp"
#include "commands.hpp"
#include "settings/table.hpp"

#include <iostream>
#include <string>
#include <string_view>

namespace watchword::app {
namespace {

constexpr std::string_view help = "Usage: watchword completion bash | zsh\n\n"
                                  "Prints a script with which the shell completes command lines:\n\n"
                                  "  watchword completion bash > /etc/bash_completion.d/watchword\n"
                                  "  watchword completion zsh > /usr/local/share/zsh/site-functions/_watchword\n\n"
                                  "Steps and flags are those that watchword COMMAND --help names.\n";

// What each command knows comes from its help, so that the script knows what the program does.
constexpr std::string_view steps_and_flags = R"sh(
# The steps of a command ("list" of "user list"), and its flags.
_watchword_steps() {
  "$1" "$2" --help 2>/dev/null |
    sed -n "s/^\(Usage:\)\{0,1\} *watchword $2 \([a-z][a-z |]*\).*/\2/p" | tr -s ' |' '\n\n'
}
_watchword_flags() {
  "$@" --help 2>/dev/null | grep -oE -e '--[a-z][a-z-]*' | sort -u
}
)sh";

constexpr std::string_view bash_rest = R"sh(
_watchword() {
  local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[COMP_CWORD - 1]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=$_watchword_commands
  elif [ "$before" = --set ]; then
    words=$_watchword_settings
    compopt -o nospace
  elif [ "$COMP_CWORD" -eq 2 ]; then
    words="$(_watchword_steps "$program" "$command") $(_watchword_flags "$program" "$command")"
  else
    words="$(_watchword_flags "$program" "$command" "${COMP_WORDS[2]}") $(_watchword_flags "$program" "$command")"
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current" | sort -u)
}
complete -o default -F _watchword watchword
)sh";

constexpr std::string_view zsh_rest = R"sh(
_watchword() {
  local program=${words[1]} command=${words[2]}
  if (( CURRENT == 2 )); then
    compadd -- ${=_watchword_commands}
  elif [[ ${words[CURRENT-1]} == --set ]]; then
    compadd -S '' -- ${=_watchword_settings}
  elif (( CURRENT == 3 )); then
    compadd -- ${(f)"$(_watchword_steps $program $command)"} ${(f)"$(_watchword_flags $program $command)"}
    _files
  else
    compadd -- ${(f)"$(_watchword_flags $program $command ${words[3]})"} ${(f)"$(_watchword_flags $program $command)"}
    _files
  fi
}
_watchword "$@"
)sh";

std::string names()
{
    std::string all = "_watchword_commands='--help --version";
    for (const auto& c : all_commands()) all.append(" ").append(c.name);
    all.append("'\n_watchword_settings='");
    for (const auto& d : settings::table())
        if (!d.environment_only) all.append(d.key).append("= ");
    all.back() = '\'';
    return all + "\n";
}

} // namespace

int completion(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help;
        return success;
    }
    const bool is_zsh = given.size() == 1 && given.front() == "zsh";
    if (!is_zsh && !(given.size() == 1 && given.front() == "bash")) {
        fail("completion needs the name of a shell: bash or zsh");
        return misused;
    }
    std::cout << (is_zsh ? "#compdef watchword\n" : "# Completes command lines of watchword in bash.\n") << names()
              << steps_and_flags << (is_zsh ? zsh_rest : bash_rest);
    return success;
}

} // namespace watchword::app
