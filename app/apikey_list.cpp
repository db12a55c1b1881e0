#include "apikey.hpp"
#include "apikey_text.hpp"
#include "command_line.hpp"
#include "server/database_settings.hpp"

#include <iostream>

namespace watchword::app {

int apikey_list(const arguments& given)
{
    const auto line = read_command_line(given, {"apikey list", {}, {"--json"}});
    if (!line) return misused;
    const auto all = store::read_api_keys(server::database_settings(line->values.database));
    print_api_keys(all, core::system_clock().precise_now(), line->has("--json"));
    return std::cout.flush() ? success : fail("standard output cannot be written");
}

} // namespace watchword::app
