// Any bytes as a query: it says what the same bytes say as a form, a value is single if and only if its name is, and
// a number is one if and only if it is how that number is written.
#include "http/query.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

using namespace watchword;

namespace {

void check_integer(const http::form& values, std::string_view name, std::int64_t least, std::int64_t most)
{
    const auto text = http::single(values, name);
    const auto number = http::single_integer(values, name, least, most);
    if (number && *number) {
        if (std::to_string(**number) != **text || **number < least || **number > most) std::abort();
        return;
    }
    if (number.has_value() != (text.has_value() && !*text)) std::abort(); // absent
    if (!text || !*text) return;
    // Refused: there is no number in the range that is written so.
    char* end = nullptr;
    errno = 0;
    const std::string written(**text);
    const auto value = std::strtoll(written.c_str(), &end, 10);
    if (errno == 0 && std::to_string(value) == written && value >= least && value <= most) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view query(reinterpret_cast<const char*>(data), size);
    const auto values = http::parse_query(query);
    const auto form = http::parse_urlencoded(query, {.fields = 100});
    if (values.has_value() != form.has_value()) std::abort();
    if (!values) return 0;
    if (values->fields() != form->fields()) std::abort();

    std::map<std::string_view, int> count;
    for (const auto& [name, value] : values->fields()) ++count[name];
    for (const auto& [name, value] : values->fields()) {
        const auto found = http::single(*values, name);
        if (found.has_value() != (count[name] == 1)) std::abort();
        if (found && *found != std::optional<std::string_view>(value)) std::abort();
        check_integer(*values, name, INT64_MIN, INT64_MAX);
        check_integer(*values, name, -10, 1000);
    }
    if (count.count("absent") == 0 && http::single(*values, "absent").value()) std::abort();
    return 0;
}
