#include "server/takeover.hpp"

#include "core/json.hpp"
#include "core/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>

namespace watchword::server {
namespace {

namespace json = boost::json;
using core::view;

constexpr std::chrono::seconds answer_limit{10}, between_log_lines{10};

std::string text_in(const json::object& body, std::string_view name)
{
    const auto* const found = body.if_contains({name.data(), name.size()});
    return found && found->is_string() ? std::string(view(found->get_string())) : std::string();
}

} // namespace

takeover takeover::begin(channel with, bool ask)
{
    takeover made(std::move(with));
    if (ask && !made.channel_.send({{"do", "takeover"}}))
        throw std::runtime_error("the server that is to be replaced has gone");
    for (;;) {
        auto next = made.channel_.receive(answer_limit);
        if (!next) throw std::runtime_error("the server that is to be replaced did not hand over its sockets");
        if (next->body.contains("listeners")) return made;
        if (next->body.contains("refused"))
            throw std::runtime_error("the server cannot be replaced now: " + text_in(next->body, "refused"));
        auto text = text_in(next->body, "listener"), address = text_in(next->body, "address");
        if (made.sockets_.empty() || made.sockets_.back().address != address)
            made.sockets_.push_back({std::move(text), std::move(address), {}});
        auto& all = made.sockets_.back().sockets;
        for (auto& each : next->descriptors) all.push_back(std::move(each));
    }
}

void takeover::tell_ready(const std::vector<std::string>& addresses)
{
    json::array bare;
    for (const std::string_view each : addresses) {
        const auto scheme = each.find("://");
        bare.push_back(core::json_string(scheme == each.npos ? each : each.substr(scheme + 3)));
    }
    // Whoever has begun anew after a failed takeover has nobody to tell.
    channel_.send({{"ready", std::move(bare)}});
}

void takeover::await_database()
{
    while (!channel_.await(between_log_lines))
        core::log::info("waiting for the server that is replaced to end its requests", {});
    const auto answer = channel_.receive(answer_limit);
    if (!answer || !answer->body.contains("released"))
        throw std::runtime_error("the server that is replaced has gone without its word");
}

void takeover::tell_serving()
{
    channel_.send({{"serving", true}});
}

bool send_sockets(channel& to, const std::vector<http::handed_listener>& all)
{
    for (const auto& each : all) {
        json::object body{{"listener", core::json_string(each.text)}, {"address", core::json_string(each.address)}};
        for (std::span<const core::descriptor> rest(each.sockets); !rest.empty();) {
            const auto part = rest.first(std::min(rest.size(), channel::most_descriptors));
            if (!to.send(body, part)) return false;
            rest = rest.subspan(part.size());
        }
    }
    return to.send({{"listeners", "end"}});
}

} // namespace watchword::server
