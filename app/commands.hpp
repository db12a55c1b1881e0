#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::app {

using arguments = std::vector<std::string>;

inline constexpr int success = 0, failed = 1, misused = 2; // exit codes

struct command {
    std::string_view name, text; // for the list of commands
    int (*run)(const arguments&);
};
// In the order in which they are listed.
std::span<const command> all_commands();
// What `watchword NAME --help` prints. One thread.
std::string help_of(const command&);

// Runs the subcommand that the first argument names; returns the exit code.
int run(const arguments&);

// Whether --help or -h is among them.
bool wants_help(const arguments&);

// Each subcommand gets what stands behind its name.
int serve(const arguments&);
int client(const arguments&);
int config(const arguments&);
int healthcheck(const arguments&);
int backup(const arguments&);
int restore(const arguments&);
int check(const arguments&);
int completion(const arguments&);
int man(const arguments&);
int breached(const arguments&);
int hash(const arguments&);
int key(const arguments&);
int migrate(const arguments&);
int user(const arguments&);
int apikey(const arguments&);
int role(const arguments&);
int reload(const arguments&);
int audit(const arguments&);
int doctor(const arguments&);

} // namespace watchword::app
