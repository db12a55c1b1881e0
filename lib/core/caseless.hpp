#pragma once

#include <string>
#include <string_view>

namespace watchword::core {

// What two texts have in common if they differ only by case or Unicode form: toNFKC_Casefold (The Unicode Standard,
// section 3.13; Unicode 15). "ANN@b.test", "ａｎｎ@b.test" and "ann@b.test" have one key; look-alikes of another script
// (Cyrillic "а") have not. Idempotent. `text` must be UTF-8; what is not is its own key. Thread-safe.
std::string caseless_key(std::string_view text);

// Whether caseless_key would give `text` back, told for most addresses without making it.
bool is_caseless_key(std::string_view text);

} // namespace watchword::core
