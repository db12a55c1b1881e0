#pragma once

#include <string>

// Texts made from the table of settings.
namespace watchword::settings {

// What `watchword serve --help` says about flags, settings and where they come from.
std::string help_text();

// Every setting with its default and what it means, as a commented file for --config.
std::string default_file();

} // namespace watchword::settings
