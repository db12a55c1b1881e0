#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace watchword::settings {

// Where the members of a JSON object, with comments, and of the objects in it stand: their lines from 1 by "NAME" and
// "NAME.NAME". `text` must have been parsed without an error; of any other text some lines are found, or none.
std::map<std::string, std::size_t> find_lines(std::string_view text);

} // namespace watchword::settings
