#include "server/control.hpp"

#include "core/json.hpp"
#include "core/log.hpp"
#include "server/takeover.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace watchword::server {
namespace {

namespace asio = core::asio;
namespace json = boost::json;
using wait = asio::posix::stream_descriptor::wait_type;

constexpr std::chrono::seconds order_limit{2}, reload_limit{30};

json::array to_json(const std::vector<std::string>& texts)
{
    json::array all;
    for (const auto& each : texts) all.push_back(core::json_string(each));
    return all;
}

std::vector<std::string> texts_in(const json::object& body, std::string_view name)
{
    std::vector<std::string> all;
    const auto* const found = body.if_contains({name.data(), name.size()});
    if (!found || !found->is_array()) return all;
    for (const auto& each : found->get_array())
        if (each.is_string()) all.emplace_back(core::view(each.get_string()));
    return all;
}

bool asks_for(const json::object& body, std::string_view order)
{
    const auto* const found = body.if_contains("do");
    return found && found->is_string() && core::view(found->get_string()) == order;
}

} // namespace

control::control(asio::io_context& io, const std::string& path, bool taken, duties d)
    : duties_(std::move(d)), door_(io), candidate_events_(io)
{
    if (path.empty()) return;
    door_.assign(listen_for_channels(path, taken).release());
    await_client();
}

void control::await_client()
{
    door_.async_wait(wait::wait_read, [this](const core::error_code& failed) {
        if (failed) return;
        core::descriptor socket(::accept4(door_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket.get() >= 0) answer(channel(std::move(socket)));
        await_client();
    });
}

void control::answer(channel with)
{
    if (!with.is_trusted()) return;
    const auto order = with.receive(order_limit);
    if (!order) return;
    if (asks_for(order->body, "takeover")) return offer(std::move(with));
    if (asks_for(order->body, "reload")) {
        const auto report = duties_.reload();
        log_report(report);
        with.send({{"problems", to_json(report.problems)},
                   {"changed", to_json(report.changed)},
                   {"kept", to_json(report.kept)}});
        return;
    }
    with.send({{"refused", "this server does not know the order"}});
}

void control::reload()
{
    log_report(duties_.reload());
}

void control::upgrade()
try {
    if (::getpid() == 1)
        throw std::runtime_error("this is process 1, with which its container ends; replace the container");
    auto [here, there] = channel::pair();
    duties_.start_successor(there.descriptor());
    core::log::info("started a successor", {});
    offer(std::move(here));
} catch (const std::exception& e) {
    core::log::error("cannot upgrade in place", {{"reason", e.what()}});
}

void control::offer(channel to)
{
    auto sockets = candidate_ || successor_ ? std::vector<http::handed_listener>() : duties_.sockets();
    if (sockets.empty()) {
        to.send({{"refused", "it stops, or hands over already"}});
        return;
    }
    if (!send_sockets(to, sockets)) return;
    handed_ = std::move(sockets);
    candidate_.emplace(std::move(to));
    await_ready();
}

void control::await_ready()
{
    candidate_events_.assign(::dup(candidate_->descriptor()));
    candidate_events_.async_wait(wait::wait_read, [this](const core::error_code& failed) {
        candidate_events_.close();
        if (!failed) take_ready();
    });
}

void control::take_ready()
{
    const auto told = candidate_->receive(order_limit);
    auto with = std::move(*candidate_);
    candidate_.reset();
    const auto addresses = told ? texts_in(told->body, "ready") : std::vector<std::string>();
    if (addresses.empty()) {
        core::log::warning("a server that was to take over has ended before it was ready; this one goes on", {});
        handed_.clear();
        return;
    }
    if (!duties_.hand_over(addresses)) return handed_.clear(); // it stops
    core::log::info("handing over to another process", {});
    core::error_code ignored;
    door_.close(ignored);
    successor_.emplace(std::move(with));
}

std::optional<succession> control::take_succession()
{
    if (!successor_) return std::nullopt;
    return succession{std::move(*successor_), std::move(handed_)};
}

const std::string& control_socket(const settings::server_group& s)
{
    return s.control.empty() ? s.takeover : s.control;
}

reload_report ask_to_reload(const std::string& path)
{
    auto to = channel::connect(path);
    if (!to) throw std::runtime_error("no server listens at " + path);
    const bool sent = to->send({{"do", "reload"}});
    const auto answer = sent ? to->receive(reload_limit) : std::nullopt;
    if (!answer) throw std::runtime_error("the server at " + path + " does not answer");
    return {texts_in(answer->body, "problems"), texts_in(answer->body, "changed"), texts_in(answer->body, "kept")};
}

} // namespace watchword::server
