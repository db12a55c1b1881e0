#pragma once

#include "settings/settings.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace watchword::settings {

enum class kind { list, text, count, bytes, duration, rate, boolean, choice };

// All there is to know about a setting but its default, which is its field's initialiser.
struct descriptor {
    std::string_view key; // GROUP.NAME, as in the configuration file
    kind type = kind::text;
    std::string_view placeholder; // of a value, in help
    std::string_view text;        // what it means, in one sentence or two

    // Stores the value that the text spells; false if it spells none that is allowed. Lists: separated by commas.
    bool (*read)(const descriptor&, settings&, std::string_view) = nullptr;
    std::string (*write)(const settings&) = nullptr;

    std::uint64_t least = 0; // counts, also those of rates; bytes; milliseconds; elements of a list
    std::uint64_t most = 0;
    bool (*accepts)(std::string_view) = nullptr; // an element of a list
    std::string_view elements;                   // what it accepts: to follow "must be"
    std::span<const std::string_view> choices;

    std::string_view flag;              // a flag of its own, if it has one
    std::string_view flag_value;        // what the flag means, if it takes no value
    std::string_view short_environment; // a second, shorter variable
    bool hidden = false;                // the value is or holds a secret: never shown, and may be given as a file
    bool live = false;                  // a reload changes it; others keep their value until the next start
    bool environment_only = false;      // never in a file or on a command line that others can read
};

// In the order of the struct. Thread-safe.
std::span<const descriptor> table();
const descriptor* find_key(std::string_view key);

// WATCHWORD_GROUP_NAME.
std::string environment_name(const descriptor&);
// "a whole number from 1 to 256": to follow "must be".
std::string expectation(const descriptor&);

} // namespace watchword::settings
