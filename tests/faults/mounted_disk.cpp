#include "mounted_disk.hpp"

#include "support/paths.hpp"
#include "support/temporary_directory.hpp"

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <sys/mount.h>

namespace watchword::test {
namespace {

std::vector<std::string> command(const std::filesystem::path& image, const std::filesystem::path& mountpoint,
                                 const std::vector<std::string>& options)
{
    std::vector<std::string> all{built_file("tests/lossy_disk"), image.string(), mountpoint.string()};
    all.insert(all.end(), options.begin(), options.end());
    return all;
}

} // namespace

mounted_disk::mounted_disk(std::filesystem::path image, std::filesystem::path mountpoint,
                           const std::vector<std::string>& options)
    : mountpoint_(std::move(mountpoint)), child_(command(image, mountpoint_, options))
{
    if (!child_.await_error_line("mounted"))
        throw std::runtime_error("a disk could not be mounted: " + child_.errors());
}

mounted_disk::~mounted_disk()
{
    unmount();
}

std::string mounted_disk::why_not()
{
    try {
        const temporary_directory image, mountpoint;
        const mounted_disk probe(image.path(), mountpoint.path());
        return {};
    } catch (const std::runtime_error& e) {
        return std::string("no file system in user space can be mounted: ") + e.what();
    }
}

std::size_t mounted_disk::cut()
{
    child_.signal(SIGUSR1);
    return await_cut();
}

std::size_t mounted_disk::await_cut(std::chrono::seconds limit)
{
    if (child_.wait(limit) != 0) throw std::runtime_error("a disk failed: " + child_.errors());
    unmount();
    const auto line = child_.errors();
    const auto at = line.find(" with ");
    if (at == line.npos) throw std::runtime_error("a disk was not cut: " + line);
    return std::stoul(line.substr(at + std::strlen(" with ")));
}

bool mounted_disk::is_cut(std::chrono::milliseconds limit)
{
    return child_.await_error_line("cut after", std::chrono::duration_cast<std::chrono::seconds>(limit)).has_value();
}

void mounted_disk::fail_next_sync()
{
    child_.signal(SIGUSR2);
}

void mounted_disk::unmount() noexcept
{
    ::umount2(mountpoint_.c_str(), MNT_DETACH); // whoever still has files open there keeps nobody from it
}

} // namespace watchword::test
