#pragma once

#include "commands.hpp"

#include <span>
#include <string_view>

namespace watchword::app {

// What a command does, if that is the second word: "list" of `watchword user list`.
struct step {
    std::string_view name;
    int (*run)(const arguments&);
};

// Runs the step that the first argument names with what stands behind it; one that throws has failed for the reason
// that the exception says. Without one, or with none of these: says so, and `misused`.
int run_step(std::string_view command, std::span<const step>, const arguments&);

} // namespace watchword::app
