#pragma once

#include "accounts/breached_format.hpp"
#include "core/descriptor.hpp"
#include "core/error.hpp"

#include <string>
#include <string_view>

namespace watchword::accounts {

// The passwords of a list that `watchword breached build` has made a file of, mapped into memory: any number of
// programs share one copy, and what is not asked for may stay on the disk. Never denies a password of the list, and
// takes 1 of 256 others for one of it. Thread-safe; may wait for the disk.
//
// A new list comes as a new file that takes the place of the old one, which stays as it was for those who have it open.
// A file that is cut off in place is noticed at the next question; during one, or when the disk cannot be read, the
// system ends the program (SIGBUS), as it does for the program's own file.
class breached_filter {
public:
    // Throws std::runtime_error that names the file and says what is wrong: it cannot be opened, is no such file, is
    // cut off, or its table is damaged. The passwords themselves are not read; see is_whole.
    explicit breached_filter(const std::string& file);
    ~breached_filter();
    breached_filter(const breached_filter&) = delete;
    breached_filter& operator=(const breached_filter&) = delete;

    // Errors: unavailable (the file was cut off).
    core::result<bool> contains(const crypto::sha1::digest&) const;
    core::result<bool> contains_password(std::string_view) const;

    const breached_index& index() const noexcept { return index_; }
    // Reads all of it: whether the fingerprints are those that were written. Errors as above.
    core::result<bool> is_whole() const;

private:
    bool is_there() const noexcept;

    core::descriptor file_;
    breached_index index_;
    const char* bytes_ = nullptr; // mapped, index_.file_size of them
};

} // namespace watchword::accounts
