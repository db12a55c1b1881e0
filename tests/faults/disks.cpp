#include "disks.hpp"

#include "support/process.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

namespace watchword::test {
namespace {

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

void run(const std::vector<std::string>& command)
{
    const auto done = run_program(command);
    if (done.exit_code != 0) throw std::runtime_error(command[0] + ": " + done.output + done.errors);
}

} // namespace

small_disk::small_disk(std::size_t mib, kind k) : kind_(k), mib_(mib)
{
    std::filesystem::create_directory(path());
    if (kind_ == kind::ext4) {
        const auto image = directory_ / "image";
        write_file(image, "");
        std::filesystem::resize_file(image, mib_ << 20);
        run({"/sbin/mkfs.ext4", "-q", "-F", "-m", "0", image});
    }
    mount();
}

small_disk::~small_disk()
{
    try {
        unmount(true);
    } catch (const std::exception&) { // it was not mounted any more
    }
}

void small_disk::mount()
{
    if (kind_ == kind::memory) {
        const auto options = "size=" + std::to_string(mib_) + "m,mode=0700";
        if (::mount("watchword-test", path().c_str(), "tmpfs", 0, options.c_str()) != 0) fail("mount tmpfs");
    } else {
        run({"mount", "-o", "loop", directory_ / "image", path().string()});
    }
}

void small_disk::unmount(bool even_if_used)
{
    if (::umount2(path().c_str(), even_if_used ? MNT_DETACH : 0) != 0) fail("umount");
}

void small_disk::fill()
{
    const int file = ::open((path() / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) fail("open");
    static const std::array<char, 64 * 1024> block{};
    for (std::size_t size = block.size(); size > 0;)
        if (::write(file, block.data(), size) <= 0) size /= 2;
    const bool full = errno == ENOSPC;
    ::close(file);
    if (!full) fail("filling a disk");
}

void small_disk::make_room()
{
    std::filesystem::remove(path() / "filler");
}

void small_disk::force_read_only()
{
    run({"mount", "-o", "remount,abort", path().string()});
}

void small_disk::mount_again()
{
    unmount(false);
    mount();
}

void small_disk::flush()
{
    const int directory = ::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) fail("open");
    const bool done = ::syncfs(directory) == 0;
    ::close(directory);
    if (!done) fail("syncfs");
}

bound_file::bound_file(const std::string& file, const std::string& place) : place_(place)
{
    if (::mount(file.c_str(), place.c_str(), nullptr, MS_BIND, nullptr) != 0) fail("mount --bind");
}

bound_file::~bound_file()
{
    ::umount2(place_.c_str(), MNT_DETACH);
}

std::string why_no_disks()
{
    try {
        const small_disk disk(1);
        return "";
    } catch (const std::exception& e) {
        return std::string("no disks can be mounted: ") + e.what();
    }
}

} // namespace watchword::test
