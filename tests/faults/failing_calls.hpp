#pragma once

#include "shims/call_faults.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace watchword::test {

// Lets calls of a server fail: those on its SQLite database's files, and its allocations (shims/failing_calls.cpp).
// Not with sanitizers, which must be loaded before any other library. One thread.
class failing_calls {
public:
    failing_calls();
    ~failing_calls();
    failing_calls(const failing_calls&) = delete;
    failing_calls& operator=(const failing_calls&) = delete;

    // For the server's process.
    environment variables() const;

    // The nth call from now on fails with `error` of errno.h; 0: half of what was to be written is.
    void fail_nth(fallible, std::int64_t n, int error, database_file where = database_file::any);
    // The nth and all after it do, until stop().
    void fail_from(fallible, std::int64_t n, int error, database_file where = database_file::any);
    void fail_all(fallible which, int error) { fail_from(which, 1, error); }
    void stop(fallible);

    // Since the object was made.
    std::uint64_t made(fallible) const;
    std::uint64_t failed(fallible) const;
    // Allocations that were made and not given back.
    std::int64_t held() const;
    // Syncs of the write-ahead log after one had failed, by somebody who had not opened it again.
    std::uint64_t repeated_syncs() const { return shared_->syncs_of_suspect_log; }
    // Who asked for the memory that was refused last: FILE+OFFSET, innermost first.
    std::string where_memory_ended() const { return shared_->where_memory_ended.data(); }

private:
    void fail(fallible, std::int64_t n, bool lasts, int error, database_file where);
    call_fault& at(fallible which) const { return shared_->calls[static_cast<std::size_t>(which)]; }

    temporary_directory directory_;
    call_faults* shared_;
};

} // namespace watchword::test
