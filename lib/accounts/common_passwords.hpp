#pragma once

#include <cstddef>
#include <string_view>

namespace watchword::accounts {

// Whether a password is among those that people choose most: one of about 2,800 words, names, teams, brands and phrases
// that lead the published lists, or a variant of one by the rules of password_variants.hpp, or a habit of hands.
// `password` is UTF-8 of at most 1,024 bytes. Thread-safe.
bool is_common_password(std::string_view password);

// How many words there are.
std::size_t common_words();

} // namespace watchword::accounts
