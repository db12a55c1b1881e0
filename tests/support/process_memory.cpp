#include "support/process_memory.hpp"

#include "core/descriptor.hpp"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace watchword::test {
namespace {

constexpr std::size_t piece_size = 1024 * 1024;

struct mapping {
    std::uint64_t begin = 0, end = 0;
    std::string line;
};

std::vector<mapping> writable_mappings(::pid_t process)
{
    std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
    std::vector<mapping> all;
    for (std::string line; std::getline(maps, line);) {
        mapping m;
        std::string rights;
        char dash = 0;
        std::istringstream(line) >> std::hex >> m.begin >> dash >> m.end >> rights;
        m.line = line;
        if (rights.starts_with("rw")) all.push_back(m);
    }
    return all;
}

// Fewer bytes than asked for where the mapping is gone by now.
std::string read(int memory, std::uint64_t at, std::size_t size)
{
    std::string bytes(size, '\0');
    const auto got = ::pread(memory, bytes.data(), size, static_cast<off_t>(at));
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
}

void search(int memory, const mapping& m, const std::vector<std::string>& beginnings, std::size_t size,
            std::vector<memory_text>& found)
{
    for (auto at = m.begin; at < m.end; at += piece_size) {
        // With enough of the next piece for a text that lies across.
        const auto piece = read(memory, at, std::min<std::uint64_t>(piece_size + size, m.end - at));
        for (const auto& beginning : beginnings)
            for (auto place = piece.find(beginning); place < piece_size; place = piece.find(beginning, place + 1))
                found.push_back({piece.substr(place, size), m.line});
    }
}

} // namespace

std::vector<memory_text> texts_in_memory(::pid_t process, const std::vector<std::string>& beginnings, std::size_t size)
{
    const core::descriptor memory(::open(("/proc/" + std::to_string(process) + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
    const auto mappings = writable_mappings(process);
    if (memory.get() < 0 || mappings.empty()) throw std::runtime_error("the memory of the process cannot be read");
    std::vector<memory_text> found;
    for (const auto& m : mappings) search(memory.get(), m, beginnings, size, found);
    return found;
}

bool may_read_all_memory()
{
    constexpr int sys_ptrace = 19; // the capability
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("CapEff:")) return (std::stoull(line.substr(7), nullptr, 16) >> sys_ptrace & 1) != 0;
    return false;
}

} // namespace watchword::test
