#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace watchword::app {

// Whether each is the name of a permission; which is not was written to standard error then, with the nearest one.
bool are_permissions(const std::vector<std::string>& words);

// All of them, for --help: lines that begin so and hold as many as there is room for.
std::string permission_lines(std::string_view indent);

} // namespace watchword::app
