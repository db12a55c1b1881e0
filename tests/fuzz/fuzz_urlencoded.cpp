// Any bytes as an urlencoded form: no crash, and what was read, written again and read again, is the same.
#include "http/forms.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

std::string encode(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c >= 'a' && c <= 'z')
            out.push_back(c);
        else if (c == ' ')
            out.push_back('+');
        else
            out.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace watchword;
    const http::form_limits limits{.fields = 20};
    const auto form = http::parse_urlencoded({reinterpret_cast<const char*>(data), size}, limits);
    if (!form) return 0;
    if (form->fields().size() > limits.fields) std::abort();
    std::string again;
    for (const auto& [name, value] : form->fields()) {
        again += encode(name) + "=" + encode(value) + "&";
        if (!form->get(name)) std::abort();
    }
    const auto same = http::parse_urlencoded(again, limits).value();
    if (same.fields() != form->fields()) std::abort();
    return 0;
}
