#include "accounts/breached_filter.hpp"

#include "core/secret.hpp"
#include "core/siphash.hpp"

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::accounts {
namespace {

constexpr std::size_t largest_index = 64 * 1024; // bytes; that of 2^10 shards has 41,008

[[noreturn]] void fail_errno(const std::string& what)
{
    throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

core::descriptor open_file(const std::string& file)
{
    core::descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (opened.get() < 0) fail_errno("cannot open the filter of breached passwords " + file);
    return opened;
}

// Read, not mapped: a disk that fails is an error here.
std::string read_begin(int file, const std::string& name)
{
    std::string bytes(largest_index, '\0');
    std::size_t used = 0;
    while (used < bytes.size()) {
        const auto size = ::pread(file, bytes.data() + used, bytes.size() - used, static_cast<off_t>(used));
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) fail_errno("cannot read the filter of breached passwords " + name);
        if (size == 0) break;
        used += static_cast<std::size_t>(size);
    }
    bytes.resize(used);
    return bytes;
}

breached_index read_index(int file, const std::string& name)
{
    struct stat status {};
    if (::fstat(file, &status) != 0) fail_errno("cannot read the filter of breached passwords " + name);
    if (!S_ISREG(status.st_mode))
        throw std::runtime_error("the filter of breached passwords " + name + " is not a file");
    try {
        return read_breached_index(read_begin(file, name), static_cast<std::uint64_t>(status.st_size));
    } catch (const std::runtime_error& e) {
        throw std::runtime_error("the filter of breached passwords " + name + " " + e.what());
    }
}

} // namespace

breached_filter::breached_filter(const std::string& file)
    : file_(open_file(file)), index_(read_index(file_.get(), file))
{
    void* const mapped = ::mmap(nullptr, index_.file_size, PROT_READ, MAP_SHARED, file_.get(), 0);
    if (mapped == MAP_FAILED) fail_errno("cannot map the filter of breached passwords " + file);
    ::madvise(mapped, index_.file_size, MADV_RANDOM); // three bytes far from each other: what lies around is not wanted
    bytes_ = static_cast<const char*>(mapped);
}

breached_filter::~breached_filter()
{
    ::munmap(const_cast<char*>(bytes_), index_.file_size);
}

bool breached_filter::is_there() const noexcept
{
    struct stat status {};
    return ::fstat(file_.get(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) == index_.file_size;
}

core::result<bool> breached_filter::contains(const crypto::sha1::digest& d) const
{
    if (!is_there()) return core::errc::unavailable;
    const auto key = breached_key(d);
    const auto& shard = index_.shard_of(key);
    if (shard.shape.segment_count == 0) return false;
    const auto [positions, fingerprint] = core::find_fuse_place(shard.shape, shard.seed, key);
    const char* const from = bytes_ + shard.offset;
    return static_cast<std::uint8_t>(from[positions[0]] ^ from[positions[1]] ^ from[positions[2]]) == fingerprint;
}

core::result<bool> breached_filter::contains_password(std::string_view password) const
{
    auto digest = crypto::sha1()(password);
    const auto found = contains(digest);
    core::wipe(digest.data(), digest.size());
    return found;
}

core::result<bool> breached_filter::is_whole() const
{
    for (const auto& shard : index_.shards) {
        if (!is_there()) return core::errc::unavailable;
        if (core::siphash_128({bytes_ + shard.offset, shard.shape.size()}) != shard.sum) return false;
    }
    return true;
}

} // namespace watchword::accounts
