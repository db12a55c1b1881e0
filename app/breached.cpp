#include "accounts/breached_build.hpp"
#include "accounts/breached_filter.hpp"
#include "accounts/common_passwords.hpp"
#include "command_line.hpp"
#include "core/composed.hpp"
#include "password_input.hpp"
#include "progress.hpp"
#include "server/core_dumps.hpp"
#include "settings/nearest.hpp"

#include <iomanip>
#include <iostream>
#include <sstream>

namespace watchword::app {
namespace {

using accounts::list_format;

constexpr std::uint64_t most_lines_listed = 20;
constexpr int cannot_tell = 2;

constexpr std::string_view help =
    "Usage: watchword breached build [FLAG]... FILE\n"
    "       watchword breached check [--filter FILE]\n"
    "       watchword breached info FILE\n\n"
    "Keeps people from choosing passwords that were stolen somewhere, without asking anybody.\n\n"
    "`build` makes a filter of a list: a password in each line, or its SHA-1, as the list of Have I Been Pwned has "
    "them\n"
    "(40 hexadecimal digits, a colon, how often it was found). FILE `-` is standard input. The filter takes about 9 "
    "bits\n"
    "for each password (lists under 50,000: more), misses none of them, and takes 1 of 256 others for one of them.\n"
    "Give it to the server as passwords.breached_filter.\n\n"
    "  --output FILE       Where to write it. [FILE.filter]\n"
    "  --format NAME       plain or sha1, where the first line does not tell. [automatic]\n"
    "  --force             Replace a filter that is there.\n"
    "  --quiet             Write nothing but errors.\n\n"
    "`check` reads a password from standard input, unseen on a terminal, and says whether it is in the filter or "
    "among\n"
    "the most common ones. Exits with 0 if it is not, 1 if it is, 2 if that cannot be told.\n\n"
    "  --filter FILE       The filter. [passwords.breached_filter; without it, only the most common ones]\n\n"
    "`info` reads all of a filter and tells what is in it and how long a look-up takes. Exits with 1 if it is "
    "damaged.\n\n"
    "  --config FILE       Read settings from a JSON file, the one of watchword serve.\n"
    "  --help              Show this text.\n";

int misuse(const std::string& problem)
{
    fail(problem + "; see watchword breached --help");
    return misused;
}

std::optional<list_format> parse_format(std::string_view name)
{
    if (name == "automatic") return list_format::automatic;
    if (name == "plain") return list_format::plain;
    if (name == "sha1") return list_format::sha1;
    return std::nullopt;
}

// Lists some of the lines that are left out; the report counts them all.
class refused_lines {
public:
    refused_lines(progress& p, bool quiet) : progress_(p), quiet_(quiet) {}

    void operator()(std::uint64_t number, std::string_view why)
    {
        if (quiet_ || ++count_ > most_lines_listed) return;
        progress_.clear();
        std::cerr << "watchword: line " << number << " " << why
                  << (count_ == most_lines_listed ? "; further ones are only counted\n" : "\n");
    }

private:
    progress& progress_;
    const bool quiet_;
    std::uint64_t count_ = 0;
};

std::string bits_text(std::uint64_t bytes, std::uint64_t passwords)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(2) << 8 * static_cast<double>(bytes) / static_cast<double>(passwords);
    return text.str();
}

void tell(const accounts::breached_build& b, const accounts::breached_build_result& r,
          std::chrono::steady_clock::duration took)
{
    std::cout << "wrote " << b.output.string() << ": " << r.passwords
              << (r.passwords == 1 ? " password, " : " passwords, ") << r.bytes << " bytes, "
              << bits_text(r.bytes, r.passwords) << " bits each, of " << r.lines
              << (r.format == list_format::sha1 ? " lines with SHA-1 (" : " lines with passwords (") << r.duplicates
              << " came again, " << r.refused << " left out), " << seconds_text(took) << "\n";
}

int build_filter(const arguments& given)
{
    const auto line =
        read_command_line(given, {"breached build", {"FILE"}, {"--force", "--quiet"}, {"--output", "--format"}});
    if (!line) return misused;
    accounts::breached_build b{line->words[0], line->words[0] + ".filter", list_format::automatic,
                               line->has("--force")};
    const auto output = line->options.find("--output"), format = line->options.find("--format");
    if (output != line->options.end()) b.output = output->second;
    if (b.list == "-" && output == line->options.end()) return misuse("a list from standard input needs --output");
    if (format != line->options.end()) {
        const auto named = parse_format(format->second);
        if (!named) return misuse("--format is one of automatic, plain, sha1");
        b.format = *named;
    }

    const bool quiet = line->has("--quiet");
    progress shown(quiet);
    const stop_on_signal stopping(shown);
    const auto start = std::chrono::steady_clock::now();
    try {
        const auto done = accounts::build_breached_filter(b, refused_lines(shown, quiet), shown);
        shown.clear();
        if (!quiet) tell(b, done, std::chrono::steady_clock::now() - start);
        return success;
    } catch (const std::exception& e) {
        shown.clear();
        return fail(std::string("no filter was made: ") + e.what());
    }
}

// Where the password was found; empty: nowhere.
std::string find_password(std::string_view password, const std::string& filter)
{
    if (!filter.empty()) {
        const accounts::breached_filter breached(filter);
        if (breached.contains_password(password).value() ||
            breached.contains_password(core::composed(password).view()).value())
            return "breached: it is in " + filter;
    }
    return accounts::is_common_password(password) ? "common: it is, or is like, one that many people choose" : "";
}

int check_password(const arguments& given)
{
    const auto line = read_command_line(given, {"breached check", {}, {}, {"--filter"}});
    if (!line) return misused;
    if (!line->values.server.core_dumps) server::forbid_core_dumps();
    const auto named = line->options.find("--filter");
    const auto filter = named != line->options.end() ? named->second : line->values.passwords.breached_filter;
    try {
        const auto password = read_password(accounts::longest_listed_password);
        const auto found = find_password(password.view(), filter);
        std::cout << (found.empty() ? "not found" : found) << "\n";
        return found.empty() ? success : failed;
    } catch (const std::exception& e) {
        fail(e.what());
        return cannot_tell;
    }
}

// Of passwords that are in no list, one after the other, when the file is in memory.
double measure_microseconds(const accounts::breached_filter& filter)
{
    constexpr std::uint64_t rounds = 100'000;
    const auto start = std::chrono::steady_clock::now();
    std::uint64_t found = 0;
    std::string password = "a look-up that takes: ";
    const auto size = password.size();
    for (std::uint64_t i = 0; i < rounds; ++i) {
        password.resize(size);
        password += std::to_string(i);
        found += filter.contains_password(password).value() ? 1 : 0;
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    asm volatile("" : : "r"(found)); // or the compiler may leave out what nobody uses
    return took.count() / static_cast<double>(rounds);
}

int show_filter(const arguments& given)
{
    const auto line = read_command_line(given, {"breached info", {"FILE"}});
    if (!line) return misused;
    try {
        const accounts::breached_filter filter(line->words[0]);
        const auto& index = filter.index();
        if (!filter.is_whole().value()) return fail(line->words[0] + " is damaged: build it anew");
        std::cout << index.passwords << (index.passwords == 1 ? " password, " : " passwords, ") << index.file_size
                  << " bytes, " << bits_text(index.file_size, index.passwords) << " bits each, " << index.shards.size()
                  << (index.shards.size() == 1 ? " shard\n" : " shards\n") << "takes 1 of 256 others for one of them\n"
                  << "a look-up takes " << std::fixed << std::setprecision(2) << measure_microseconds(filter)
                  << " µs\n";
        return success;
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}

} // namespace

int breached(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help;
        return success;
    }
    if (given.empty()) return misuse("breached needs one of build, check, info");
    const arguments more(given.begin() + 1, given.end());
    if (given.front() == "build") return build_filter(more);
    if (given.front() == "check") return check_password(more);
    if (given.front() == "info") return show_filter(more);
    const auto near = settings::nearest(given.front(), {"build", "check", "info"});
    return misuse("breached knows no '" + given.front() + "'" + (near.empty() ? "" : "; did you mean " + near + "?"));
}

} // namespace watchword::app
