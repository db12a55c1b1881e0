#pragma once

#include <string>
#include <string_view>
#include <vector>

// What commands show to people.
namespace watchword::app {

// Lines of as many columns each, the first of which are headings; columns are as wide as their widest text.
void print_table(const std::vector<std::vector<std::string>>& rows);

// Text that anybody may have chosen, for a terminal: without characters that control one.
std::string harmless(std::string_view);

} // namespace watchword::app
