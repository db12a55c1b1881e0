#include "core/fair_queue.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace watchword::core {

template <auto Link> void fair_queue::ring<Link>::push_back(item& x) noexcept
{
    if (first == nullptr) {
        first = &x;
        x.*Link = {&x, &x};
        return;
    }
    item& last = *(first->*Link).previous;
    x.*Link = {first, &last};
    (last.*Link).next = &x;
    (first->*Link).previous = &x;
}

template <auto Link> void fair_queue::ring<Link>::erase(item& x) noexcept
{
    const links old = std::exchange(x.*Link, {});
    if (old.next == &x) {
        first = nullptr;
        return;
    }
    (old.next->*Link).previous = old.previous;
    (old.previous->*Link).next = old.next;
    if (first == &x) first = old.next;
}

template <auto Link> void fair_queue::ring<Link>::replace(item& old, item& by) noexcept
{
    item& previous = *(old.*Link).previous;
    by.*Link = {&old, &previous};
    (previous.*Link).next = &by;
    (old.*Link).previous = &by;
    if (first == &old) first = &by;
    erase(old);
}

fair_queue::fair_queue(std::size_t capacity) : buckets_(std::bit_ceil(capacity)), levels_(capacity + 1) {}

fair_queue::item* const& fair_queue::find(client_key client) const noexcept
{
    item* const* place = &buckets_[client & (buckets_.size() - 1)];
    while (*place != nullptr && (*place)->client_ != client) place = &(*place)->chained_;
    return *place;
}

// Where the first item of a client hangs, or would.
fair_queue::item*& fair_queue::find(client_key client) noexcept
{
    return const_cast<item*&>(std::as_const(*this).find(client));
}

std::size_t fair_queue::waiting(client_key client) const noexcept
{
    const item* const first = find(client);
    return first != nullptr ? first->line_size_ : 0;
}

void fair_queue::push(item& x) noexcept
{
    item*& place = find(x.client_);
    if (place == nullptr) {
        place = &x;
        turns_.push_back(x);
    }
    item& first = *place;
    ring<&item::line_> line{first.is_queued() ? &first : nullptr};
    line.push_back(x);
    ages_.push_back(x);
    ++size_;
    set_line_size(first, first.line_size_ + 1);
}

fair_queue::item& fair_queue::pop() noexcept
{
    item& next = *turns_.first;
    const bool has_more = next.line_size_ > 1;
    erase(next);
    if (has_more) turns_.rotate();
    return next;
}

void fair_queue::erase(item& x) noexcept
{
    item*& place = find(x.client_);
    const std::size_t left = place->line_size_ - 1;
    ring<&item::line_> line{place};
    line.erase(x);
    ages_.erase(x);
    --size_;
    if (left == 0) {
        set_line_size(x, 0);
        turns_.erase(x);
        place = std::exchange(x.chained_, nullptr);
        return;
    }
    // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): `left` are there
    if (line.first != place) stand_in(place, *line.first);
    set_line_size(*place, left);
}

// The first of a line has left it, and the next one stands for the client from now on.
void fair_queue::stand_in(item*& place, item& heir) noexcept
{
    item& old = *place;
    turns_.replace(old, heir);
    levels_[old.line_size_].clients.replace(old, heir);
    heir.line_size_ = std::exchange(old.line_size_, 0);
    heir.chained_ = std::exchange(old.chained_, nullptr);
    place = &heir;
}

// By one more or one less.
void fair_queue::set_line_size(item& first, std::size_t now) noexcept
{
    const auto was = std::exchange(first.line_size_, now);
    if (was != 0) levels_[was].clients.erase(first);
    if (now != 0) levels_[now].clients.push_back(first);
    if (now > was) {
        ++levels_[now].at_least;
        longest_line_ = std::max(longest_line_, now);
    } else if (--levels_[was].at_least == 0) {
        longest_line_ = now;
    }
}

fair_queue::item* fair_queue::gives_way_to(client_key client) const noexcept
{
    if (waiting(client) + 1 >= longest_line_) return nullptr;
    return levels_[longest_line_].clients.first->line_.previous;
}

// A client with n items takes min(n, turns) turns. The sum of those is the sum, for each number up to `turns`, of the
// clients that have at least so many.
std::size_t fair_queue::before(client_key client) const noexcept
{
    const auto turns = std::min(waiting(client) + 1, longest_line_);
    std::size_t sum = 0;
    if (turns <= longest_line_ / 2) {
        for (std::size_t n = 1; n <= turns; ++n) sum += levels_[n].at_least;
        return sum;
    }
    for (std::size_t n = turns + 1; n <= longest_line_; ++n) sum += levels_[n].at_least;
    return size_ - sum;
}

} // namespace watchword::core
