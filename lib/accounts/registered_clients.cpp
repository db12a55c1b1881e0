#include "accounts/registered_clients.hpp"

#include "core/secret.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

std::vector<registered_client> sorted(std::vector<registered_client> all)
{
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return all;
}

constexpr bool is_unreserved(char c) noexcept // RFC 3986 section 2.3
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '~' || c == '-';
}

} // namespace

bool is_client_id(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= registered_client::longest_id &&
           std::all_of(text.begin(), text.end(), is_unreserved);
}

registered_clients::registered_clients(std::vector<registered_client> all)
    : all_(sorted(std::move(all))), hash_([] { return crypto::sha256(); })
{}

const registered_client* registered_clients::find(std::string_view id) const noexcept
{
    const auto is_before = [](const registered_client& c, std::string_view wanted) { return c.id < wanted; };
    const auto at = std::lower_bound(all_.begin(), all_.end(), id, is_before);
    return at != all_.end() && at->id == id ? &*at : nullptr;
}

const registered_client* registered_clients::authenticate(std::string_view id, std::string_view secret)
{
    static const crypto::sha256::digest nobodys{};
    const auto shown = hash_.local()(secret);
    const auto* const found = find(id);
    const auto& expected = found != nullptr ? found->secret_hash : nobodys;
    const bool is_right =
        core::equal_in_constant_time({shown.data(), shown.size()}, {expected.data(), expected.size()});
    return is_right && !secret.empty() ? found : nullptr;
}

} // namespace watchword::accounts
