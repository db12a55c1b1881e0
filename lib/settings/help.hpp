#pragma once

#include "settings/table.hpp"

#include <string>
#include <string_view>

// Texts made from the table of settings.
namespace watchword::settings {

// What `watchword serve --help` says about flags, settings and where they come from.
std::string help_text();

// Every setting with its default and what it means, as a commented file for --config.
std::string default_file();

// The same as tables in Markdown, and what their values may be.
std::string reference();

// JSON Schema (2020-12) of files for --config, for editors and for programs that write them.
std::string file_schema();

// How a value of the setting is written in a file for --config; hidden ones that are no defaults are not shown.
inline constexpr std::string_view hidden_value = "***";
std::string shown_value(const descriptor&, const settings&);

} // namespace watchword::settings
