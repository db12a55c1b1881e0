#include "http/connection_counter.hpp"

namespace watchword::http {

bool connection_counter::enter(std::size_t most) noexcept
{
    if (all_.fetch_add(1, std::memory_order_relaxed) < most) return true;
    leave();
    return false;
}

void connection_counter::leave() noexcept
{
    all_.fetch_sub(1, std::memory_order_relaxed);
}

bool connection_counter::enter(const core::ip_address& client, std::size_t most)
{
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = clients_.try_emplace(core::address_key(client), 0);
    if (place->second >= most) {
        if (is_new) clients_.erase(place);
        return false;
    }
    ++place->second;
    return true;
}

void connection_counter::leave(const core::ip_address& client) noexcept
{
    const std::lock_guard lock(mutex_);
    const auto found = clients_.find(core::address_key(client));
    if (found != clients_.end() && --found->second == 0) clients_.erase(found);
}

connection_place connection_place::take(connection_counter& counter, std::size_t most) noexcept
{
    return connection_place(counter.enter(most) ? &counter : nullptr);
}

bool connection_place::take_of_client(const core::ip_address& client, std::size_t most)
{
    if (!counter_ || client_) return true;
    if (!counter_->enter(client, most)) return false;
    client_ = client;
    return true;
}

connection_place::~connection_place()
{
    if (!counter_) return;
    if (client_) counter_->leave(*client_);
    counter_->leave();
}

} // namespace watchword::http
