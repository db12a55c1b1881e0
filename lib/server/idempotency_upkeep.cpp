#include "server/idempotency_upkeep.hpp"

#include "core/log.hpp"

namespace watchword::server {
namespace {

constexpr std::chrono::minutes between_looks{1};

} // namespace

idempotency_upkeep::idempotency_upkeep(accounts::idempotent_requests& r) : requests_(r) {}

core::task<> idempotency_upkeep::look()
{
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) co_return;
    next_ = now + between_looks;
    const auto deleted = co_await requests_.purge();
    if (!deleted) {
        core::log::warning("old answers were not deleted", {{"reason", deleted.error().message()}});
    } else if (*deleted >= accounts::idempotent_requests::portion) {
        next_ = now;
    }
}

} // namespace watchword::server
