#include "core/rising_map.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace watchword::core {
namespace {

constexpr std::size_t smallest = 16;

// Probing is short as long as a table is at most three quarters full; a new one is 4/7 full.
constexpr std::size_t capacity_for(std::size_t entries)
{
    return std::max(smallest, entries + entries * 3 / 4);
}
constexpr bool is_full(std::size_t entries, std::size_t capacity)
{
    return (entries + 1) * 4 > capacity * 3;
}

} // namespace

hashed_key hashed_key::of(std::string_view bytes, siphash_key secret) noexcept
{
    return std::bit_cast<hashed_key>(siphash_128(bytes, secret));
}

void rising_map::table::add(slot& free, hashed_key k, std::uint64_t number, timestamp until) noexcept
{
    free.second = k.second;
    free.number.store(number, std::memory_order_relaxed);
    free.until = until;
    free.first.store(k.first, std::memory_order_release);
    ++used;
}

template <class Do> void rising_map::table::for_each(Do what) const
{
    for (std::size_t at = 0; at < capacity; ++at)
        if (slots[at].first.load(std::memory_order_relaxed) != 0) what(slots[at]);
}

template <class Keep> std::unique_ptr<rising_map::table> rising_map::table::copy(std::size_t entries, Keep keep) const
{
    auto made = std::make_unique<table>(capacity_for(entries));
    for_each([&](const slot& s) {
        if (!keep(s)) return;
        const hashed_key k{s.first.load(std::memory_order_relaxed), s.second};
        made->add(*made->find(k).at, k, s.number.load(std::memory_order_relaxed), s.until);
    });
    return made;
}

rising_map::rising_map(read_epochs& e) : epochs_(e)
{
    for (std::size_t i = 0; i < shards; ++i) {
        tables_[i] = std::make_unique<table>(smallest);
        current_[i].store(tables_[i].get(), std::memory_order_seq_cst);
    }
}

rising_map::~rising_map() = default;

void rising_map::raise(hashed_key key, std::uint64_t number, timestamp until)
{
    free_replaced();
    if (number == 0) return;
    const auto k = not_free(key);
    const auto shard = shard_of(k);
    auto place = tables_[shard]->find(k);
    if (place.taken) {
        place.at->until = std::max(place.at->until, until);
        if (number > place.at->number.load(std::memory_order_relaxed))
            place.at->number.store(number, std::memory_order_release);
        return;
    }
    if (const auto& t = *tables_[shard]; is_full(t.used, t.capacity)) {
        replace(shard, t.copy(t.used + 1, [](const slot&) { return true; }));
        place = tables_[shard]->find(k);
    }
    tables_[shard]->add(*place.at, k, number, until);
}

void rising_map::forget(std::size_t shard, timestamp now)
{
    free_replaced();
    const auto& t = *tables_[shard];
    const auto matters = [now](const slot& s) { return s.until > now; };
    std::size_t kept = 0;
    t.for_each([&](const slot& s) { kept += matters(s) ? 1 : 0; });
    if (kept != t.used) replace(shard, t.copy(kept, matters));
}

void rising_map::replace(std::size_t shard, std::unique_ptr<table> by)
{
    replaced_.reserve(replaced_.size() + 1); // nothing may fail once readers see the new one
    current_[shard].store(by.get(), std::memory_order_seq_cst);
    const auto number = epochs_.advance();
    replaced_.push_back({number, std::exchange(tables_[shard], std::move(by))});
    free_replaced();
}

void rising_map::free_replaced()
{
    if (replaced_.empty()) return;
    std::erase_if(replaced_, [this](const replaced& r) { return epochs_.is_over(r.number); });
}

std::size_t rising_map::size() const noexcept
{
    std::size_t sum = 0;
    for (const auto& t : tables_) sum += t->used;
    return sum;
}

std::size_t rising_map::bytes() const noexcept
{
    std::size_t sum = sizeof(*this) + replaced_.capacity() * sizeof(replaced);
    for (const auto& t : tables_) sum += t->bytes();
    for (const auto& r : replaced_) sum += r.old->bytes();
    return sum;
}

} // namespace watchword::core
