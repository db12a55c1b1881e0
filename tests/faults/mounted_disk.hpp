#pragma once

#include "support/process.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace watchword::test {

// A file system (disk/lossy_disk.cpp) that shows the files of a directory, and loses what was not synced when its power
// is cut. Gone with the object. One thread. Members throw std::runtime_error.
class mounted_disk {
public:
    // `options` as lossy_disk takes them. Both directories exist.
    mounted_disk(std::filesystem::path image, std::filesystem::path mountpoint,
                 const std::vector<std::string>& options = {});
    ~mounted_disk();
    mounted_disk(const mounted_disk&) = delete;
    mounted_disk& operator=(const mounted_disk&) = delete;

    // Why this machine allows none; empty if it does.
    static std::string why_not();

    // The power goes. The directory holds what a disk would; whoever uses the file system gets errors. How many changes
    // there were that no sync had made durable.
    std::size_t cut();
    // The same for a disk that was told when to cut: waits for it.
    std::size_t await_cut(std::chrono::seconds limit = std::chrono::seconds(20));
    bool is_cut(std::chrono::milliseconds limit);
    void fail_next_sync();

private:
    void unmount() noexcept;

    const std::filesystem::path mountpoint_;
    process child_;
};

} // namespace watchword::test
