#pragma once

#include "support/temporary_directory.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace watchword::test {

// A small file system of the test's own, gone with the object. One thread. Members throw std::runtime_error, which
// says what the machine does not allow.
class small_disk {
public:
    enum class kind { memory, ext4 }; // tmpfs; ext4 in a file
    explicit small_disk(std::size_t mib, kind = kind::memory);
    ~small_disk();
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    std::filesystem::path path() const { return directory_.path() / "disk"; }
    std::string operator/(const std::string& name) const { return (path() / name).string(); }

    // Takes every byte that is left, and gives them back.
    void fill();
    void make_room();
    // ext4: what the kernel does after an error on the device. Nothing can be written any more, also by those who have
    // files open for it, until nobody uses the disk and it is mounted again.
    void force_read_only();
    void mount_again();
    // Whatever is in memory only is on the disk, and the pages are clean.
    void flush();

private:
    void mount();
    void unmount(bool even_if_used);

    temporary_directory directory_;
    kind kind_;
    std::size_t mib_;
};

// Puts one file in the place of another (both exist) as long as it lives: two files of one directory can be on
// different disks.
class bound_file {
public:
    bound_file(const std::string& file, const std::string& place);
    ~bound_file();
    bound_file(const bound_file&) = delete;
    bound_file& operator=(const bound_file&) = delete;

private:
    const std::string place_;
};

// Why none of this can be done here; nothing if it can.
std::string why_no_disks();

} // namespace watchword::test
