#pragma once

#include <string>
#include <vector>

namespace watchword::app {

using arguments = std::vector<std::string>;

inline constexpr int success = 0, failed = 1, misused = 2; // exit codes

// Runs the subcommand that the first argument names; returns the exit code.
int run(const arguments&);

// Whether --help or -h is among them.
bool wants_help(const arguments&);

// Each subcommand gets what stands behind its name.
int serve(const arguments&);
int client(const arguments&);
int config(const arguments&);
int backup(const arguments&);
int restore(const arguments&);
int check(const arguments&);
int breached(const arguments&);
int hash(const arguments&);
int key(const arguments&);
int migrate(const arguments&);
int user(const arguments&);
int apikey(const arguments&);
int role(const arguments&);

} // namespace watchword::app
