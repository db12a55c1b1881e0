#pragma once

#include "load/options.hpp"

#include <string>

namespace watchword::load {

struct outcome {
    std::string report; // JSON
    bool as_expected = false;
};

// Loads the server as the options say; progress goes to standard error. Throws std::runtime_error if it cannot.
outcome run(const options&);

} // namespace watchword::load
