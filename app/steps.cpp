#include "steps.hpp"

#include "command_line.hpp"
#include "settings/nearest.hpp"

#include <exception>
#include <string>
#include <vector>

namespace watchword::app {
namespace {

std::string join(const std::vector<std::string>& names)
{
    std::string all;
    for (const auto& each : names) all += (all.empty() ? "" : ", ") + each;
    return all;
}

} // namespace

int run_step(std::string_view command, std::span<const step> steps, const arguments& given)
{
    std::vector<std::string> names;
    for (const auto& s : steps) names.emplace_back(s.name);
    const std::string of(command);
    if (given.empty() || given.front().starts_with('-')) {
        fail(of + " needs one of " + join(names) + "; see watchword " + of + " --help");
        return misused;
    }
    for (const auto& s : steps) {
        if (s.name != given.front()) continue;
        try {
            return s.run({given.begin() + 1, given.end()});
        } catch (const std::exception& e) {
            return fail(e.what());
        }
    }
    const auto near = settings::nearest(given.front(), names);
    fail(of + " knows no '" + given.front() + "'" + (near.empty() ? "" : "; did you mean " + near + "?"));
    return misused;
}

} // namespace watchword::app
