#pragma once

#include <filesystem>
#include <string>

namespace watchword::test {

// An empty directory that only its owner can read, gone with everything in it when the object goes.
class temporary_directory {
public:
    temporary_directory(); // std::system_error if it cannot be made
    ~temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    // The path of an entry in it, which need not exist.
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

// Writes a whole file. std::runtime_error if that fails.
void write_file(const std::string& path, const std::string& content);

} // namespace watchword::test
