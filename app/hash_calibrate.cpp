#include "command_line.hpp"
#include "crypto/cost_search.hpp"
#include "hash.hpp"
#include "hash_timing.hpp"
#include "progress.hpp"
#include "settings/table.hpp"
#include "settings/values.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace watchword::app {
namespace {

using crypto::measured_cost;

constexpr std::string_view help =
    "Usage: watchword hash calibrate [FLAG]...\n\n"
    "Finds what Argon2id may cost on this machine: measures how long a hash takes while every hashing thread is busy,\n"
    "as in a rush of log-ins, because they share the memory's bandwidth. Proposes the most memory, and then the most\n"
    "passes, that stay within the target (RFC 9106, section 4); never less than OWASP's minimum: 19 MiB in two "
    "passes,\n"
    "or 46 MiB in one. Takes about ten seconds, and a machine that does nothing else.\n\n"
    "  --target TIME       How long a hash may take, from 1ms to 10s. [25ms]\n"
    "  --memory SIZE       The most memory for one hash, up to 256MiB; all threads together get no more than half of\n"
    "                      the machine's. [64MiB, as RFC 9106 recommends where memory is scarce]\n"
    "  --threads N         Hashing threads. [passwords.threads: one for each core]\n"
    "  --engine NAME       Who computes Argon2id. [passwords.engine: the fastest]\n"
    "  --json              Write the outcome as one JSON object.\n"
    "  --quiet             Say nothing of how far it is.\n"
    "  --config FILE       Read settings from a JSON file, the one of watchword serve.\n"
    "  --help              Show this text.\n";

constexpr std::uint64_t MiB = 1024 * 1024;

struct wishes {
    std::chrono::milliseconds target{25};
    std::uint64_t memory = 64 * MiB;
    std::size_t slots = 1;
    crypto::argon2_engine engine = crypto::argon2_engine::automatic;
};

// As a setting of that name would be.
bool read_setting(const std::string& flag, std::string_view key, const std::string& value, settings::settings& into)
{
    const auto* const row = settings::find_key(key);
    if (row->read(*row, into, value)) return true;
    fail(flag + " must be " + settings::expectation(*row));
    return false;
}

// Nothing if something is wrong; what was said then.
std::optional<wishes> read_wishes(command_line line)
{
    using namespace std::chrono_literals;
    wishes w;
    if (const auto given = line.options.find("--target"); given != line.options.end()) {
        const auto time = settings::parse_duration(given->second);
        if (!time || *time < 1ms || *time > 10s)
            return fail("--target must be a time from 1ms to 10s, such as 25ms"), std::nullopt;
        w.target = *time;
    }
    if (const auto given = line.options.find("--memory"); given != line.options.end()) {
        const auto size = settings::parse_bytes(given->second);
        if (!size || *size < 19 * MiB || *size > 256 * MiB)
            return fail("--memory must be a size from 19MiB to 256MiB"), std::nullopt;
        w.memory = *size;
    }
    for (const std::string name : {"threads", "engine"}) {
        const auto given = line.options.find("--" + name);
        if (given == line.options.end()) continue;
        if (!read_setting("--" + name, "passwords." + name, given->second, line.values)) return std::nullopt;
    }
    const auto& p = line.values.passwords;
    w.slots = p.threads != 0 ? p.threads : std::max(1U, std::thread::hardware_concurrency());
    w.engine = static_cast<crypto::argon2_engine>(p.engine);
    return w;
}

// Half of the machine's, shared by the threads.
std::uint64_t memory_for_each(std::size_t slots)
{
    const auto pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
    if (pages <= 0 || size <= 0) return 64 * MiB;
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) / 2 / slots;
}

std::string decimal(double value, int digits)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

std::uint64_t memory_of(const measured_cost& m, std::size_t slots)
{
    return std::uint64_t(m.cost.memory_kib) * 1024 * slots;
}

struct outcome {
    wishes wanted;
    crypto::cost_proposal proposal;

    const measured_cost& proposed() const { return proposal.choices[proposal.proposed]; }
};

void tell_json(const outcome& o)
{
    const auto object = [&](const measured_cost& m) {
        return boost::json::object{{"memory_kib", m.cost.memory_kib},
                                   {"passes", m.cost.passes},
                                   {"alone_ms", m.alone_ms},
                                   {"alone_cpu_ms", m.alone_cpu_ms},
                                   {"busy_ms", m.busy_ms},
                                   {"logins_per_second", m.per_second},
                                   {"memory_bytes", memory_of(m, o.wanted.slots)}};
    };
    boost::json::array choices;
    for (const auto& m : o.proposal.choices) choices.push_back(object(m));
    const boost::json::object all{{"target_ms", o.wanted.target.count()},
                                  {"threads", o.wanted.slots},
                                  {"engine", std::string(crypto::name_of(o.wanted.engine))},
                                  {"within_target", o.proposal.within_target},
                                  {"proposed", object(o.proposed())},
                                  {"choices", choices}};
    std::cout << boost::json::serialize(all) << "\n";
}

void print_row(const std::vector<std::string>& cells, std::string_view note)
{
    constexpr int widths[] = {12, 9, 12, 12, 12, 16};
    for (std::size_t i = 0; i < cells.size(); ++i) std::cout << std::setw(widths[i]) << cells[i];
    std::cout << (note.empty() ? "" : "  ") << note << "\n";
}

// Whether a hash that was alone had to wait for its core, for a tenth of the time or more.
bool is_disturbed(const crypto::cost_proposal& p)
{
    const auto waited = [](const measured_cost& m) { return m.alone_cpu_ms < 0.9 * m.alone_ms; };
    return std::any_of(p.choices.begin(), p.choices.end(), waited);
}

void tell(const outcome& o)
{
    const auto slots = o.wanted.slots;
    std::cout << "Argon2id by " << crypto::name_of(o.wanted.engine) << " on " << slots
              << (slots == 1 ? " thread" : " threads") << ", target " << settings::format_duration(o.wanted.target)
              << " while all are busy\n\n";
    print_row({"memory KiB", "passes", "ms alone", "ms busy", "log-ins/s", "memory of all"}, "");
    for (std::size_t i = 0; i < o.proposal.choices.size(); ++i) {
        const auto& m = o.proposal.choices[i];
        print_row({std::to_string(m.cost.memory_kib), std::to_string(m.cost.passes), decimal(m.alone_ms, 1),
                   decimal(m.busy_ms, 1), decimal(m.per_second, 0), bytes_text(memory_of(m, slots))},
                  i == o.proposal.proposed ? "<- proposed" : (i == 0 ? "OWASP's minimum" : ""));
    }
    if (is_disturbed(o.proposal))
        std::cout << "\nOther programs have used the cores meanwhile: hashes take less time than this. Stop them, and "
                     "try again.\n";
    if (!o.proposal.within_target)
        std::cout << "\nEven OWASP's minimum takes longer than the target here. Less would be too weak: give it more\n"
                     "time, or faster cores.\n";
    const auto memory = std::to_string(o.proposed().cost.memory_kib), passes = std::to_string(o.proposed().cost.passes);
    std::cout << "\nFor the settings file, or for the command line of watchword serve:\n\n"
              << "  \"passwords\": {\"memory_kib\": " << memory << ", \"passes\": " << passes << "}\n"
              << "  --set passwords.memory_kib=" << memory << " --set passwords.passes=" << passes << "\n\n"
              << "Hashes of another cost are renewed when their owners log in.\n";
}

outcome calibrate(wishes w, progress& shown)
{
    w.engine = crypto::choose_engine(w.engine);
    const auto measure = [&](crypto::argon2id_parameters cost) {
        shown.throw_if_stopped();
        shown.begin("measuring " + std::to_string(cost.memory_kib / 1024) + " MiB in " + std::to_string(cost.passes) +
                        (cost.passes == 1 ? " pass" : " passes"),
                    store::watcher::unit::unknown, 0);
        return time_hashes({cost, w.engine, w.slots}, shown);
    };
    const auto most = std::min(w.memory, memory_for_each(w.slots)) / 1024;
    if (most < crypto::least_cost.memory_kib)
        throw std::runtime_error("half of this machine's memory is not enough for " + std::to_string(w.slots) +
                                 " threads of 19 MiB: give it fewer --threads");
    auto found =
        crypto::search_cost({static_cast<double>(w.target.count()), static_cast<std::uint32_t>(most), measure});
    return {w, std::move(found)};
}

} // namespace

int hash_calibrate(const arguments& given)
{
    auto line = read_command_line(
        given, {"hash calibrate", {}, {"--json", "--quiet"}, {"--target", "--memory", "--threads", "--engine"}});
    if (!line) return misused;
    const bool json = line->has("--json"), quiet = line->has("--quiet");
    const auto wanted = read_wishes(std::move(*line));
    if (!wanted) return misused;
    progress shown(quiet);
    const stop_on_signal stopping(shown);
    try {
        const auto found = calibrate(*wanted, shown);
        shown.clear();
        if (json) {
            tell_json(found);
        } else {
            tell(found);
        }
        return success;
    } catch (const std::bad_alloc&) {
        shown.clear();
        return fail("there is not enough memory for a hash on each thread: fewer --threads, or less --memory");
    } catch (const std::exception& e) {
        shown.clear();
        return fail(e.what());
    }
}

void print_calibrate_help()
{
    std::cout << help;
}

} // namespace watchword::app
