#pragma once

#include "settings/load.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::test {

// Sources that are put together by a test; "settings.json" is named by --config once there is a config.
struct given {
    std::vector<std::string> arguments;
    std::map<std::string_view, std::string_view> environment;
    std::string config;
    std::map<std::string, std::string> files;

    settings::loaded load() const;
};

// The only problem, as a line; the test fails if there is none or more than one.
std::string only_problem(const given&);

// The values, without problems.
settings::settings values_of(const given&);

} // namespace watchword::test
