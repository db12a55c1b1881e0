// Settings from any bytes as configuration file, environment and arguments: no crash, every problem on one line, and
// values that are written are read to the same.
#include "settings/load.hpp"
#include "settings/table.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace watchword;
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    settings::sources s;
    s.read_file = [&](const std::string&) -> core::result<std::string> { return text; };
    std::string name, value; // outlive the views in `s`
    switch (data[0] % 3) {
    case 0: s.arguments = {"--config", "file"}; break;
    case 1:
        name = "WATCHWORD_" + text.substr(0, text.find('='));
        value = text.substr(text.find('=') + 1);
        s.environment.emplace(name, value);
        break;
    default:
        for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size()) + 1)
            s.arguments.push_back(text.substr(at, text.find('\n', at) - at));
    }
    const auto loaded = settings::load(s);
    for (const auto& p : loaded.problems)
        if (settings::to_string(p).find_first_of("\r\n\x1b") != std::string::npos) std::abort();
    auto copy = loaded.values;
    for (const auto& d : settings::table())
        if (!d.environment_only &&
            (!d.read(d, copy, d.write(loaded.values)) || d.write(copy) != d.write(loaded.values)))
            std::abort();
    return 0;
}
