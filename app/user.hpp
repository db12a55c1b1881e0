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
int user_list(const arguments&);
int user_show(const arguments&);
int user_create(const arguments&);
int user_password(const arguments&);
int user_delete(const arguments&);

void print_import_help();
void print_export_help();
void print_change_help(); // of disable, enable, roles
void print_list_help();   // of list, show
void print_create_help();
void print_password_help();
void print_delete_help();

} // namespace watchword::app
