#include "command_line.hpp"
#include "http/probe.hpp"
#include "settings/load.hpp"
#include "settings/values.hpp"

#include <iostream>
#include <stdexcept>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword healthcheck [FLAG]...\n\n"
    "Asks the server on this machine whether it can serve. Writes one line and exits with 0 if it can, else with 1: "
    "for\n"
    "a container's health check, which needs neither a shell nor curl then. It asks at the first address that\n"
    "server.listen names, in the environment or the settings file of watchword serve; a certificate is not "
    "verified.\n\n"
    "  --address ADDRESS   Ask there: ADDRESS:PORT, https://ADDRESS:PORT or unix:PATH, as for watchword serve "
    "--listen.\n"
    "  --timeout TIME      How long to wait for the answer, such as 500ms. [3s]\n"
    "  --config FILE       Read settings from a JSON file, the one of watchword serve.\n"
    "  --help              Show this text.\n";

constexpr std::string_view target = "/health/ready";
constexpr std::size_t longest_reason = 300;

core::listen_address address_of(const command_line& line)
{
    const auto given = line.option("--address");
    const auto parsed = core::parse_listen_address(given ? *given : line.values.server.listen.at(0));
    if (!parsed) throw std::runtime_error("--address takes ADDRESS:PORT, https://ADDRESS:PORT or unix:PATH");
    const bool is_known = parsed->kind == core::listen_address::family::unix_socket ||
                          (parsed->kind == core::listen_address::family::tcp && parsed->endpoint.port() != 0);
    if (!is_known)
        throw std::runtime_error("server.listen does not say where the server listens (" + http::to_string(*parsed) +
                                 "): name it with --address");
    return http::reachable(*parsed);
}

std::chrono::milliseconds timeout_of(const command_line& line)
{
    constexpr std::chrono::milliseconds longest{3'600'000};
    const auto time = settings::parse_duration(line.option("--timeout").value_or("3s"));
    if (!time || time->count() == 0 || *time > longest) throw std::runtime_error("--timeout takes a time, 1ms to 1h");
    return *time;
}

// On one line, whatever has answered.
std::string reason_of(const http::probed& answer)
{
    auto text = answer.body.substr(0, longest_reason);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return std::to_string(answer.status) + (text.empty() ? "" : " " + settings::printable(std::move(text)));
}

} // namespace

int healthcheck(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help;
        return success;
    }
    const auto line = read_command_line(given, {"healthcheck", {}, {}, {"--address", "--timeout"}});
    if (!line) return failed; // for containers there are 0 and 1
    try {
        const auto where = address_of(*line);
        const auto place = http::to_string(where);
        try {
            const auto answer = http::probe(where, target, timeout_of(*line));
            if (answer.status != 200) return fail(place + " answers " + reason_of(answer));
            std::cout << "healthy: " << place << target << "\n";
            return success;
        } catch (const std::runtime_error& e) {
            const std::string_view hint =
                where.proxy_protocol ? "; the machine itself must be among server.trusted_proxies" : "";
            return fail(place + ": " + e.what() + std::string(hint));
        }
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}

} // namespace watchword::app
