#include "load/options.hpp"

#include "flags/flags.hpp"
#include "load/plan.hpp"
#include "load/sockets.hpp"

#include <algorithm>
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
constexpr std::size_t last_source = 254;               // 127.0.0.254
constexpr std::int64_t most_intervals = 2000;          // each takes 35 KB for each class and status

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

void add(scenario& all, scenario more)
{
    std::move(more.classes.begin(), more.classes.end(), std::back_inserter(all.classes));
    std::move(more.chains.begin(), more.chains.end(), std::back_inserter(all.chains));
}

bool set_tls_option(tls_settings& tls, std::string_view flag, std::string_view value)
{
    if (flag == "--tls-ca") {
        tls.authorities = value;
    } else if (flag == "--tls-name") {
        tls.name = value;
    } else {
        return false;
    }
    return true;
}

bool set_time_option(options& o, std::string_view flag, std::string_view value)
{
    if (flag == "--duration") {
        o.duration = to_time(flag, value);
    } else if (flag == "--warm-up") {
        o.warm_up = to_time(flag, value);
    } else if (flag == "--timeout") {
        o.timeout = to_time(flag, value);
    } else if (flag == "--interval") {
        o.interval = to_time(flag, value);
    } else {
        return false;
    }
    return true;
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
    } else if (flag == "--first-source") {
        o.first_source = count(1, last_source);
    } else if (flag == "--pipeline") {
        o.pipeline = count(1, 1000);
    } else if (flag == "--requests-per-connection") {
        o.requests_per_connection = count(1, most_requests);
    } else if (flag == "--requests") {
        o.requests = count(1, most_requests);
    } else if (flag == "--rate") {
        o.rate = to_number<double>(flag, value, 0.001, most_rate);
    } else if (flag == "--class") {
        o.load.classes.push_back(parse_class(value));
    } else if (flag == "--scenario") {
        add(o.load, parse_scenario(read_file(std::string(value))));
    } else if (flag == "--ledger") {
        o.ledger = value;
    } else if (flag == "--watch") {
        o.watched = to_processes(flag, value);
    } else {
        return false;
    }
    return true;
}

// Besides what the plan refuses.
void check_ledger(const options& o)
{
    const bool written =
        std::any_of(o.load.classes.begin(), o.load.classes.end(), [](const auto& c) { return c.ledger; });
    if (written && o.ledger.empty()) throw std::runtime_error("a class has a ledger, and there is no --ledger FILE");
    if (!written && !o.ledger.empty()) throw std::runtime_error("no class says what the --ledger is to hold");
}

void check_interval(const options& o)
{
    if (o.interval.count() != 0 && (o.duration + o.timeout) / o.interval >= most_intervals)
        throw std::runtime_error("--interval is too short: there are over " + std::to_string(most_intervals) +
                                 " in --duration and --timeout together");
}

void complete(options& o)
{
    if (o.load.classes.empty()) o.load.classes.emplace_back();
    if (o.duration == nanoseconds::zero()) o.duration = o.requests != 0 ? seconds(60) : seconds(10);
    check_scenario(o.load);
    check_ledger(o);
    check_interval(o);
    const auto connections = plan(o).connections();
    if (o.sources == 0) o.sources = 1 + (connections + o.idle) / connections_per_source;
    if (o.first_source + o.sources - 1 > last_source)
        throw std::runtime_error("--sources go from --first-source to " + std::to_string(last_source) + " at the most");
    if (o.requests_per_connection % o.pipeline != 0)
        throw std::runtime_error("--requests-per-connection must be a multiple of --pipeline");
}

::sockaddr_in read_target(std::string_view text, bool tls)
{
    constexpr std::string_view scheme = "https://";
    if (!text.starts_with(scheme)) return parse_target(text);
    if (!tls) throw std::runtime_error("https takes --tls");
    return parse_target(text.substr(scheme.size()));
}

struct tls_flags {
    tls_settings settings;
    bool wanted = false;
};

void complete_tls(options& o, const tls_flags& given)
{
    const auto& s = given.settings;
    if (!given.wanted) {
        if (s.resume || s.unchecked || !s.authorities.empty() || !s.name.empty())
            throw std::runtime_error("--tls-... goes with --tls");
        return;
    }
    if (s.unchecked == !s.authorities.empty())
        throw std::runtime_error("--tls takes either --tls-ca FILE or --tls-unchecked");
    o.tls = s;
    tls_client check(s, o.target); // refuses what cannot be read
}

} // namespace

options parse_options(const std::vector<std::string_view>& arguments)
{
    options o;
    tls_flags tls;
    const auto line = flags::read(arguments,
                                  {{"--quiet", &o.quiet},
                                   {"--tls", &tls.wanted},
                                   {"--tls-resume", &tls.settings.resume},
                                   {"--tls-unchecked", &tls.settings.unchecked}},
                                  [&](std::string_view flag, std::string_view value) {
                                      return set_option(o, flag, value) || set_time_option(o, flag, value) ||
                                             set_tls_option(tls.settings, flag, value);
                                  });
    o.help = line.help;
    if (o.help) return o;
    if (!line.target) throw std::runtime_error("no target: write ADDRESS:PORT");
    o.target = read_target(*line.target, tls.wanted);
    complete_tls(o, tls);
    complete(o);
    return o;
}

std::string_view help_text()
{
    return R"(Usage: watchword_load [FLAG]... ADDRESS:PORT

Loads an HTTP/1.1 server on this machine (loopback addresses only) and prints what it saw as JSON.

How much:
  --connections N              busy connections, kept alive (64); 0 with --idle only. Classes with connections of their
                               own do not count
  --rate R                     open loop: R requests a second in all, each due at a time fixed in advance; its latency
                               counts from then, also while it waits for a free connection. Without it, closed loop:
                               each connection sends its next request when the last one is answered
  --pipeline N                 closed loop: requests go out in bursts of N, one write each; the next burst follows the
                               last answer (1)
  --duration SECONDS           how long is measured (10; with --requests 60)
  --requests N                 end after so many measured requests, if the time is not over before
  --warm-up SECONDS            runs before and does not count (1)
  --timeout SECONDS            to connect, and for each answer from when its request was sent (10)
  --threads N                  that share connections, rates and members of chains (1)

Connections:
  --idle N                     as many more, each answered once (a request of the first class), then silent (0)
  --requests-per-connection N  then a new connection. In the closed loop its first latency includes connecting; in the
                               open loop the new one is opened at once, beside the others
  --sources N                  local addresses 127.0.0.1, .2, ... that connections come from (one for each 20,000)
  --first-source N             the first of them is 127.0.0.N (1)
  --tls                        HTTPS; with one of the next two
  --tls-ca FILE                the server's certificate must come from one of these authorities (PEM) and be for its
                               address
  --tls-unchecked              any certificate will do
  --tls-name NAME              told to the server (SNI), and what the certificate must be for instead of the address
  --tls-resume                 new connections resume a session of their thread, each ticket of TLS 1.3 once

Requests; without any: GET / that expects 200
  --class FIELD=VALUE,...      may come several times: name, weight, method, path, header=NAME:VALUE, body, expect=S|S,
                               answer (the body every expected answer must have), ledger; \, is a comma inside a value.
                               Several bodies are sent in turn
  --scenario FILE              JSON, see below
  --ledger FILE                one line is appended for each request of a class with a ledger that was answered as
                               expected with 2xx: {"class", "value", "status", "at" in ms since 1970}

Besides:
  --watch PID,...              the CPU time these processes spend while it is measured, by their own clocks
  --interval SECONDS           each status also with its answers over time: by when they came, in intervals this long
  --quiet                      no progress on standard error
  --help

A scenario is {"classes": [CLASS, ...], "chains": {NAME: CHAIN, ...}}. Everything but classes may be left out.
  CLASS    name, method, path, answer
           weight              its share of all requests (1); 0: it only prepares a chain
           connections         of its own, besides --connections: it does not take turns with others
           rate                requests a second on these; without it, these are a closed loop
           headers             {NAME: VALUE}
           headers_in_turn     {NAME: [VALUE, ...]}: a header that differs from request to request
           bodies              [TEXT, ...], sent in turn; or form: {NAME: VALUE}, or json: any JSON: encoded, with a
                               Content-Type
           expect              [STATUS, ...] ([200])
           ledger              what the ledger says of an acknowledged request
           chain               the chain whose values it uses
           starts              true: it begins a new member, which is there once this is answered as expected with 2xx
           ends                true: the member is gone after such an answer
           keep                {NAME: POINTER}: values that such an answer gives the member, each a string or number at
                               a JSON pointer of its body; without it the answer has failed and the member is dropped
  CHAIN    members             how many there are from the start (0), or "by connection": one for each of --connections
           most                how many there may be (100,000); then one that waits makes room for a new one
           values              {NAME: TEXT or [TEXT, ...]}: what a member has from its start; of several in turn
           prepare             [CLASS, ...]: requests that make each of the first members ready before anything is
                               measured; one that expects 503 or 429 is tried again
${NAME} in path, headers, bodies and ledger is a value of the chain's member, and ${unique} a text that no other request
of any run gets; $${ is a plain ${. A member has at most one request under way, and a class whose ${...} no free member
has waits. So sessions that are refreshed with the token that the last refresh gave are:
  {"chains": {"session": {"members": 100, "prepare": ["sign_up", "login"],
                          "values": {"email": "u-${unique}@example.test", "password": "correct horse ${unique}"}}},
   "classes": [
     {"name": "sign_up", "chain": "session", "weight": 0, "method": "POST", "path": "/signup", "expect": [201],
      "form": {"name": "U", "email": "${email}", "password": "${password}"}},
     {"name": "login", "chain": "session", "weight": 0, "method": "POST", "path": "/v1/sessions",
      "json": {"email": "${email}", "password": "${password}"}, "keep": {"refresh": "/refresh_token"}},
     {"name": "refresh", "chain": "session", "method": "POST", "path": "/v1/sessions/refresh",
      "json": {"refresh_token": "${refresh}"}, "keep": {"refresh": "/refresh_token"}}]}

The report, times in microseconds: for each class and status percentiles, and buckets_us, pairs of the longest time in a
bucket and how many answers it has: no time in it is more than 3.2 % shorter. Percentiles are at most 0.8 % too long.
With --interval, over_time has for each interval with answers when it began, in seconds since the measurement did, and
that is measured_from, in seconds of the machine's monotonic clock.

The exit code is 0 if everything was answered as expected, 1 if not or if it could not run, 2 for wrong arguments.
)";
}

} // namespace watchword::load
