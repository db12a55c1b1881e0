#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::load {

// Reads one response after another from the pieces in which they arrive. Looks only at what a client must know: the
// status, where the body ends, whether the connection goes on; bodies are counted, and compared or kept if wished.
// Interim responses (1xx) are passed over.
class response_reader {
public:
    enum class state { reading, done, failed };

    // Before each response. `expected`, if not null, is compared with the body and must outlive the response.
    void start(bool to_head_request, const std::string* expected);
    // And keeps this response's body, or of a longer one the beginning.
    void start_keeping(const std::string* expected);

    // Takes what belongs to this response, and says how many bytes that was.
    std::size_t feed(std::string_view bytes);
    // The server has closed: that ends a body without a length, and breaks any other.
    void end_of_input();

    state now() const noexcept { return state_; }
    // Of a response whose state is done:
    unsigned status() const noexcept { return status_; }
    bool closes() const noexcept { return closes_; }
    bool has_expected_body() const noexcept { return body_fits_ && (!expected_ || body_bytes_ == expected_->size()); }

    std::uint64_t body_bytes() const noexcept { return body_bytes_; }
    // What was kept of it; std::nullopt if it was longer than may be kept.
    std::optional<std::string_view> kept_body() const noexcept
    {
        return body_.size() == body_bytes_ ? std::optional<std::string_view>(body_) : std::nullopt;
    }
    static constexpr std::size_t longest_kept_body = 1024 * 1024;

private:
    enum class part { head, body, body_until_close, chunk_size, chunk, chunk_end, trailer };

    std::size_t feed_head(std::string_view);
    std::size_t feed_body(std::string_view);
    std::size_t feed_line(std::string_view);
    void read_head(std::string_view);
    void read_field(std::string_view line);
    void read_line(std::string_view);
    void enter_body();
    void take_body(std::string_view);
    void look_at_body(std::string_view);

    state state_ = state::done;
    part part_ = part::head;
    std::string kept_; // a head or a line that has not come whole yet
    std::uint64_t left_ = 0;
    std::uint64_t body_bytes_ = 0;
    const std::string* expected_ = nullptr;
    std::string body_;
    unsigned status_ = 0;
    bool to_head_request_ = false;
    bool closes_ = false;
    bool has_length_ = false;
    bool chunked_ = false;
    bool body_fits_ = true;
    bool keeps_ = false;
    bool looks_at_body_ = false; // to compare or to keep it
};

} // namespace watchword::load
