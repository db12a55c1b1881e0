#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>
#include <utility>

namespace watchword::store {

// Notices that a path no longer leads to the file it led to: what goes into a file that was moved, replaced or deleted
// is written, but nobody will find it. One thread. Reliable as long as somebody has the first file open.
class file_place {
public:
    explicit file_place(std::filesystem::path file) : file_(std::move(file)) {}

    const std::filesystem::path& file() const noexcept { return file_; }
    // Remembers the first file it finds.
    void remember() noexcept;
    // False, too, if nothing is remembered.
    bool has_changed() const noexcept;
    // For when the first file is closed, after which it may go. Does nothing if the path has changed.
    void forget() noexcept;

private:
    using file_id = std::pair<dev_t, ino_t>;
    std::optional<file_id> find() const noexcept;

    const std::filesystem::path file_;
    std::optional<file_id> first_;
};

} // namespace watchword::store
