#include "accounts/personal_words.hpp"

#include "accounts/password_variants.hpp"
#include "core/composed.hpp"

#include <algorithm>
#include <vector>

namespace watchword::accounts {
namespace {

constexpr std::size_t longest_text = 1024, most_words = 16;
constexpr std::size_t shortest_word = 3; // bytes

bool is_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

class word_collector {
public:
    // The words of a text, and all of them together.
    void add(std::string_view text) { read(text, true); }
    // Only together.
    void add_whole(std::string_view text) { read(text, false); }

    bool is_made_of_them(std::string_view text) const
    {
        if (has(text)) return true;
        for (const auto& first : words_)
            if (text.starts_with(first) && has(text.substr(first.size()))) return true;
        return false;
    }

private:
    void read(std::string_view text, bool each)
    {
        if (text.size() > longest_text) return;
        const auto folded = core::loosely_composed(text);
        std::string together, word;
        std::size_t count = 0;
        const auto end_word = [&] {
            if (word.empty() || count == most_words) return;
            ++count;
            together += word;
            if (each) keep(word);
            word.clear();
        };
        for (const char c : folded.view()) {
            if (is_of_word(c))
                word.push_back(c);
            else
                end_word();
        }
        end_word();
        keep(std::move(together));
    }
    void keep(std::string word)
    {
        if (word.size() >= shortest_word) words_.push_back(std::move(word));
    }
    bool has(std::string_view text) const { return std::find(words_.begin(), words_.end(), text) != words_.end(); }

    std::vector<std::string> words_;
};

} // namespace

bool is_personal_password(std::string_view password, const personal_texts& texts)
{
    word_collector words;
    const auto at = texts.email.find('@');
    words.add(texts.email.substr(0, at));
    if (at != texts.email.npos) {
        // The last label is everybody's.
        const auto domain = texts.email.substr(at + 1);
        words.add(domain.substr(0, std::min(domain.rfind('.'), domain.size())));
        words.add_whole(texts.email);
    }
    words.add(texts.name);
    for (const auto& each : texts.service) words.add(each);
    return any_variant(password, [&](std::string_view text) { return words.is_made_of_them(text); });
}

} // namespace watchword::accounts
