#include "accounts/key_spill.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <memory>
#include <stdexcept>
#include <stdlib.h> // mkostemp
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace watchword::accounts {
namespace {

[[noreturn]] void fail(const std::filesystem::path& directory, int code = errno)
{
    throw std::runtime_error("the work file in " + directory.string() + ": " + std::generic_category().message(code));
}

// Some file systems have no files without a name: there, the name is taken away again.
int open_nameless(const std::filesystem::path& directory)
{
    const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
    std::string name = (directory / ".watchword-breached-XXXXXX").string();
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

template <class Transfer> void transfer_all(std::size_t size, Transfer transfer, const std::filesystem::path& directory)
{
    for (std::size_t done = 0; done < size;) {
        const auto moved = transfer(done);
        if (moved < 0 && errno == EINTR) continue;
        if (moved < 0) fail(directory);
        if (moved == 0) fail(directory, EIO);
        done += static_cast<std::size_t>(moved);
    }
}

} // namespace

key_spill::key_spill(std::filesystem::path directory) : directory_(std::move(directory)) {}

void key_spill::add(std::uint64_t key)
{
    auto& p = parts_[static_cast<std::size_t>(key >> 54)];
    p.latest.push_back(key);
    ++size_;
    if (p.latest.size() < block_keys) return;
    std::sort(p.latest.begin(), p.latest.end());
    p.latest.erase(std::unique(p.latest.begin(), p.latest.end()), p.latest.end());
    // A key that comes again and again takes no room: blocks are written when most of them is needed.
    if (p.latest.size() <= block_keys / 2) return;
    p.latest.resize(block_keys, p.latest.back());
    write_block(p);
}

std::size_t key_spill::held(std::size_t first, std::size_t count) const
{
    std::size_t total = 0;
    for (std::size_t i = first; i < first + count; ++i)
        total += parts_.at(i).blocks.size() * block_keys + parts_[i].latest.size();
    return total;
}

void key_spill::open_file()
{
    const int file = open_nameless(directory_);
    if (file < 0) fail(directory_);
    std::destroy_at(&file_);
    std::construct_at(&file_, file);
}

void key_spill::write_block(part& p)
{
    if (file_.get() < 0) open_file();
    if (blocks_ == std::numeric_limits<std::uint32_t>::max()) fail(directory_, EFBIG);
    const auto* const bytes = reinterpret_cast<const char*>(p.latest.data());
    const std::size_t size = block_keys * sizeof(std::uint64_t);
    const auto offset = static_cast<off_t>(std::uint64_t(blocks_) * size);
    const auto write = [&](std::size_t done) {
        return ::pwrite(file_.get(), bytes + done, size - done, offset + static_cast<off_t>(done));
    };
    transfer_all(size, write, directory_);
    p.blocks.push_back(blocks_++);
    p.latest.clear();
}

std::vector<std::uint64_t> key_spill::read(std::size_t first, std::size_t count) const
{
    std::vector<std::uint64_t> keys;
    keys.reserve(held(first, count));
    for (std::size_t i = first; i < first + count; ++i) {
        const auto& p = parts_[i];
        for (const auto block : p.blocks) {
            const std::size_t size = block_keys * sizeof(std::uint64_t);
            const auto offset = static_cast<off_t>(std::uint64_t(block) * size);
            keys.resize(keys.size() + block_keys);
            auto* const bytes = reinterpret_cast<char*>(keys.data() + keys.size() - block_keys);
            const auto read = [&](std::size_t done) {
                return ::pread(file_.get(), bytes + done, size - done, offset + static_cast<off_t>(done));
            };
            transfer_all(size, read, directory_);
        }
        keys.insert(keys.end(), p.latest.begin(), p.latest.end());
    }
    return keys;
}

} // namespace watchword::accounts
