#include "settings_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace watchword::test {

settings::loaded given::load() const
{
    settings::sources s;
    s.arguments = arguments;
    s.environment = environment;
    auto all = files;
    if (!config.empty()) {
        all["settings.json"] = config;
        s.arguments.insert(s.arguments.end(), {"--config", "settings.json"});
    }
    s.read_file = [all](const std::string& path) -> core::result<std::string> {
        const auto found = all.find(path);
        if (found == all.end()) return core::errc::not_found;
        return found->second;
    };
    return settings::load(s);
}

std::string only_problem(const given& g)
{
    const auto loaded = g.load();
    std::string all;
    for (const auto& p : loaded.problems) all += settings::to_string(p) + "\n";
    BOOST_REQUIRE_MESSAGE(loaded.problems.size() == 1, loaded.problems.size() << " problems:\n" << all);
    return settings::to_string(loaded.problems.front());
}

settings::settings values_of(const given& g)
{
    auto loaded = g.load();
    for (const auto& p : loaded.problems) BOOST_ERROR(settings::to_string(p));
    return std::move(loaded.values);
}

} // namespace watchword::test
