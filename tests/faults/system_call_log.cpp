#include "system_call_log.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace watchword::test {
namespace {

constexpr std::string_view unfinished = " <unfinished ...>", resumed = " resumed>";

bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

// The byte that an escape sequence stands for; `at` is behind the backslash, and then behind the sequence.
char unescape(std::string_view text, std::size_t& at)
{
    if (is_octal(text[at])) {
        int value = 0;
        for (int digits = 0; digits < 3 && at < text.size() && is_octal(text[at]); ++digits)
            value = value * 8 + (text[at++] - '0');
        return static_cast<char>(value);
    }
    switch (const char c = text[at++]) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'v': return '\v';
    case 'f': return '\f';
    default: return c;
    }
}

// "…) = 24" or "…)     = -1 EIO (Input/output error)". A process that ends has calls without a result: "= ?".
bool take_result(std::string_view& line, long& result)
{
    const auto at = line.rfind(" = ");
    const auto end = line.find_last_not_of(' ', at);
    if (at == line.npos || end == line.npos || line[end] != ')') return false;
    const std::string text(line.substr(at + 3));
    if (text.starts_with('?')) return false;
    result = std::strtol(text.c_str(), nullptr, 0);
    line = line.substr(0, end);
    return true;
}

} // namespace

std::string_view system_call::file() const
{
    const std::string_view text(arguments);
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits == text.size() || text[digits] != '<') return {};
    return text.substr(digits + 1, text.find('>') - digits - 1);
}

std::string system_call::bytes() const
{
    const std::string_view text(arguments);
    std::string all;
    const auto begin = text.find('"');
    for (std::size_t at = begin == text.npos ? text.size() : begin + 1; at < text.size() && text[at] != '"';) {
        const char c = text[at++];
        all += c == '\\' && at < text.size() ? unescape(text, at) : c;
    }
    return all;
}

void read_system_calls(std::istream& log, system_call_watcher& watcher)
{
    std::map<std::string, system_call> begun; // by thread
    for (std::string whole; std::getline(log, whole);) {
        std::string_view line(whole);
        const auto space = line.find(' ');
        const std::string thread(line.substr(0, space));
        line.remove_prefix(std::min(line.find_first_not_of(' ', space), line.size()));
        if (line.starts_with("<... ")) {
            auto& call = begun[thread];
            line.remove_prefix(std::min(line.find(resumed) + resumed.size(), line.size()));
            if (!take_result(line, call.result)) continue;
            call.arguments += line;
            watcher.ends(call);
            continue;
        }
        const auto bracket = line.find('(');
        if (line.empty() || !std::islower(static_cast<unsigned char>(line[0])) || bracket == line.npos) continue;
        system_call call{std::string(line.substr(0, bracket)), {}};
        line.remove_prefix(bracket + 1);
        const bool splits = line.ends_with(unfinished);
        if (splits) line.remove_suffix(unfinished.size());
        const bool has_result = !splits && take_result(line, call.result);
        call.arguments = line;
        watcher.begins(call);
        if (has_result) watcher.ends(call);
        if (splits) begun[thread] = std::move(call);
    }
}

} // namespace watchword::test
