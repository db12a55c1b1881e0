// Any bytes as a content type and the multipart form it describes: no crash, and every field is found again when it
// is written with another boundary.
#include "http/forms.hpp"
#include "http/media_type.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace watchword;

const http::form_limits limits{.fields = 20, .part_header_bytes = 256};

std::string quote(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out;
}

std::string write(const http::form& form, const std::string& boundary)
{
    std::string out;
    for (const auto& [name, value] : form.fields())
        out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quote(name) + "\"\r\n\r\n" +
               std::string(value) + "\r\n";
    return out + "--" + boundary + "--\r\n";
}

void check(std::string_view body, std::string_view boundary)
{
    const auto form = http::parse_multipart(body, boundary, limits);
    if (!form) return;
    if (form->fields().size() > limits.fields) std::abort();
    const std::string other = "another boundary, that no input is likely to hold: 0";
    if (body.find(other) != body.npos) return;
    const http::form_limits wide{.fields = limits.fields, .part_header_bytes = 1024}; // quoting takes room
    const auto again = write(*form, other);
    const auto same = http::parse_multipart(again, other, wide).value();
    if (same.fields() != form->fields()) std::abort();
}

} // namespace

// The first line is the content type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line = input.substr(0, input.find('\n'));
    const auto body = line.size() < size ? input.substr(line.size() + 1) : std::string_view();
    check(body, "b");
    const auto type = http::parse_media_type(line);
    if (!type) return 0;
    if (type->essence.find('/') == std::string::npos || type->parameters.size() > 16) std::abort();
    if (const auto boundary = type->parameter("boundary")) check(body, *boundary);
    return 0;
}
