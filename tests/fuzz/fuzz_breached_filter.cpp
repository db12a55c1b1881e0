// Any bytes as a filter of breached passwords, with the checksum they need: refused, or every look-up stays within the
// file.
#include "accounts/breached_format.hpp"
#include "core/siphash.hpp"

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

using namespace watchword;

namespace {

constexpr std::size_t head = 48, row = 40;

// What damage by accident cannot do, but somebody who means it.
std::string with_checksum(std::string bytes)
{
    if (bytes.size() < head) return bytes;
    const auto shards = std::size_t(1) << (static_cast<unsigned char>(bytes[12]) % 11);
    const auto sum = core::siphash_128(bytes.substr(0, 32) + bytes.substr(head, row * shards));
    return bytes.replace(32, 16, sum.data(), 16);
}

void look(const std::string& bytes)
{
    accounts::breached_index index;
    try {
        index = accounts::read_breached_index(bytes, bytes.size());
    } catch (const std::runtime_error&) {
        return;
    }
    for (std::uint64_t i = 0; i < 64; ++i) {
        const std::uint64_t key = i * 0x0410410410410410u;
        const auto& shard = index.shard_of(key);
        if (shard.shape.segment_count == 0) continue;
        for (const auto p : core::find_fuse_place(shard.shape, shard.seed, key).positions)
            if (shard.offset + p >= bytes.size()) std::abort();
    }
    // What is written of it is what was read.
    const auto written = accounts::write_breached_index(index);
    if (bytes.compare(0, written.size(), written) != 0) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    look(bytes);
    look(with_checksum(bytes));
    return 0;
}
