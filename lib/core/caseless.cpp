#include "core/caseless.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <utf8proc.h>

namespace watchword::core {
namespace {

constexpr int most_passes = 4; // two are enough for every known text

struct release {
    void operator()(utf8proc_uint8_t* text) const noexcept { std::free(text); } // NOLINT(cppcoreguidelines-no-malloc)
};

bool is_plain(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0 && (c < 'A' || c > 'Z'); });
}

std::string fold(std::string_view text)
{
    constexpr auto nfkc_casefold = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                                  UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    utf8proc_uint8_t* made = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &made, nfkc_casefold);
    const std::unique_ptr<utf8proc_uint8_t, release> owner(made);
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    if (size < 0) return std::string(text);
    return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

} // namespace

std::string caseless_key(std::string_view text)
{
    if (is_plain(text)) return std::string(text);
    // What one pass folds and composes may have a compatibility form of its own.
    std::string key = fold(text);
    for (int pass = 1; pass < most_passes; ++pass) {
        std::string next = fold(key);
        if (next == key) break;
        key = std::move(next);
    }
    return key;
}

bool is_caseless_key(std::string_view text)
{
    return is_plain(text) || caseless_key(text) == text;
}

} // namespace watchword::core
