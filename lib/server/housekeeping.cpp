#include "server/housekeeping.hpp"

#include "core/log.hpp"
#include "core/workers.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace watchword::server {

housekeeping::housekeeping(std::chrono::milliseconds pause, std::vector<chore> chores)
    : pause_(pause), chores_(std::move(chores))
{
    core::asio::co_spawn(io_, work(), core::asio::detached);
    thread_ = std::thread([this] {
        core::name_this_thread("housekeeping");
        io_.run();
    });
}

housekeeping::~housekeeping()
{
    core::asio::post(io_, [this] {
        stopping_ = true;
        timer_.cancel();
    });
    thread_.join();
}

core::task<> housekeeping::work()
{
    while (!stopping_) {
        timer_.expires_after(pause_);
        co_await timer_.async_wait(core::asio::as_tuple(core::use_task));
        for (const auto& each : chores_) {
            if (stopping_) break;
            try {
                co_await each();
            } catch (const std::exception& e) {
                core::log::error("housekeeping failed", {{"reason", e.what()}});
            }
        }
    }
}

} // namespace watchword::server
