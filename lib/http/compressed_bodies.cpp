#include "http/compressed_bodies.hpp"

#include <algorithm>

namespace watchword::http {
namespace {

bool same_owner(const std::weak_ptr<const std::string>& a, const std::shared_ptr<const std::string>& b) noexcept
{
    return !a.owner_before(b) && !b.owner_before(a);
}

} // namespace

compressed_bodies::claim::~claim()
{
    if (source_) all_->settle(source_, nullptr, phase::empty);
}

void compressed_bodies::claim::keep(body compressed)
{
    if (source_) all_->settle(source_, std::move(compressed), phase::done);
    source_.reset();
}

compressed_bodies::entry* compressed_bodies::find_entry(const body& source) noexcept
{
    const auto it = std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) {
        return e.now != phase::empty && e.address == source.get() && same_owner(e.source, source);
    });
    return it == entries_.end() ? nullptr : &*it;
}

// A free entry, one whose body is gone, or the oldest.
compressed_bodies::entry& compressed_bodies::make_room() noexcept
{
    for (auto& e : entries_)
        if (e.now == phase::empty || e.source.expired()) return e;
    auto& e = entries_[oldest_];
    oldest_ = (oldest_ + 1) % entries_.size();
    return e;
}

compressed_bodies::found compressed_bodies::find(const body& source)
{
    const std::lock_guard lock(mutex_);
    if (const auto* const e = find_entry(source)) return {e->compressed, {}};
    make_room() = {source, source.get(), nullptr, phase::begun};
    return {nullptr, claim(*this, source)};
}

// Does nothing if the entry has had to make room meanwhile.
void compressed_bodies::settle(const body& source, body compressed, phase now)
{
    const std::lock_guard lock(mutex_);
    if (auto* const e = find_entry(source)) *e = {source, source.get(), std::move(compressed), now};
}

} // namespace watchword::http
