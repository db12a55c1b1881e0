#pragma once

#include "http/chunked.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/read_memory.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace watchword::http {

// Turns the bytes of one connection into requests: RFC 9112, strict. The header block is framed and checked here,
// then parsed by Beast; body framing is ours alone. That closes what Boost 1.81 leaves open: lenient
// Transfer-Encoding, unchecked Host and targets, folded lines, trailers that become headers, unbounded chunk
// extensions. When in doubt, a request is refused and the connection ends. No sockets; one thread.
//
// Use: read into prepare(), commit() what came, advance() until it says need_more; take current() when ready, then
// next(). After failed nothing more can be read. rest() before a wait for bytes, and after a read that brought none,
// gives back the memory of a reader that is idle.
class request_reader {
public:
    enum class state { need_more, ready, failed };

    // Both must outlive the reader.
    request_reader(const limits&, read_memory&);
    ~request_reader();
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    // Room for at least one byte; none if there is no memory.
    std::span<char> prepare() noexcept;
    void rest() noexcept;
    void commit(std::size_t size) noexcept
    {
        end_ += size;
        received_ += size;
    }
    state advance();

    // After ready, until next().
    request& current() noexcept { return *request_; }
    // Whether the client wants the connection kept (RFC 9112 section 9.3).
    bool keep_alive() const noexcept { return keep_alive_; }
    void next();

    // After failed: what to answer, and why, for the client.
    http::status failure() const noexcept { return failure_; }
    std::string_view failure_reason() const noexcept { return failure_reason_; }

    // True once for a request whose body waits for a 100 (Continue).
    bool take_continue() noexcept { return std::exchange(wants_continue_, false); }
    // Nothing of a next request has arrived.
    bool is_idle() const noexcept { return begin_ == end_ && phase_ == phase::head; }
    bool is_reading_body() const noexcept { return phase_ == phase::fixed_body || phase_ == phase::chunked_body; }
    // The last read left no room: there may be more to read at once.
    bool is_full() const noexcept { return buffer_ && end_ == capacity_; }
    bool has_unread_bytes() const noexcept { return begin_ != end_; }
    // Bytes of the body that is being read, chunks' frames too.
    std::uint64_t body_received() const noexcept { return received_ - body_began_; }

private:
    enum class phase { head, fixed_body, chunked_body, complete, failed };
    enum class scan { unfinished, complete, malformed };

    state advance_head();
    state advance_fixed_body();
    state advance_chunked_body();
    state parse_head(std::size_t size);
    state fail(http::status, std::string_view why) noexcept;
    scan scan_lines(); // checks what has arrived of the header block
    scan end_line();
    std::string_view check_target();
    std::string_view check_fields(); // why they are refused; empty if they are not
    void reserve(std::size_t more);
    void give_memory_back() noexcept;
    void rebase(const char* from, const char* to) noexcept;

    const limits& limits_;
    read_memory& memory_;
    std::unique_ptr<char[]> buffer_;   // null while it rests
    std::unique_ptr<request> request_; // that too
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;                          // of the current request
    std::size_t end_ = 0;                            // of what has arrived
    std::size_t scanned_ = 0, line_ = 0, lines_ = 0; // while reading the head: positions, and complete lines
    std::size_t body_ = 0;                           // where the body starts
    std::size_t body_end_ = 0;                       // where its decoded bytes end
    std::size_t next_ = 0;                           // where the next request starts
    std::uint64_t content_length_ = 0;
    std::uint64_t received_ = 0;   // all bytes that ever came
    std::uint64_t body_began_ = 0; // after so many of them
    phase phase_ = phase::head;
    bool keep_alive_ = true;
    bool wants_continue_ = false;
    bool skipped_empty_line_ = false;
    http::status failure_{};
    std::string_view failure_reason_;
    std::optional<chunked_decoder> chunks_;
};

} // namespace watchword::http
