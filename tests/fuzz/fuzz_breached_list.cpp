// Lists of passwords of any bytes: no crash, the same lines however they arrive, and the digest of a line is its own.
#include "accounts/breached_list.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

using namespace watchword;

namespace {

std::vector<std::string> split(std::string_view all, std::size_t step)
{
    const auto take = [&](char* buffer, std::size_t size) {
        const auto taken = std::min({size, step, all.size()});
        std::copy_n(all.data(), taken, buffer);
        all.remove_prefix(taken);
        return taken;
    };
    accounts::line_splitter lines(take, 128 * 1024);
    std::vector<std::string> found;
    while (const auto line = lines.next()) found.emplace_back(*line);
    if (lines.number() != found.size()) std::abort();
    return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto lines = split(bytes, 1u << 20);
    if (split(bytes, 1) != lines || split(bytes, 7) != lines) std::abort();
    const auto feeds = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    if (lines.size() != feeds + (!bytes.empty() && bytes.back() != '\n' ? 1 : 0)) std::abort();

    accounts::list_line_reader reader(static_cast<accounts::list_format>(data[0] % 3));
    try {
        for (const auto& line : lines) {
            const auto read = reader.read(line);
            if (read.password && !read.refused.empty()) std::abort();
            const bool is_plain = read.password && reader.format() == accounts::list_format::plain;
            if (is_plain && !line.starts_with('\xEF') && *read.password != crypto::sha1()(line)) std::abort();
        }
    } catch (const std::runtime_error&) { // NTLM
    }
    return 0;
}
