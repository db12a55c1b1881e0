#include "core/read_epochs.hpp"

#include <algorithm>

namespace watchword::core {

read_epochs::read_epochs() : own_place_([this] { return make_place(); }) {}

bool read_epochs::is_over(std::uint64_t number) const
{
    const std::lock_guard lock(mutex_);
    return std::all_of(places_.begin(), places_.end(), [number](const place& p) {
        const auto since = p.since.load(std::memory_order_seq_cst);
        return since == 0 || since > number;
    });
}

read_epochs::place* read_epochs::make_place()
{
    const std::lock_guard lock(mutex_);
    return &places_.emplace_back();
}

} // namespace watchword::core
