#pragma once

#include "core/secret.hpp"

#include <string_view>

namespace watchword::core {

// The one spelling of texts that look the same because they differ in how accents and the like are composed:
// Normalization Form C (Unicode Standard Annex 15; Unicode 15). "e" with U+0301 becomes "é"; case, width and
// compatibility forms stay as they are. `text` must be UTF-8; what is not stays as it is. Meant for passwords: leaves
// no copy behind but the result. n log n, also for texts made to be slow. Thread-safe.
secret_string composed(std::string_view text);

// For comparing loosely: also case, width and compatibility forms are gone, and what cannot be seen is left out.
secret_string loosely_composed(std::string_view text);

// Whether composed would give `text` back for sure, told without making it: true for all of ASCII and Latin-1.
bool is_plainly_composed(std::string_view text) noexcept;

} // namespace watchword::core
