#include "load/options.hpp"

#include "flags/flags.hpp"
#include "load/sockets.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace watchword::load {
namespace {

using flags::to_number;
using std::chrono::seconds;

constexpr std::uint64_t most_connections = 1'000'000;
constexpr std::uint64_t most_requests = 1'000'000'000'000;
constexpr double most_seconds = 86'400, most_rate = 10'000'000;
constexpr std::size_t connections_per_source = 20'000; // Linux has 28,000 ports for each

nanoseconds to_time(std::string_view flag, std::string_view text)
{
    const auto number = to_number<double>(flag, text, 0, most_seconds);
    return nanoseconds(std::llround(number * 1e9));
}

std::string read_file(const std::string& name)
{
    std::ifstream in(name, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + name);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<::pid_t> to_processes(std::string_view flag, std::string_view list)
{
    std::vector<::pid_t> all;
    for (;;) {
        const auto comma = std::min(list.find(','), list.size());
        all.push_back(to_number<::pid_t>(flag, list.substr(0, comma), 1, 1 << 30));
        if (comma == list.size()) return all;
        list.remove_prefix(comma + 1);
    }
}

// False if there is no such flag.
bool set_option(options& o, std::string_view flag, std::string_view value)
{
    const auto count = [&](std::uint64_t least, std::uint64_t most) { return to_number(flag, value, least, most); };
    if (flag == "--connections") {
        o.connections = count(0, most_connections);
    } else if (flag == "--idle") {
        o.idle = count(0, most_connections);
    } else if (flag == "--threads") {
        o.threads = count(1, 64);
    } else if (flag == "--sources") {
        o.sources = count(1, 250);
    } else if (flag == "--pipeline") {
        o.pipeline = count(1, 1000);
    } else if (flag == "--requests-per-connection") {
        o.requests_per_connection = count(1, most_requests);
    } else if (flag == "--requests") {
        o.requests = count(1, most_requests);
    } else if (flag == "--rate") {
        o.rate = to_number<double>(flag, value, 0.001, most_rate);
    } else if (flag == "--duration") {
        o.duration = to_time(flag, value);
    } else if (flag == "--warm-up") {
        o.warm_up = to_time(flag, value);
    } else if (flag == "--timeout") {
        o.timeout = to_time(flag, value);
    } else if (flag == "--class") {
        o.classes.push_back(parse_class(value));
    } else if (flag == "--scenario") {
        for (auto& c : parse_scenario(read_file(std::string(value)))) o.classes.push_back(std::move(c));
    } else if (flag == "--watch") {
        o.watched = to_processes(flag, value);
    } else {
        return false;
    }
    return true;
}

void complete(options& o)
{
    if (o.classes.empty()) o.classes.emplace_back();
    if (o.duration == nanoseconds::zero()) o.duration = o.requests != 0 ? seconds(60) : seconds(10);
    if (o.sources == 0) o.sources = 1 + (o.connections + o.idle) / connections_per_source;
    if (o.connections + o.idle == 0) throw std::runtime_error("there is nothing to do without connections");
    if (o.connections == 0 && (o.is_open_loop() || o.requests != 0))
        throw std::runtime_error("requests need connections that are not idle");
    for (std::size_t i = 0; i < o.classes.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (o.classes[i].name == o.classes[k].name)
                throw std::runtime_error("two classes have the name '" + o.classes[i].name + "'");
    if (o.connections != 0 && o.threads > o.connections)
        throw std::runtime_error("each thread needs a connection: there are fewer --connections than --threads");
    if (o.is_open_loop() && o.pipeline > 1)
        throw std::runtime_error("--pipeline goes with the closed loop, not with --rate");
    if (o.requests_per_connection % o.pipeline != 0)
        throw std::runtime_error("--requests-per-connection must be a multiple of --pipeline");
}

} // namespace

options parse_options(const std::vector<std::string_view>& arguments)
{
    options o;
    const auto line =
        flags::read(arguments, {{"--quiet", &o.quiet}},
                    [&o](std::string_view flag, std::string_view value) { return set_option(o, flag, value); });
    o.help = line.help;
    if (o.help) return o;
    if (!line.target) throw std::runtime_error("no target: write ADDRESS:PORT");
    o.target = parse_target(*line.target);
    complete(o);
    return o;
}

std::string_view help_text()
{
    return R"(Usage: watchword_load [FLAG]... ADDRESS:PORT

Loads an HTTP/1.1 server on this machine (loopback addresses only) and prints what it saw as JSON.

How much:
  --connections N              busy connections, kept alive (64); 0 with --idle only
  --rate R                     open loop: R requests a second in all, each due at a time fixed in advance; its latency
                               counts from then, also while it waits for a free connection. Without it, closed loop:
                               each connection sends its next request when the last one is answered
  --pipeline N                 closed loop: requests go out in bursts of N, one write each; the next burst follows the
                               last answer (1)
  --duration SECONDS           how long is measured (10; with --requests 60)
  --requests N                 end after so many measured requests, if the time is not over before
  --warm-up SECONDS            runs before and does not count (1)
  --timeout SECONDS            to connect, and for each answer from when its request was sent (10)
  --threads N                  that share connections and rate (1)

Connections:
  --idle N                     as many more, each answered once (a request of the first class), then silent (0)
  --requests-per-connection N  then a new connection. In the closed loop its first latency includes connecting; in the
                               open loop the new one is opened at once, beside the others
  --sources N                  local addresses 127.0.0.1, .2, ... that connections come from (one for each 20,000)

Requests; without any: GET / that expects 200
  --class FIELD=VALUE,...      may come several times: name, weight, method, path, header=NAME:VALUE, body, expect=S|S,
                               answer (the body every expected answer must have); \, is a comma inside a value.
                               Several bodies are sent in turn
  --scenario FILE              the same as JSON: {"classes": [{"name": "check", "weight": 9, "method": "GET",
                               "path": "/user", "headers": {"x-access-token": "..."}, "bodies": [], "expect": [200],
                               "answer": "..."}]}; "headers_in_turn": {"x-access-token": ["...", "..."]} for a header
                               that differs from request to request

Besides:
  --watch PID,...              the CPU time these processes spend while it is measured, from /proc
  --quiet                      no progress on standard error
  --help

The exit code is 0 if everything was answered as expected, 1 if not or if it could not run, 2 for wrong arguments.
)";
}

} // namespace watchword::load
