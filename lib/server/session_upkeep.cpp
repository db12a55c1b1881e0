#include "server/session_upkeep.hpp"

#include "core/log.hpp"

namespace watchword::server {
namespace {

constexpr std::chrono::minutes between_looks{1};

} // namespace

session_upkeep::session_upkeep(accounts::sessions& s, accounts::revocations& r) : sessions_(s), revoked_(r) {}

core::task<> session_upkeep::look()
{
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) co_return;
    next_ = now + between_looks;
    revoked_.forget_expired();
    const auto deleted = co_await sessions_.purge();
    if (!deleted) {
        core::log::warning("sessions were not looked after", {{"reason", deleted.error().message()}});
    } else if (*deleted >= accounts::sessions::portion) {
        next_ = now;
    }
}

} // namespace watchword::server
