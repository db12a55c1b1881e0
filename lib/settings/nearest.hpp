#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace watchword::settings {

// The known word that `word` was probably meant to be, by single letters left out, added, changed or swapped with their
// neighbour (Damerau-Levenshtein distance, letter case ignored); empty if none is close. Thread-safe.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

} // namespace watchword::settings
