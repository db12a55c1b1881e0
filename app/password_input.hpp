#pragma once

#include "core/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::app {

// The first line of standard input, without its line feed, of at most so many bytes. On a terminal it asks for it on
// standard error and the line is not shown; a signal that ends the program leaves the terminal as it was. Throws
// std::runtime_error when there is nothing, or more than that. One thread.
core::secret_string read_password(std::size_t most_bytes, std::string_view prompt = "Password: ");

// One that shall be somebody's: the first line of that file ("-": standard input), without a name that of standard
// input. On a terminal it is asked for twice. Throws as read_password, and if the two differ.
core::secret_string read_new_password(const std::optional<std::string>& file, std::size_t most_bytes);

} // namespace watchword::app
