#pragma once

#include <cstdlib>
#include <string_view>

// What a test may ask about the build it runs in, and about the run.
namespace watchword::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool is_sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool is_sanitized = false;
#endif

#ifdef NDEBUG
inline constexpr bool is_optimised = true;
#else
inline constexpr bool is_optimised = false;
#endif

// A time that must not be exceeded; with sanitizers everything may take four times as long.
template <typename Duration> constexpr Duration at_most(Duration limit)
{
    return is_sanitized ? 4 * limit : limit;
}

// Whether WATCHWORD_LONG=1 asks for the long forms of tests that have one.
inline bool is_long()
{
    const char* const set = std::getenv("WATCHWORD_LONG");
    return set && std::string_view(set) == "1";
}

} // namespace watchword::test
