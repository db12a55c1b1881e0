#include "server/readiness.hpp"

#include "core/log.hpp"
#include "store/session.hpp"

#include <filesystem>
#include <limits>
#include <utility>

namespace watchword::server {

using std::chrono::steady_clock;

bool progress_watch::is_stuck(const core::queue_statistics& s, steady_clock::time_point now) noexcept
{
    const auto done = s.executed + s.refused + s.withdrawn;
    const bool is_idle = s.waiting + s.running == 0;
    if (is_idle || done != done_ || since_ == steady_clock::time_point()) since_ = now;
    done_ = done;
    return now - since_ >= patience_;
}

std::uint64_t space_left(const std::string& directory)
{
    std::error_code failed;
    const auto space = std::filesystem::space(directory, failed);
    return failed ? std::numeric_limits<std::uint64_t>::max() : space.available;
}

readiness::readiness(readiness_settings s, store::database& d, space_source space, time_source now)
    : settings_(std::move(s)),
      database_(d),
      space_(space ? std::move(space) : space_source(space_left)),
      now_(std::move(now)),
      writer_(settings_.patience),
      answered_(now_().time_since_epoch().count())
{}

std::vector<std::string_view> readiness::failing() const
{
    std::vector<std::string_view> parts;
    const auto answered = steady_clock::time_point(steady_clock::duration(answered_.load(std::memory_order_relaxed)));
    if (now_() - answered > bound) parts.emplace_back("database");
    if (writer_stuck_.load(std::memory_order_relaxed)) parts.emplace_back("writer");
    if (feed_lost_.load(std::memory_order_relaxed)) parts.emplace_back("feed");
    if (disk_full_.load(std::memory_order_relaxed)) parts.emplace_back("disk");
    return parts;
}

core::task<> readiness::look()
{
    const auto known = database_.statistics();
    writer_stuck_ = writer_.is_stuck(known.writer, now_());
    feed_lost_ = known.feed && known.feed->lost;
    disk_full_ = !settings_.directory.empty() && space_(settings_.directory) < settings_.least_space;

    const auto asked = now_();
    if (known.feed && !known.feed->lost) { // the database is asked several times a second already
        answered_.store(asked.time_since_epoch().count(), std::memory_order_relaxed);
        co_return;
    }
    const auto ask = [](store::session& s) -> core::result<void> {
        s.execute("SELECT 1");
        return {};
    };
    const auto answered = co_await database_.read(ask);
    if (answered) answered_.store(asked.time_since_epoch().count(), std::memory_order_relaxed);
}

} // namespace watchword::server
