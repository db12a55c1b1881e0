// Refresh tokens of any bytes: no crash, and nothing is accepted but what this server has made, in its one spelling.
#include "crypto/refresh_token.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace watchword;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static crypto::refresh_tokens tokens{core::secret_string(std::string(32, 'k'))};
    const std::string input(reinterpret_cast<const char*>(data), size);

    // Nobody but this program knows the key: an input that is accepted was issued for it.
    if (const auto found = tokens.verify(input); found && tokens.issue(*found).view() != input) std::abort();

    crypto::refresh_token t;
    std::copy_n(input.begin(), std::min(input.size(), t.session.size()), t.session.begin());
    for (std::size_t i = t.session.size(); i < std::min<std::size_t>(input.size(), 24); ++i)
        t.number = t.number << 8 | data[i];
    const bool is_accepted = t.number >= 1 && t.number <= crypto::refresh_token::last_number;
    std::string text(tokens.issue(t).view());
    const auto found = tokens.verify(text);
    if (found.has_value() != is_accepted || (found && !(*found == t))) std::abort();
    // Nor is it good when anything is changed.
    text[size % text.size()] ^= 1;
    if (tokens.verify(text)) std::abort();
    return 0;
}
