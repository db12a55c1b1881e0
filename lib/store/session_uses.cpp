#include "store/session_uses.hpp"

#include "core/text.hpp"
#include "store/stored_time.hpp"

#include <algorithm>

namespace watchword::store {
namespace {

constexpr std::size_t time_size = 6;
constexpr long long last_time = (1LL << 48) - 1;

} // namespace

std::string write_uses(const session_uses& uses)
{
    std::string bytes;
    for (const auto t : uses) {
        const auto ms = static_cast<unsigned long long>(std::clamp(to_stored(t), 0LL, last_time));
        for (int shift = 40; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(ms >> shift & 0xFF));
    }
    return core::base64url_encode(bytes);
}

core::result<session_uses> read_uses(std::string_view text)
{
    const auto bytes = core::base64url_decode(text);
    session_uses uses;
    if (!bytes || bytes->size() != uses.size() * time_size) return core::errc::invalid_input;
    for (std::size_t i = 0; i < uses.size(); ++i) {
        long long ms = 0;
        for (const char c : std::string_view(*bytes).substr(i * time_size, time_size))
            ms = ms << 8 | static_cast<unsigned char>(c);
        uses[i] = from_stored(ms);
    }
    return uses;
}

} // namespace watchword::store
