#pragma once

#include "commands.hpp"

// The steps of `watchword hash`.
namespace watchword::app {

int hash_calibrate(const arguments&);
void print_calibrate_help();

} // namespace watchword::app
