#pragma once

#include "commands.hpp"

#include <string_view>

// The steps of `watchword user`.
namespace watchword::app {

int user_import(const arguments&);
int user_export(const arguments&);
int user_disable(const arguments&);
int user_enable(const arguments&);
int user_roles(const arguments&);

void print_import_help();
void print_export_help();
void print_change_help(); // of the other three

} // namespace watchword::app
