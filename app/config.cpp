#include "commands.hpp"
#include "settings/help.hpp"

#include <iostream>

namespace watchword::app {

int config(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << "Usage: watchword config\n\nPrints every setting with its default, as a file for watchword serve "
                     "--config.\n";
        return success;
    }
    if (!given.empty()) {
        std::cerr << "watchword: config takes no arguments\n";
        return misused;
    }
    std::cout << settings::default_file();
    return success;
}

} // namespace watchword::app
