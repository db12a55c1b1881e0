#pragma once

#include "load/request_class.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::load {

// Sessions, users or whatever else has values that one request gets and a later one needs. Each member has values of
// its own and at most one request under way.
struct chain {
    std::string name;
    std::size_t members = 0;          // that there are from the start
    bool by_connection = false;       // one for each connection, instead of a pool for all
    std::size_t most = 100'000;       // then a new one takes the place of one that waits
    std::vector<std::string> prepare; // classes by which each of the first members is made ready, before all else
    // What a member has from its start: templates, where ${unique} is the only name; each taken in turn.
    std::vector<std::pair<std::string, std::vector<std::string>>> values;
};

struct scenario {
    std::vector<request_class> classes;
    std::vector<chain> chains;
};

// From JSON; `watchword_load --help` shows the format. Throws std::runtime_error that names the place; unknown members
// are errors.
scenario parse_scenario(std::string_view json);

// Whether classes and chains fit together, those of the command line too. Throws std::runtime_error.
void check_scenario(const scenario&);

// The names of a chain's values: "unique" and what members start with and what classes keep. "unique" alone if the
// class has no chain.
std::vector<std::string> value_names(const scenario&, const std::string& chain);

} // namespace watchword::load
