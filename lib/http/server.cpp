#include "http/server.hpp"

#include "core/log.hpp"
#include "core/workers.hpp"
#include "http/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <charconv>
#include <list>
#include <new>
#include <stdexcept>
#include <thread>

namespace watchword::http {
namespace {

namespace asio = core::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;

using tcp_acceptor = asio::basic_socket_acceptor<tcp, core::io_executor>;
using steady_timer = asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, core::io_executor>;

constexpr auto no_throw = asio::as_tuple(core::use_task);
constexpr std::chrono::milliseconds sweep_interval{250};
constexpr std::chrono::milliseconds idle_while_draining{500};
constexpr std::chrono::milliseconds accept_pause{100};
constexpr int backlog = 4096;

constexpr std::string_view too_many_connections = "HTTP/1.1 503 Service Unavailable\r\n"
                                                  "Connection: close\r\n"
                                                  "Retry-After: 1\r\n"
                                                  "Content-Length: 0\r\n\r\n";

tcp::endpoint parse_endpoint(const std::string& text)
{
    const auto colon = text.rfind(':');
    if (colon == text.npos) throw std::runtime_error("cannot listen on '" + text + "': write ADDRESS:PORT");
    std::string host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    unsigned port = 0;
    const char* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data() + colon + 1, last, port);
    if (failed != std::errc() || end != last || port > 65535)
        throw std::runtime_error("cannot listen on '" + text + "': the port must be a number from 0 to 65535");
    core::error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    if (ec) throw std::runtime_error("cannot listen on '" + text + "': not an IP address: '" + host + "'");
    return {address, static_cast<std::uint16_t>(port)};
}

tcp_acceptor open_acceptor(asio::io_context& context, const tcp::endpoint& endpoint)
{
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    tcp_acceptor acceptor(context.get_executor());
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.set_option(reuse_port(true));
    if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true));
    acceptor.bind(endpoint);
    acceptor.listen(backlog);
    acceptor.non_blocking(true);
    return acceptor;
}

// SO_REUSEPORT would let a second server share the port in silence; a bind without it tells.
void check_free(asio::io_context& context, const tcp::endpoint& endpoint)
{
    if (endpoint.port() == 0) return;
    tcp_acceptor probe(context.get_executor());
    probe.open(endpoint.protocol());
    probe.set_option(asio::socket_base::reuse_address(true));
    if (endpoint.address().is_v6()) probe.set_option(asio::ip::v6_only(true));
    probe.bind(endpoint);
}

std::string to_text(const tcp::endpoint& endpoint)
{
    const auto address = endpoint.address().to_string();
    const auto port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

core::task<> serve(std::unique_ptr<connection> c)
{
    co_await c->run();
}

bool is_out_of_resources(const core::error_code& ec)
{
    return ec == asio::error::no_descriptors || ec == asio::error::no_memory || ec == asio::error::no_buffer_space ||
           ec == core::error_code(ENFILE, boost::system::system_category());
}

// One I/O thread: its context, its acceptors and its connections. Everything but post_… runs on the thread itself.
class io_thread {
public:
    io_thread(connection_context context, std::size_t number)
        : context_(std::move(context)), sweep_timer_(io_.get_executor()), number_(number)
    {}

    tcp::endpoint listen(const tcp::endpoint& endpoint)
    {
        if (number_ == 0) check_free(io_, endpoint);
        acceptors_.push_back(open_acceptor(io_, endpoint));
        return acceptors_.back().local_endpoint();
    }

    void start()
    {
        for (auto& acceptor : acceptors_) {
            ++accepting_;
            const auto ended = [this](const std::exception_ptr& failure) {
                if (failure) core::log::error("an I/O thread accepts no more connections", {});
                --accepting_;
                sweep_timer_.cancel();
            };
            asio::co_spawn(io_, accept(acceptor), ended);
        }
        asio::co_spawn(io_, sweep(), asio::detached);
        thread_ = std::thread([this] { run(); });
    }
    void join()
    {
        if (thread_.joinable()) thread_.join();
    }

    void post_drain(steady_clock::time_point until)
    {
        asio::post(io_, [this, until] { drain(until); });
    }
    void post_abort()
    {
        asio::post(io_, [this] { abort(); });
    }

private:
    void run()
    {
        core::name_this_thread("io/" + std::to_string(number_));
        for (;;) {
            try {
                io_.run();
                return;
            } catch (const std::exception& e) {
                core::log::error("an I/O thread caught an exception", {{"what", e.what()}});
            }
        }
    }

    core::task<> accept(tcp_acceptor& acceptor)
    {
        while (!context_.draining) {
            auto [ec, socket] = co_await acceptor.async_accept(io_.get_executor(), no_throw);
            if (!ec) {
                admit(std::move(socket));
                continue;
            }
            if (ec == asio::error::operation_aborted || context_.draining) break;
            if (!is_out_of_resources(ec)) continue; // the client has gone again
            core::log::warning("cannot accept connections for a moment", {{"error", ec.message()}});
            steady_timer pause(io_.get_executor(), accept_pause);
            co_await pause.async_wait(no_throw);
        }
    }

    void admit(tcp_socket socket)
    {
        if (context_.open_connections.load(std::memory_order_relaxed) >= context_.limits.connections) {
            core::error_code ignored;
            socket.non_blocking(true, ignored);
            socket.write_some(asio::buffer(too_many_connections), ignored);
            return;
        }
        try {
            auto c = std::make_unique<connection>(std::move(socket), context_);
            if (context_.draining) c->drain(steady_clock::now() + idle_while_draining);
            asio::co_spawn(io_, serve(std::move(c)), asio::detached);
        } catch (const std::bad_alloc&) { // one client less, but accepting goes on
            core::log::error("out of memory for a connection", {});
        }
    }

    // Timeouts are coarse: a timer for each operation would cost 4 to 5 us a request. Goes on until no connection is
    // left and none can come: one may have been accepted just before its acceptor was closed.
    core::task<> sweep()
    {
        while (!context_.draining || accepting_ != 0 || !context_.connections.empty()) {
            sweep_timer_.expires_after(sweep_interval);
            co_await sweep_timer_.async_wait(no_throw);
            const auto now = steady_clock::now();
            for (auto& c : context_.connections) c.sweep(now);
            if (context_.draining && now >= drain_until_) abort();
        }
    }

    void drain(steady_clock::time_point until)
    {
        context_.draining = true;
        drain_until_ = until;
        for (auto& acceptor : acceptors_) {
            admit_waiting(acceptor);
            core::error_code ignored;
            acceptor.close(ignored);
        }
        const auto idle_until = std::min(until, steady_clock::now() + idle_while_draining);
        for (auto& c : context_.connections) c.drain(idle_until);
        sweep_timer_.cancel();
    }

    // Clients whose connection the kernel has completed already would be reset by closing the acceptor.
    void admit_waiting(tcp_acceptor& acceptor)
    {
        for (;;) {
            core::error_code ec;
            tcp_socket socket(io_.get_executor());
            acceptor.accept(socket, ec);
            if (ec) return;
            admit(std::move(socket));
        }
    }

    // The sweep does the same to those that still come.
    void abort()
    {
        drain_until_ = steady_clock::time_point::min();
        for (auto& c : context_.connections) c.abort();
    }

    asio::io_context io_{1};
    connection_context context_;
    steady_timer sweep_timer_;
    std::list<tcp_acceptor> acceptors_;
    std::size_t accepting_ = 0; // coroutines that do
    steady_clock::time_point drain_until_ = steady_clock::time_point::max();
    std::size_t number_;
    std::thread thread_;
};

} // namespace

struct server::state {
    server_settings settings;
    std::atomic<std::size_t> open_connections{0};
    std::list<io_thread> threads;
    std::vector<std::string> addresses;
    std::mutex mutex; // guards what follows
    bool started = false;
    bool stopping = false;
};

server::server(server_settings settings, const router& routes, const core::clock& clock)
    : state_(std::make_unique<state>())
{
    auto& s = *state_;
    s.settings = std::move(settings);
    const std::size_t count =
        s.settings.threads != 0 ? s.settings.threads : std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i)
        s.threads.emplace_back(
            connection_context{s.settings.limits, routes, clock, s.settings.access_log, s.open_connections}, i);
    for (const auto& text : s.settings.listen) {
        auto endpoint = parse_endpoint(text);
        try {
            for (auto& thread : s.threads) endpoint = thread.listen(endpoint);
        } catch (const boost::system::system_error& e) {
            throw std::runtime_error("cannot listen on " + text + ": " + e.code().message());
        }
        s.addresses.push_back(to_text(endpoint));
    }
}

server::~server()
{
    stop();
    wait();
}

const std::vector<std::string>& server::addresses() const noexcept
{
    return state_->addresses;
}

std::size_t server::connections() const noexcept
{
    return state_->open_connections.load(std::memory_order_relaxed);
}

void server::start()
{
    const std::lock_guard lock(state_->mutex);
    if (state_->started || state_->stopping) return;
    state_->started = true;
    for (auto& thread : state_->threads) thread.start();
}

void server::stop()
{
    const std::lock_guard lock(state_->mutex);
    const bool again = std::exchange(state_->stopping, true);
    const auto until = steady_clock::now() + state_->settings.drain_timeout;
    for (auto& thread : state_->threads) again ? thread.post_abort() : thread.post_drain(until);
}

void server::wait()
{
    for (auto& thread : state_->threads) thread.join();
}

} // namespace watchword::http
