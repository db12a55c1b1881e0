#include "accounts/password_variants.hpp"

#include "core/composed.hpp"
#include "core/secret.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace watchword::accounts {
namespace {

using core::secret_string;

constexpr std::size_t shortest_known = 3;  // bytes
constexpr std::size_t most_decoration = 5; // digits and marks
constexpr std::size_t most_repeated = 4;   // bytes that make a habit when repeated
constexpr std::size_t shortest_run = 3;    // of neighbours

// Keyboards (English, French, German) by rows and by columns, the number pad, the alphabet.
constexpr std::array<std::string_view, 20> rows{"1234567890-=",
                                                "a1b2c3d4e5f6g7h8i9j0",
                                                "1a2b3c4d5e6f7g8h9i0j",
                                                "!@#$%^&*()_+",
                                                "qwertyuiop[]",
                                                "asdfghjkl;'",
                                                "zxcvbnm,./",
                                                "azertyuiop",
                                                "qsdfghjklm",
                                                "wxcvbn",
                                                "qwertzuiop",
                                                "yxcvbnm",
                                                "0123456789",
                                                "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
                                                "qazwsxedcrfvtgbyhnujmikolp",
                                                "q1w2e3r4t5y6u7i8o9p0",
                                                "1q2w3e4r5t6y7u8i9o0p",
                                                "147258369",
                                                "741852963",
                                                "abcdefghijklmnopqrstuvwxyz"};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
// What is not ASCII counts as a letter.
bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

secret_string filled(std::string_view text, char (*change)(char))
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), change);
    return secret_string(std::move(out));
}

// What stands for which letter; 1, ! and | stand for i and for l.
constexpr std::string_view disguises = "023456789@$+", disguised = "ozeasgtbgast";

char letter_meant(char c, char one)
{
    if (c == '1' || c == '!' || c == '|') return one;
    const auto at = disguises.find(c);
    return at == disguises.npos ? c : disguised[at];
}

secret_string only_letters(std::string_view text, bool digits_too)
{
    std::string out;
    out.reserve(text.size());
    for (const char c : text)
        if (is_letter(c) || (digits_too && is_digit(c))) out.push_back(c);
    return secret_string(std::move(out));
}

// The length of the run of neighbours that `text` starts with.
std::size_t run_length(std::string_view text)
{
    std::size_t longest = 0;
    for (const auto row : rows) {
        for (const int step : {1, -1}) {
            auto at = row.find(text.front());
            std::size_t length = 0;
            while (length < text.size() && at < row.size() && row[at] == text[length]) {
                ++length;
                at += static_cast<std::size_t>(step); // below 0 is beyond the end, too
            }
            longest = std::max(longest, length);
        }
    }
    return longest;
}

bool is_walk(std::string_view text)
{
    if (text.size() < shortest_run) return false;
    for (std::size_t walked = 0; walked < text.size();) {
        const auto length = run_length(text.substr(walked));
        // Of a long one, the rest may be anything: "12345678910".
        if (length < shortest_run) return walked >= 2 * shortest_run && text.size() - walked < shortest_run;
        walked += length;
    }
    return true;
}

// The shortest text that `text` is again and again; `text` itself if there is none.
std::string_view unit_of(std::string_view text)
{
    for (std::size_t size = 1; size <= text.size() / 2; ++size)
        if (text.size() % size == 0 && text.substr(size) == text.substr(0, text.size() - size))
            return text.substr(0, size);
    return text;
}

bool is_repeated(std::string_view text)
{
    // The last one may be cut off: "abcabcab".
    for (std::size_t size = 1; size <= most_repeated && 2 * size <= text.size(); ++size)
        if (text.substr(size) == text.substr(0, text.size() - size)) return true;
    return false;
}

secret_string without_doubles(std::string_view text)
{
    std::string out(text);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return secret_string(std::move(out));
}

bool is_date(std::string_view text)
{
    if (text.size() != 8 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    const auto number = [&](std::size_t at, std::size_t size) {
        int n = 0;
        for (const char c : text.substr(at, size)) n = n * 10 + (c - '0');
        return n;
    };
    const auto is_day_and_month = [](int a, int b) {
        return a >= 1 && b >= 1 && std::max(a, b) <= 31 && std::min(a, b) <= 12;
    };
    const auto is_year = [](int y) { return y >= 1900 && y < 2100; };
    return (is_year(number(4, 4)) && is_day_and_month(number(0, 2), number(2, 2))) ||
           (is_year(number(0, 4)) && is_day_and_month(number(4, 2), number(6, 2)));
}

bool is_habit_of_folded(std::string_view text)
{
    return is_walk(text) || is_repeated(text) || is_date(text) || is_walk(without_doubles(text).view());
}

// Without what stands around the letters, if that is little or in a row; nothing if it is more, or there is none.
std::optional<std::string_view> undecorated(std::string_view text)
{
    const auto first = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_letter) - text.begin());
    if (first == text.size()) return std::nullopt;
    const auto last =
        static_cast<std::size_t>(std::find_if(text.rbegin(), text.rend(), is_letter).base() - text.begin());
    const auto before = text.substr(0, first), behind = text.substr(last);
    const auto weight = [](std::string_view part) { return is_habit_of_folded(part) ? 0 : part.size(); };
    if (before.size() + behind.size() == 0 || weight(before) + weight(behind) > most_decoration) return std::nullopt;
    return text.substr(first, last - first);
}

class variants {
public:
    explicit variants(const std::function<bool(std::string_view)>& is_known) : is_known_(is_known) {}

    bool any_of_whole(std::string_view text) const
    {
        if (any_spelling(text)) return true;
        const auto inner = undecorated(text);
        return inner && any_spelling(*inner);
    }

private:
    bool any_spelling(std::string_view text) const
    {
        if (is_known(text) || is_known(only_letters(text, true).view())) return true;
        // Marks may mean letters, or nothing.
        for (auto* const meant :
             {+[](char c) { return letter_meant(c, 'i'); }, +[](char c) { return letter_meant(c, 'l'); }})
            if (is_known(only_letters(filled(text, meant).view(), false).view()) ||
                is_known(filled(only_letters(text, true).view(), meant).view()))
                return true;
        return false;
    }
    bool is_known(std::string_view text) const
    {
        if (text.size() < shortest_known) return false;
        const auto unit = unit_of(text);
        if (is_known_(text) || (unit.size() >= shortest_known && is_known_(unit))) return true;
        const secret_string backwards(std::string(text.rbegin(), text.rend()));
        return is_known_(backwards.view());
    }

    const std::function<bool(std::string_view)>& is_known_;
};

} // namespace

bool any_variant(std::string_view password, const std::function<bool(std::string_view)>& is_known)
{
    const auto folded = core::loosely_composed(password);
    return variants(is_known).any_of_whole(folded.view());
}

bool is_habit(std::string_view password)
{
    const auto folded = core::loosely_composed(password);
    return is_habit_of_folded(folded.view()) || is_habit_of_folded(only_letters(folded.view(), true).view());
}

} // namespace watchword::accounts
