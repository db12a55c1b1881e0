#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::load {

// How a value is written into the text around it.
enum class encoding : std::uint8_t { none, form, json };

// Percent-encoding as forms have it; what stands inside a JSON string.
void append_encoded(std::string& to, std::string_view value, encoding);

// A text with places to fill in, ${NAME}; $${ is a plain ${. One is made from text, many are filled in.
class text_template {
public:
    text_template() = default;
    // `names`: what may be named; its positions are those of the values. Throws std::runtime_error for any other name.
    text_template(std::string_view text, const std::vector<std::string>& names, encoding = encoding::none);

    bool is_constant() const noexcept { return places_.empty(); }
    // A bit for the position of each value it takes.
    std::uint32_t uses() const noexcept;
    void append_to(std::string&, const std::vector<std::string>& values) const;

private:
    struct place {
        std::string before;
        std::uint32_t value;
    };
    std::vector<place> places_;
    std::string rest_;
    encoding encoding_ = encoding::none;
};

} // namespace watchword::load
