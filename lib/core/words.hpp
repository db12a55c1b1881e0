#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// Words with a space between, as scopes, roles and methods of authentication are kept.
namespace watchword::core {

// The first word of a text, which is taken away with the space behind it.
inline std::string_view take_word(std::string_view& text) noexcept
{
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

// All of them that are not empty.
inline std::vector<std::string> split_words(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty())
        if (const auto word = take_word(text); !word.empty()) words.emplace_back(word);
    return words;
}

} // namespace watchword::core
