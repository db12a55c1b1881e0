#include "accounts/breached_build.hpp"

#include "accounts/breached_format.hpp"
#include "accounts/key_spill.hpp"
#include "core/descriptor.hpp"
#include "core/siphash.hpp"
#include "store/unfinished_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::accounts {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t usual_shard = 1u << 20; // passwords; larger ones only when there are the most shards
constexpr std::uint64_t most_passwords = 1ull << 32;
constexpr std::uint64_t lines_between_looks = 4096;
constexpr int poll_milliseconds = 200;

[[noreturn]] void fail(const std::string& what, int code = errno)
{
    throw std::runtime_error(what + ": " + std::generic_category().message(code));
}

// The list, which may be a pipe that gives nothing for long: the watcher can stop it all the same.
class list_file {
public:
    list_file(const fs::path& name, store::watcher& w) : name_(name), watcher_(w)
    {
        if (name == "-") return;
        opened_.emplace(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
        if (opened_->get() < 0) fail("cannot read " + name.string());
        struct stat status {};
        if (::fstat(opened_->get(), &status) == 0 && S_ISREG(status.st_mode))
            size_ = static_cast<std::uint64_t>(status.st_size);
        ::posix_fadvise(opened_->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    }

    std::uint64_t size() const noexcept { return size_; } // 0: nobody knows

    std::size_t read(char* buffer, std::size_t size) const
    {
        const int file = opened_ ? opened_->get() : STDIN_FILENO;
        for (;;) {
            watcher_.throw_if_stopped();
            ::pollfd ready{file, POLLIN, 0};
            if (::poll(&ready, 1, poll_milliseconds) == 0) continue;
            const auto got = ::read(file, buffer, size);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) fail("cannot read " + name_.string());
        }
    }

private:
    const fs::path name_;
    store::watcher& watcher_;
    std::optional<core::descriptor> opened_;
    std::uint64_t size_ = 0;
};

void read_list(const breached_build& b, const std::function<void(std::uint64_t, std::string_view)>& refused,
               store::watcher& w, key_spill& keys, breached_build_result& result)
{
    const list_file file(b.list, w);
    line_splitter lines([&](char* buffer, std::size_t size) { return file.read(buffer, size); });
    list_line_reader reader(b.format);
    w.begin("reading", store::watcher::unit::bytes, file.size());
    while (const auto text = lines.next()) {
        const auto line = reader.read(*text);
        if (line.password) {
            keys.add(breached_key(*line.password));
        } else if (!line.refused.empty()) {
            ++result.refused;
            refused(lines.number(), line.refused);
        }
        if (keys.size() > most_passwords) throw std::runtime_error("it has more than four billion passwords");
        if (lines.number() % lines_between_looks != 0) continue;
        w.throw_if_stopped();
        w.advance(lines.bytes());
    }
    result.lines = lines.number();
    result.format = reader.format();
    if (keys.size() == 0) throw std::runtime_error("there is no password in it");
}

// The output under its other name, until everything is written.
class output_file {
public:
    output_file(const fs::path& place, bool replace) : file_(refuse_existing(place, replace)), replace_(replace)
    {
        // Nothing in it is a secret, and whoever runs the server must read it.
        file_.set_owner(::geteuid(), ::getegid(), 0644);
    }

    void write(std::uint64_t offset, std::string_view bytes) { file_.write(offset, bytes); }
    void put_in_place()
    {
        file_.sync();
        file_.put_in_place(replace_);
    }

private:
    // Before the work, not after it.
    static const fs::path& refuse_existing(const fs::path& place, bool replace)
    {
        struct stat found {};
        if (!replace && ::lstat(place.c_str(), &found) == 0) fail(place.string(), EEXIST);
        return place;
    }
    store::unfinished_file file_;
    const bool replace_;
};

unsigned shard_bits_for(std::uint64_t passwords)
{
    unsigned bits = 0;
    while (bits < most_shard_bits && passwords >> bits > usual_shard) ++bits;
    return bits;
}

std::string_view bytes_of(const std::vector<std::uint8_t>& fingerprints)
{
    return {reinterpret_cast<const char*>(fingerprints.data()), fingerprints.size()};
}

void write_shards(const key_spill& keys, output_file& out, store::watcher& w, breached_index& index)
{
    const std::size_t shards = std::size_t(1) << shard_bits_for(keys.size()), parts = key_spill::parts / shards;
    index.shards.resize(shards);
    std::uint64_t offset = write_breached_index(index).size();
    w.begin("building", store::watcher::unit::unknown, keys.held(0, key_spill::parts));
    std::uint64_t done = 0;
    for (std::size_t i = 0; i < shards; ++i) {
        w.throw_if_stopped();
        const auto held = keys.held(i * parts, parts);
        if (held > core::most_fuse_keys)
            throw std::runtime_error("too many of its hashes are alike: it is no list of passwords");
        auto shard_keys = keys.read(i * parts, parts);
        std::sort(shard_keys.begin(), shard_keys.end());
        shard_keys.erase(std::unique(shard_keys.begin(), shard_keys.end()), shard_keys.end());
        const auto made = core::build_fuse_filter(shard_keys);
        const auto bytes = bytes_of(made.fingerprints);
        index.shards[i] = {made.shape, made.seed, shard_keys.size(), core::siphash_128(bytes), 0};
        out.write(offset, bytes);
        offset += bytes.size();
        w.advance(done += held);
    }
    out.write(0, write_breached_index(index));
}

} // namespace

breached_build_result build_breached_filter(const breached_build& b,
                                            const std::function<void(std::uint64_t, std::string_view)>& refused,
                                            store::watcher& w)
{
    output_file out(b.output, b.replace);
    breached_build_result result;
    const auto directory = b.output.parent_path();
    key_spill keys(directory.empty() ? "." : directory);
    read_list(b, refused, w, keys, result);

    breached_index index;
    write_shards(keys, out, w, index);
    w.throw_if_stopped();
    out.put_in_place();
    result.passwords = index.passwords;
    result.duplicates = keys.size() - index.passwords;
    result.bytes = index.file_size;
    return result;
}

} // namespace watchword::accounts
