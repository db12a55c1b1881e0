#pragma once

#include "http/request_reader.hpp"
#include "http/sockets.hpp"
#include "http/tls.hpp"

#include <memory>
#include <string_view>

namespace watchword::http {

// What is known of a client without reading.
enum class presence {
    there,
    half_closed, // sends no more: it has closed its side, or its socket
    gone,        // has reset the connection, or closed both sides
};

// A client's socket, with or without TLS on it. One thread.
class transport {
public:
    // `tls`: null for plain text.
    transport(stream_socket, std::unique_ptr<tls_session> tls);
    transport(transport&&) = default;
    // TLS says that nothing more will come, so that the end cannot be taken for a cut.
    ~transport();

    bool is_secure() const noexcept { return is_secure_; }
    const tls_session* tls() const noexcept { return tls_.get(); } // null after close(), too
    stream_socket& socket() noexcept { return socket_; }

    // TLS only. An error: why there will be no session; not_tls means that the client spoke something else.
    core::task<core::error_code> shake_hands();
    bool spoke_plain_text() const noexcept { return spoke_plain_text_; }
    // After that: answers it in kind.
    void speak_plain_text() noexcept;
    // TLS only: waits for bytes and puts them into `reader`, which must outlive the task.
    core::task<core::error_code> read(request_reader& reader);

    // Sends what the socket takes now and removes it from the front of both; true when nothing is left. would_block:
    // wait_to_write() and go on.
    bool write_now(std::string_view& head, std::string_view& tail, core::error_code&);
    core::task<core::error_code> wait_to_write();

    // Whether bytes have come that were not read.
    bool has_input();
    // Whether the client has closed its side, or reset the connection, and all it sent is read; see ready_buffer.
    bool has_ended();
    // Whatever it has sent, read or not.
    presence client() noexcept;
    // No more will be sent; TLS says so first.
    void shutdown_send();
    // Ends a wait with operation_aborted.
    void cancel();
    // Makes close() say that something went wrong: what has not been sent is dropped.
    void reset_when_closed() noexcept;
    void close() noexcept;

private:
    core::error_code look(); // at the next byte
    bool write_plain(std::string_view& head, std::string_view& tail, core::error_code&);
    bool write_tls(std::string_view& bytes, core::error_code&);

    stream_socket socket_;
    std::unique_ptr<tls_session> tls_;
    bool is_secure_;
    bool write_waits_to_read_ = false; // TLS may need an answer before it can go on
    bool spoke_plain_text_ = false;
};

} // namespace watchword::http
