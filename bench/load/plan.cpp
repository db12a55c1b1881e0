#include "load/plan.hpp"

#include "load/sockets.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

namespace watchword::load {
namespace {

// Two runs do not make the same names.
std::string make_run_name()
{
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    std::random_device random;
    std::string name;
    for (int i = 0; i < 8; ++i) name.push_back(letters[random() % letters.size()]);
    return name;
}

void add_class(lane_plan& lane, const plan& p, std::size_t kind)
{
    const auto& planned = p.classes[kind];
    lane.kinds.push_back(kind);
    lane.weights.push_back(p.settings.load.classes[kind].weight);
    lane.is_plain = lane.is_plain && planned.is_plain;
    lane.by_connection = lane.by_connection || (planned.chain && p.chains[*planned.chain].by_connection);
}

std::vector<lane_plan> plan_lanes(const plan& p)
{
    std::vector<lane_plan> lanes(1);
    for (std::size_t kind = 0; kind < p.classes.size(); ++kind) {
        const auto& c = p.settings.load.classes[kind];
        if (c.weight == 0) continue;
        if (c.has_own_lane()) {
            auto& own = lanes.emplace_back();
            own.connections = c.connections;
            own.rate = c.rate;
            add_class(own, p, kind);
        } else {
            add_class(lanes.front(), p, kind);
        }
    }
    if (!lanes.front().kinds.empty()) {
        lanes.front().connections = p.settings.connections;
        lanes.front().rate = p.settings.rate;
    }
    return lanes;
}

void check_lanes(const plan& p)
{
    const auto& o = p.settings;
    for (const auto& l : p.lanes) {
        if (l.connections != 0 && l.connections < o.threads)
            throw std::runtime_error("each thread needs a connection: there are fewer --connections than --threads");
        if (l.connections == 0 && !l.kinds.empty() && o.idle == 0)
            throw std::runtime_error("there is nothing to do without connections");
        if (l.connections == 0 && !l.kinds.empty() && (l.rate > 0 || o.requests != 0))
            throw std::runtime_error("requests need connections that are not idle");
        if (o.pipeline > 1 && l.rate > 0)
            throw std::runtime_error("--pipeline goes with the closed loop, not with a rate");
        if (o.pipeline > 1 && !l.is_plain)
            throw std::runtime_error("--pipeline goes with constant requests, not with chains and ledgers");
    }
    for (std::size_t i = 0; i < p.chains.size(); ++i)
        if (p.chains[i].members != 0 && p.chains[i].members < o.threads)
            throw std::runtime_error("chain '" + o.load.chains[i].name +
                                     "' has fewer members than there are --threads");
    if (o.idle != 0 && !p.classes.front().is_plain)
        throw std::runtime_error("idle connections send a request of the first class, which must be constant");
}

} // namespace

plan::plan(options given) : settings(std::move(given)), run_name(make_run_name())
{
    const auto& all = settings.load;
    const auto host = to_text(settings.target);
    for (const auto& c : all.classes) classes.push_back(plan_class(all, c, host));
    for (const auto& c : all.chains) chains.push_back(plan_chain(all, c, classes));
    lanes = plan_lanes(*this);
    for (auto& c : chains)
        if (c.by_connection) c.members = c.most = lanes.front().connections;
    check_lanes(*this);
}

std::size_t plan::connections() const
{
    std::size_t all = 0;
    for (const auto& l : lanes) all += l.connections;
    return all;
}

} // namespace watchword::load
