#pragma once

#include "core/clock.hpp"
#include "core/task.hpp"
#include "http/connection_counter.hpp"
#include "http/connection_figures.hpp"
#include "http/forwarded.hpp"
#include "http/limits.hpp"
#include "http/read_memory.hpp"
#include "http/request_reader.hpp"
#include "http/response_writer.hpp"
#include "http/router.hpp"
#include "http/security_headers.hpp"
#include "http/transport.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace watchword::http {

class connection;
using connection_hook = boost::intrusive::list_base_hook<>;
using connection_list = boost::intrusive::list<connection, boost::intrusive::base_hook<connection_hook>,
                                               boost::intrusive::constant_time_size<false>>;

// What the connections of one I/O thread share. One thread.
struct connection_context {
    const http::limits& limits;
    const http::router& router;
    const core::clock& clock;
    const forwarding& proxies;
    const core::network_list& uncounted; // clients that limits.connections_per_address does not hold for
    std::uint32_t log_every;             // see server_settings

    connection_list connections{};
    std::uint32_t not_logged = 0; // requests since the last line
    bool draining = false;        // every response now announces `Connection: close`
    bool handing_over = false;    // another process waits until this one is done
    std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now(); // at the last sweep
    http::date_line date{};
    security_lines plain_lines{}, secure_lines{};
    read_memory memory{};
    std::vector<std::string> spare_outputs{}; // for responses: a request allocates none, an idle connection holds none
    std::unique_ptr<connection_figures> figures = std::make_unique<connection_figures>();
};

// How often the connections of a thread are swept, and so how coarse timeouts are.
inline constexpr std::chrono::milliseconds sweep_interval{250};
// How long a connection without a request stays then: one may be under way.
inline constexpr std::chrono::milliseconds idle_while_draining{500};
// How long one may take then to send a request, or to read its answer, if another process waits.
inline constexpr std::chrono::milliseconds slow_while_handing_over{2000};
inline constexpr std::size_t spare_outputs_kept = 64; // the context must have room for them

// connection_place::take_of_client by the context's limits.
bool take_of_client(connection_place&, const core::ip_address& client, const connection_context&);

// Where a connection came from.
struct connection_origin {
    std::optional<core::ip_address> peer; // none: a Unix-domain socket
    bool proxy_protocol = false;          // its first bytes are a PROXY header
};

// One client. Lives on one I/O thread, owned by its own coroutine.
class connection : public connection_hook {
public:
    // `context` must outlive the connection.
    connection(transport, connection_origin, connection_place, connection_context& context);
    ~connection();

    // Serves requests until the client leaves, or an error, a limit or the drain ends it.
    core::task<> run();
    // By which run() is to be spawned: what a handler waits for is given up when its client goes away. The connection
    // must outlive its coroutine, to the last of Asio's frames.
    core::asio::cancellation_slot cancellation_slot() noexcept { return unwanted_.slot(); }
    // Instead of run(): answers whatever comes with one refusal. Plain text only.
    core::task<> turn_away(response r);

    // Called now and then by the thread: gives up what has taken too long, and clients that have gone in silence.
    void sweep(std::chrono::steady_clock::time_point now);
    // An idle connection may stay until `until`, for the request that is perhaps under way already.
    void drain(std::chrono::steady_clock::time_point until);
    // Another process waits: as context.handing_over from now on.
    void hurry();
    // Ends reading and writing at once; a handler is still waited for, but not for what it waits for in a queue.
    void cut();

private:
    enum class phase { opening, idle, header, body, answer, write, linger };

    core::task<bool> open();
    core::task<bool> read_proxy_header();
    core::task<> refuse_plain_text();
    core::task<bool> answer();
    core::task<bool> send_stream(response&, bool chunked);
    core::task<bool> send(std::string_view tail);
    core::task<bool> send_last(response r);
    core::task<> refuse(response r);
    core::task<> linger();
    void name_client(request&);
    void append_response(const response&, framing, std::string_view connection_field);
    void enter(phase, std::chrono::milliseconds timeout);
    std::chrono::milliseconds patience(std::chrono::milliseconds timeout) const;
    bool read_now();
    void enter_reading();
    void enter_handler();
    bool is_too_slow(std::chrono::steady_clock::time_point now) const;
    void give_up_handler();
    void look_for_client(std::chrono::steady_clock::time_point now);
    void ask_client();
    void abort() noexcept;
    bool closes_after(const response&) const;
    void acquire_output();
    void release_output() noexcept;
    void log_access(const request&, int status, std::chrono::steady_clock::time_point since);

    // What each request touches stands together: of thousands of connections that take turns, no cache has the next
    // one.
    transport transport_;
    connection_context& context_;
    std::string output_; // responses not sent yet
    request_reader reader_;
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::steady_clock::time_point phase_began_;
    std::uint64_t sent_ = 0;
    std::uint64_t sent_before_ = 0; // the phase began
    std::uint64_t served_ = 0;
    phase phase_ = phase::idle;
    bool secure_ = false;      // the current request, as request::secure
    bool trusts_peer_ = false; // to name the client it speaks for
    bool expired_ = false;
    // A read waits: after so many sweeps somebody looks whether it waits for nothing. 0: nobody will.
    std::uint8_t sweeps_to_look_ = 0;
    bool aborted_ = false;
    bool streams_ = false;          // a body whose end has not been sent
    bool ends_with_stream_ = false; // nothing but the end of the connection tells where that is
    bool gave_up_ = false;          // the handler has not answered in time, and the client has been told
    bool asked_ = false;            // whether the client is there, while the handler of this request waits
    bool left_ = false;             // the client, before its answer
    std::string peer_address_;      // or what a PROXY header said
    std::string client_subject_;
    std::string forwarded_address_; // of the client of the current request
    connection_origin origin_;
    connection_place place_;
    core::asio::cancellation_signal unwanted_;
};

} // namespace watchword::http
