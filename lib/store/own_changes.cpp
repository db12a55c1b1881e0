#include "store/own_changes.hpp"

#include <algorithm>

namespace watchword::store {

std::string own_changes::take_name()
{
    const std::lock_guard lock(mutex_);
    name_ = prefix_ + "." + std::to_string(++names_);
    return name_;
}

void own_changes::disown()
{
    const std::lock_guard lock(mutex_);
    name_.clear();
    expecting_ = false;
}

bool own_changes::is_own(std::string_view name) const
{
    const std::lock_guard lock(mutex_);
    return !name_.empty() && name == name_;
}

void own_changes::expect()
{
    const std::lock_guard lock(mutex_);
    expecting_ = true;
}

void own_changes::note(std::uint64_t number)
{
    const std::lock_guard lock(mutex_);
    expecting_ = false;
    numbers_.push_back(number);
    if (numbers_.size() > most_kept) numbers_.pop_front();
}

own_changes::verdict own_changes::judge(std::uint64_t seen, std::uint64_t last)
{
    const std::lock_guard lock(mutex_);
    const auto first = std::upper_bound(numbers_.begin(), numbers_.end(), seen);
    const auto end = std::upper_bound(first, numbers_.end(), last);
    const auto unknown = last - seen - static_cast<std::uint64_t>(end - first);
    if (unknown == 1 && expecting_) return verdict::undecided;
    numbers_.erase(numbers_.begin(), end);
    return unknown == 0 ? verdict::all_own : verdict::others;
}

} // namespace watchword::store
