#include "core/composed.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utf8proc.h>
#include <vector>

namespace watchword::core {
namespace {

constexpr auto canonical = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
constexpr auto loose =
    static_cast<utf8proc_option_t>(canonical | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
constexpr auto compose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
// Of one character; the longest decompositions have 4 and 18.
constexpr std::size_t most_canonical_parts = 4, most_parts = 18;
// An archaic vowel that utf8proc 2.8 swallows behind a Hangul syllable: texts with it stay as they are.
constexpr utf8proc_int32_t swallowed = 0x11A7;
constexpr std::size_t most_bytes = 1u << 26; // of a text; what is longer stays as it is

// Numbers that are wiped when they go.
template <class Number> class secret_numbers {
public:
    // No more than so many will be added: growing would leave copies behind.
    explicit secret_numbers(std::size_t most) { values_.reserve(most); }
    secret_numbers(const secret_numbers&) = delete;
    secret_numbers& operator=(const secret_numbers&) = delete;
    ~secret_numbers() { wipe(values_.data(), values_.size() * sizeof(Number)); }

    std::vector<Number>& operator*() noexcept { return values_; }
    std::vector<Number>* operator->() noexcept { return &values_; }

private:
    std::vector<Number> values_;
};

// A character with its place behind its class, so that plain sorting is the canonical ordering, which keeps the order
// within a class. utf8proc's own takes quadratic time.
constexpr int class_shift = 56, place_shift = 21;

std::uint64_t pack(utf8proc_int32_t character, std::size_t place)
{
    const auto combining = static_cast<std::uint64_t>(utf8proc_get_property(character)->combining_class);
    return combining << class_shift | std::uint64_t(place) << place_shift | static_cast<std::uint64_t>(character);
}
bool is_starter(std::uint64_t packed)
{
    return packed >> class_shift == 0;
}

void order(std::vector<std::uint64_t>& packed)
{
    for (auto at = packed.begin(); at != packed.end();) {
        const auto first = std::find_if_not(at, packed.end(), is_starter);
        at = std::find_if(first, packed.end(), is_starter);
        std::sort(first, at);
    }
}

void append_parts(std::vector<std::uint64_t>& packed, utf8proc_int32_t character, utf8proc_option_t options)
{
    std::array<utf8proc_int32_t, most_parts> parts{};
    int boundary = 0;
    auto size = utf8proc_decompose_char(character, parts.data(), most_parts, options, &boundary);
    if (size < 0 || size > static_cast<utf8proc_ssize_t>(most_parts)) {
        parts[0] = character;
        size = 1;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) packed.push_back(pack(parts[i], packed.size()));
}

secret_string encode(const std::vector<utf8proc_int32_t>& characters, std::size_t count)
{
    std::string text;
    text.reserve(count * 4); // never grows, so leaves no copy behind
    for (std::size_t i = 0; i < count; ++i) {
        std::array<utf8proc_uint8_t, 4> bytes{};
        const auto size = static_cast<std::size_t>(utf8proc_encode_char(characters[i], bytes.data()));
        text.append(reinterpret_cast<const char*>(bytes.data()), size);
    }
    return secret_string(std::move(text));
}

// `text` is UTF-8, of at most most_bytes; `parts`: the most that a character decomposes into.
secret_string normalize(std::string_view text, utf8proc_option_t options, std::size_t parts)
{
    secret_numbers<std::uint64_t> packed(text.size() * parts);
    for (std::string_view rest = text; !rest.empty();) {
        utf8proc_int32_t character = 0;
        const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                           static_cast<utf8proc_ssize_t>(rest.size()), &character);
        if (size <= 0 || character == swallowed) return secret_string(text);
        append_parts(*packed, character, options);
        rest.remove_prefix(static_cast<std::size_t>(size));
    }
    order(*packed);

    constexpr std::uint64_t character_bits = (1u << place_shift) - 1;
    secret_numbers<utf8proc_int32_t> characters(packed->size());
    for (const auto p : *packed) characters->push_back(static_cast<utf8proc_int32_t>(p & character_bits));
    const auto count =
        utf8proc_normalize_utf32(characters->data(), static_cast<utf8proc_ssize_t>(characters->size()), compose);
    if (count < 0) return secret_string(text);
    return encode(*characters, static_cast<std::size_t>(count));
}

bool can_be_normalized(std::string_view text)
{
    return text.size() <= most_bytes && is_utf8(text);
}

} // namespace

bool is_plainly_composed(std::string_view text) noexcept
{
    // All below U+0300 is composed already and combines with nothing before it.
    constexpr unsigned char lead_of_0300 = 0xCC;
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < lead_of_0300; });
}

secret_string composed(std::string_view text)
{
    if (is_plainly_composed(text) || !can_be_normalized(text)) return secret_string(text);
    return normalize(text, canonical, most_canonical_parts);
}

secret_string loosely_composed(std::string_view text)
{
    if (!can_be_normalized(text)) return secret_string(text);
    return normalize(text, loose, most_parts);
}

} // namespace watchword::core
