#include "server/metrics_listener.hpp"

#include "core/listen_address.hpp"
#include "core/log.hpp"
#include "server/prometheus_text.hpp"

#include <utility>

namespace watchword::server {
namespace {

constexpr std::string_view text_type = "text/plain; version=0.0.4; charset=utf-8";

http::server_settings settings_for(std::vector<std::string> listen)
{
    load_prometheus(); // before any address is taken
    http::server_settings s;
    s.listen = std::move(listen);
    s.threads = 1;
    s.limits.connections = 64;
    s.limits.header_bytes = 8 * 1024;
    s.limits.body_bytes = 1024;
    return s;
}

void warn_of_strangers(const std::vector<std::string>& addresses)
{
    for (const auto& text : addresses) {
        const auto address = core::parse_listen_address(text);
        if (address && address->kind == core::listen_address::family::tcp && !address->endpoint.address().is_loopback())
            core::log::warning("metrics are for whoever reaches this address: it is not loopback", {{"listen", text}});
    }
}

} // namespace

metrics_listener::metrics_listener(std::vector<std::string> listen, std::function<std::string()> text,
                                   const core::clock& clock, core::random_source& random,
                                   std::vector<http::handed_listener>& handed)
    : text_(std::move(text)), server_(settings_for(std::move(listen)), routes_, clock, random, &handed)
{
    routes_.add(http::method::get, "/metrics", [this](http::request& q) { return answer(q); });
    warn_of_strangers(server_.addresses());
    server_.start();
}

metrics_listener::~metrics_listener()
{
    if (!server_.is_handing_over()) {
        server_.stop();
        server_.stop();
    }
    server_.wait();
}

core::task<http::response> metrics_listener::answer(http::request&)
{
    co_return http::response(http::status::ok, text_type, text_());
}

} // namespace watchword::server
