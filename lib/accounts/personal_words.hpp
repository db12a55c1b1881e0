#pragma once

#include <span>
#include <string>
#include <string_view>

namespace watchword::accounts {

struct personal_texts {
    std::string_view email, name;         // of the account
    std::span<const std::string> service; // what the service is called
};

// Whether the whole of a password is one of an account's or a service's own words, two of them, or a variant by the
// rules of password_variants.hpp. Of ann.lee@mail.example.org, named Ann Lee, these are ann, lee, annlee, mail, example
// and the address. The first 16 words of each text count, and texts of up to 1,024 bytes. `password` is UTF-8 of at
// most 1,024 bytes. Thread-safe.
bool is_personal_password(std::string_view password, const personal_texts&);

} // namespace watchword::accounts
