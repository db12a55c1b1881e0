#pragma once

#include "core/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <sys/types.h>

namespace watchword::store {

// A file that is written under another name, NAME.unfinished, and takes its place when it is whole. Only its
// owner can read it. If it has not taken its place when the object goes, it is removed; one that a killed program left
// behind is written anew, and made anew if it is somebody else's. Members throw std::runtime_error for the operator.
// One thread.
class unfinished_file {
public:
    // Creates it, empty. Refused while another program writes the same.
    explicit unfinished_file(std::filesystem::path place);
    ~unfinished_file();
    unfinished_file(const unfinished_file&) = delete;
    unfinished_file& operator=(const unfinished_file&) = delete;

    const std::filesystem::path& name() const noexcept { return name_; }
    // For what is no database, and so is written by nobody else.
    void write(std::uint64_t offset, std::string_view bytes);
    void set_owner(::uid_t, ::gid_t, ::mode_t);
    // Until this has returned, it may be lost with the machine's power.
    void sync();

    // Takes its place, for good: also the directory is synced. Refused if something is there and may not be replaced.
    void put_in_place(bool replace);
    // The same, and what was there is `kept` then. Both happen at once.
    void exchange_for_place(const std::filesystem::path& kept);

private:
    void remove_files_beside() noexcept;

    const std::filesystem::path place_;
    std::filesystem::path name_; // empty: it is in its place
    core::descriptor file_;      // locked; closed after every SQLite connection to it
};

// Makes names that were given and taken in the directory of `file` durable.
void sync_directory_of(const std::filesystem::path& file);

} // namespace watchword::store
