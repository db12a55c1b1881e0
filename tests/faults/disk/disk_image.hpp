#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

// What a disk holds, and what would be left of it if the power went now.
namespace watchword::test {

// One directory of files, in memory. A file's changes become durable when the file is synced, changes of names when the
// directory is: as POSIX promises, and no more. One thread at a time.
class disk_image {
public:
    using file_id = std::uint64_t; // from 1

    struct losses {
        bool everything_unsynced = true; // else any of the unsynced may have survived, and some is torn
        std::uint64_t seed = 0;          // decides what
    };

    // Holds the files of a directory, all of it durable.
    explicit disk_image(const std::filesystem::path&);
    // Makes the directory hold what survives a loss of power.
    void save_after_power_loss(const std::filesystem::path&, const losses&) const;

    const std::map<std::string, file_id>& names() const noexcept { return names_.now; }
    std::optional<file_id> find(const std::string& name) const;
    const std::string& content(file_id id) const { return files_.at(id).now; }
    ::mode_t mode(file_id id) const { return files_.at(id).mode; }
    unsigned links(file_id) const;

    file_id create(const std::string& name, ::mode_t);
    void link(file_id, const std::string& name);
    void unlink(const std::string& name);
    void rename(const std::string& from, const std::string& to);
    void set_mode(file_id id, ::mode_t m) { files_.at(id).mode = m; }
    void write(file_id, std::size_t offset, std::string_view bytes);
    void truncate(file_id, std::size_t size);

    void sync(file_id);
    // What Linux does when the disk refuses: the changes are taken for written, and are never written.
    void fail_to_sync(file_id);
    void sync_names();
    // Writes, truncations and changes of names that would be lost now.
    std::size_t unsynced() const;

private:
    struct change {
        std::size_t offset;               // where bytes are written, or the new size
        std::optional<std::string> bytes; // none: the file is cut or filled up with zeros
    };
    struct file {
        ::mode_t mode = 0600;
        std::string now, durable;
        std::vector<change> unsynced{};
    };
    using renaming = std::map<std::string, std::optional<file_id>>; // takes effect wholly or not at all
    struct directory {
        std::map<std::string, file_id> now, durable;
        std::vector<renaming> unsynced;
    };

    static void apply(std::string&, const change&);
    static void apply(std::map<std::string, file_id>&, const renaming&);
    static std::string partly_written(const file&, std::uint64_t seed);
    void add(renaming);

    std::map<file_id, file> files_; // those without a name too: one may be left on the disk
    directory names_;
};

} // namespace watchword::test
