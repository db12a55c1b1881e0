#include "server/live_settings.hpp"

#include "core/log.hpp"
#include "settings/table.hpp"

#include <stdexcept>
#include <utility>

namespace watchword::server {
namespace {

std::string join(const std::vector<std::string>& names)
{
    std::string all;
    for (const auto& each : names) all.append(all.empty() ? "" : ", ").append(each);
    return all;
}

} // namespace

live_settings::live_settings(settings::settings current, source load, sink apply)
    : current_(std::move(current)), load_(std::move(load)), apply_(std::move(apply))
{}

reload_report live_settings::reload()
{
    reload_report report;
    const auto loaded = load_();
    for (const auto& each : loaded.problems) report.problems.push_back(settings::to_string(each));
    if (!report.problems.empty()) return report;

    auto next = current_;
    for (const auto& d : settings::table()) {
        const auto value = d.write(loaded.values);
        if (d.write(current_) == value) continue;
        (d.live ? report.changed : report.kept).emplace_back(d.key);
        if (d.live && !d.read(d, next, value)) throw std::logic_error("a setting's text is not its own");
    }
    try {
        apply_(next);
    } catch (const std::runtime_error& e) {
        return {{e.what()}, {}, {}};
    }
    current_ = std::move(next);
    return report;
}

void log_report(const reload_report& r)
{
    for (const auto& each : r.problems) core::log::error("nothing was reloaded", {{"reason", each}});
    if (!r.problems.empty()) return;
    core::log::info("reloaded", {{"changed", join(r.changed)}});
    if (!r.kept.empty())
        core::log::warning("settings keep their value until the next start, or an upgrade in place (SIGUSR2)",
                           {{"settings", join(r.kept)}});
}

} // namespace watchword::server
