#pragma once

#include <functional>
#include <string_view>

// What a guesser tries before anything else, told from the whole of a password: words it merely contains do not matter
// (NIST SP 800-63B-4, section 3.1.1.2). Thread-safe.
namespace watchword::accounts {

// Whether `is_known` knows the password, or what one of these rules makes of it:
//   - case, width, accents' composition and what stands between letters make no difference: "P a s s.Word" is
//   "password";
//   - letters that are written as digits or marks are letters: "p4$$w0rd" is "password";
//   - up to five digits and marks before and behind it in all: "2024summer!" is "summer";
//   - digits in a row, of any number, before or behind it: "monkey12345678" is "monkey";
//   - the same twice and more: "dragondragon" is "dragon";
//   - backwards: "drowssap" is "password".
// `password` is UTF-8 of at most 1,024 bytes. `is_known` is asked for what has at least three bytes, in lower case.
bool any_variant(std::string_view password, const std::function<bool(std::string_view)>& is_known);

// Whether it is no word at all but what hands do by themselves: neighbours on a keyboard or in the alphabet
// ("qwertyui", "1qaz2wsx", "87654321"), also doubled ("112233"), or up to four bytes again and again ("abcabcabc"), or
// a date in eight digits.
bool is_habit(std::string_view password);

} // namespace watchword::accounts
