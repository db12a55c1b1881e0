#include "load/chain_pool.hpp"

#include "load/plan.hpp"

#include <algorithm>

namespace watchword::load {

chain_pool::chain_pool(const chain_plan& p, std::size_t thread, std::size_t threads, unique_names& names)
    : plan_(p),
      names_(names),
      first_members_(share(p.members, thread, threads)),
      most_(std::max<std::size_t>(share(p.most, thread, threads), 1)),
      threads_(threads),
      next_text_(p.values.size(), thread)
{
    if (p.by_connection) members_.resize(first_members_);
}

chain_pool::member chain_pool::create(std::size_t connection)
{
    const auto m = new_place(connection);
    fill(m);
    return m;
}

bool chain_pool::can_take(const class_plan& k, std::size_t connection) const
{
    if (plan_.by_connection) {
        const auto& own = members_[connection];
        return !own.taken && (k.starts || (k.needs & ~own.has) == 0);
    }
    if (!k.starts) return line_for(k.needs).has_value();
    return !unused_.empty() || members_.size() < most_ || line_for(0).has_value();
}

chain_pool::member chain_pool::take(const class_plan& k, std::size_t connection)
{
    if (k.starts) return create(connection);
    const auto m = plan_.by_connection ? static_cast<member>(connection) : pop(line_for(k.needs).value());
    members_[m].taken = true;
    return m;
}

void chain_pool::give_back(member m)
{
    members_[m].taken = false;
    if (plan_.by_connection) return;
    const auto has = members_[m].has;
    auto found = std::find_if(lines_.begin(), lines_.end(), [has](const line& l) { return l.has == has; });
    if (found == lines_.end()) found = lines_.insert(found, {has, {}});
    found->waiting.push_back(m);
}

void chain_pool::drop(member m)
{
    members_[m].taken = false;
    members_[m].has = 0;
    if (!plan_.by_connection) unused_.push_back(m);
}

void chain_pool::set(member m, std::uint32_t value, std::string text)
{
    members_[m].values[value] = std::move(text);
    members_[m].has |= 1U << value;
}

void chain_pool::fill(member m)
{
    auto& made = members_[m];
    made.values.assign(plan_.names, "");
    made.values.front() = names_.next();
    for (std::size_t i = 0; i < plan_.values.size(); ++i) {
        const auto& [value, texts] = plan_.values[i];
        texts[next_text_[i] % texts.size()].append_to(made.values[value], {made.values.front()});
        next_text_[i] += threads_;
    }
    made.has = plan_.has;
    made.taken = true;
}

chain_pool::member chain_pool::new_place(std::size_t connection)
{
    if (plan_.by_connection) return static_cast<member>(connection);
    if (!unused_.empty()) {
        const auto m = unused_.back();
        unused_.pop_back();
        return m;
    }
    if (members_.size() >= most_) return pop(line_for(0).value());
    members_.emplace_back();
    return static_cast<member>(members_.size() - 1);
}

// Somebody waits there who has what is needed.
std::optional<std::size_t> chain_pool::line_for(std::uint32_t needs) const
{
    for (std::size_t i = 0; i < lines_.size(); ++i)
        if (!lines_[i].waiting.empty() && (needs & ~lines_[i].has) == 0) return i;
    return std::nullopt;
}

chain_pool::member chain_pool::pop(std::size_t number)
{
    auto& waiting = lines_[number].waiting;
    const auto m = waiting.front();
    waiting.pop_front();
    return m;
}

} // namespace watchword::load
