#include "server/orders.hpp"

#include "core/log.hpp"
#include "core/workers.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>

namespace watchword::server {
namespace {

namespace asio = core::asio;

constexpr std::chrono::seconds answer_limit{1}, watchdog_while_waiting{1};

} // namespace

orders::orders(http::server& s, const service_manager& m, const std::string& control_socket, bool taken,
               control::duties d)
    : server_(s),
      manager_(m),
      signals_(io_, SIGTERM, SIGINT, SIGHUP),
      watchdog_(io_),
      control_(io_, control_socket, taken, std::move(d))
{
    signals_.add(SIGUSR2);
    await_signal();
    await_watchdog();
    thread_ = std::thread([this] {
        core::name_this_thread("orders");
        io_.run();
    });
}

orders::~orders()
{
    end();
}

std::optional<succession> orders::end()
{
    io_.stop();
    if (thread_.joinable()) thread_.join();
    return control_.take_succession();
}

void orders::await_signal()
{
    signals_.async_wait([this](const core::error_code& failed, int number) {
        if (failed) return;
        obey(number);
        await_signal();
    });
}

void orders::obey(int signal)
{
    if (signal == SIGHUP) return control_.reload();
    if (signal == SIGUSR2) return control_.upgrade();
    core::log::info("stopping", {{"signal", std::int64_t(signal)}});
    manager_.tell_stopping();
    server_.stop();
}

// A server one of whose threads hangs says nothing, and is started anew.
void orders::await_watchdog()
{
    const auto interval = manager_.watchdog();
    if (!interval) return;
    watchdog_.expires_after(*interval / 3);
    watchdog_.async_wait([this, interval](const core::error_code& failed) {
        if (failed) return;
        if (server_.gets_on(std::chrono::duration_cast<std::chrono::milliseconds>(*interval))) manager_.tell_alive();
        await_watchdog();
    });
}

bool finish(succession& next, const service_manager& manager)
{
    // The default of both would end this process, which may be needed still.
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGUSR2, SIG_IGN);
    next.to.send({{"released", true}});
    while (!next.to.await(watchdog_while_waiting)) manager.tell_alive();
    const auto told = next.to.receive(answer_limit);
    return told && told->body.contains("serving");
}

} // namespace watchword::server
