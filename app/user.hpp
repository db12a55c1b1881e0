#pragma once

#include "commands.hpp"

#include <string_view>

// The steps of `watchword user`.
namespace watchword::app {

int user_import(const arguments&);
int user_export(const arguments&);

void print_import_help();
void print_export_help();

} // namespace watchword::app
