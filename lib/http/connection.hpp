#pragma once

#include "core/clock.hpp"
#include "core/task.hpp"
#include "http/limits.hpp"
#include "http/request_reader.hpp"
#include "http/response_writer.hpp"
#include "http/router.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace watchword::http {

using tcp_socket = core::asio::basic_stream_socket<core::asio::ip::tcp, core::io_executor>;

class connection;
using connection_hook = boost::intrusive::list_base_hook<>;
using connection_list = boost::intrusive::list<connection, boost::intrusive::base_hook<connection_hook>,
                                               boost::intrusive::constant_time_size<false>>;

// What the connections of one I/O thread share. One thread, but for the counter.
struct connection_context {
    const http::limits& limits;
    const http::router& router;
    const core::clock& clock;
    const bool access_log;
    std::atomic<std::size_t>& open_connections; // of all threads

    connection_list connections{};
    bool draining = false; // every response now announces `Connection: close`
    http::date_line date{};
    std::vector<std::string> spare_buffers{}; // for responses: a request allocates none, an idle connection holds none
};

// One client. Lives on one I/O thread, owned by its own coroutine.
class connection : public connection_hook {
public:
    // `context` must outlive the connection.
    connection(tcp_socket, connection_context& context);
    ~connection();

    // Serves requests until the client leaves, or an error, a limit or the drain ends it.
    core::task<> run();

    // Called now and then by the thread: gives up what has taken too long, and clients that have gone in silence.
    void sweep(std::chrono::steady_clock::time_point now);
    // An idle connection may stay until `until`, for the request that is perhaps under way already.
    void drain(std::chrono::steady_clock::time_point until);
    // Ends reading and writing at once; a handler that runs is still waited for.
    void abort();

private:
    enum class phase { idle, header, body, answer, write, linger };

    core::task<bool> answer();
    core::task<bool> send_stream(response&, bool chunked);
    core::task<bool> send(std::string_view tail);
    core::task<> refuse(status, std::string_view code, std::string_view detail);
    core::task<> linger();
    bool send_now(std::string_view& head, std::string_view& tail, core::error_code&);
    void enter(phase, std::chrono::milliseconds timeout);
    void enter_reading();
    bool has_ended();
    bool closes_after(const response&) const;
    void acquire_output();
    void release_output();
    void log_access(const request&, const response&, std::chrono::steady_clock::time_point since) const;

    tcp_socket socket_;
    connection_context& context_;
    request_reader reader_;
    std::string output_; // responses not sent yet
    std::string remote_address_;
    std::chrono::steady_clock::time_point deadline_;
    std::uint64_t served_ = 0;
    phase phase_ = phase::idle;
    bool expired_ = false;
    bool looks_for_end_ = false; // a read waits, and nobody has looked yet whether it waits for nothing
    bool aborted_ = false;
};

} // namespace watchword::http
