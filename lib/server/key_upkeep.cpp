#include "server/key_upkeep.hpp"

#include "core/log.hpp"

namespace watchword::server {
namespace {

constexpr std::chrono::minutes between_rotations{1};

} // namespace

key_upkeep::key_upkeep(accounts::key_ring& k, const core::clock& c) : keys_(k), clock_(c) {}

core::task<> key_upkeep::look()
{
    const auto now = std::chrono::steady_clock::now();
    if (now < next_rotation_) {
        co_await keys_.reload_if_changed();
    } else {
        next_rotation_ = now + between_rotations;
        const auto done = co_await keys_.rotate_if_due();
        if (!done) core::log::warning("signing keys were not looked after", {{"reason", done.error().message()}});
    }
    tell_change();
}

void key_upkeep::tell_change()
{
    const auto all = keys_.current();
    const auto* const key = all->signing_key(clock_.precise_now());
    if (key == nullptr || key->kid == signing_) return;
    signing_ = key->kid;
    core::log::info("tokens are signed by this key", {{"kid", signing_}});
}

} // namespace watchword::server
