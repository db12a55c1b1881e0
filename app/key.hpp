#pragma once

#include "command_line.hpp"
#include "commands.hpp"
#include "core/clock.hpp"

#include <optional>
#include <string>

// The steps of `watchword key`.
namespace watchword::app {

int key_list(const arguments&);
int key_rotate(const arguments&);
int key_retire(const arguments&);
int key_import(const arguments&);
int key_export(const arguments&);

// As read_command_line, with --secret-file as well.
std::optional<command_line> read_key_line(const arguments&, syntax);

// "2026-11-26T10:43:09Z".
std::string time_text(core::precise_timestamp);

} // namespace watchword::app
