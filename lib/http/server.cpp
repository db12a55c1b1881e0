#include "http/server.hpp"

#include "core/log.hpp"
#include "core/workers.hpp"
#include "http/connection.hpp"
#include "http/listener.hpp"
#include "http/sockets.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <list>
#include <new>
#include <stdexcept>
#include <thread>

namespace watchword::http {
namespace {

namespace asio = core::asio;
using std::chrono::steady_clock;

constexpr auto no_throw = asio::as_tuple(core::use_task);
constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::chrono::milliseconds last_handshakes{10}; // that a stop lets end before it closes its sockets
constexpr std::size_t most_turned_away = 256;            // at a time, by each thread; more are closed without a word

core::task<> serve(connection& c)
{
    try {
        co_await c.run();
    } catch (const std::exception& e) {
        core::log::error("a connection failed", {{"reason", e.what()}});
    }
}

// Owns a connection until nothing is left of its coroutine.
struct end_of_connection {
    std::unique_ptr<connection> c;
    void operator()(const std::exception_ptr&) const noexcept {}
};

// Takes one off a count when it goes.
struct count_down {
    void operator()(std::size_t* count) const noexcept { --*count; }
};
using counted = std::unique_ptr<std::size_t, count_down>;

core::task<> turn_away(std::unique_ptr<connection> c, response r, counted)
{
    co_await c->turn_away(std::move(r));
}

response too_many(status s, std::string_view detail)
{
    response r = problem(s, "too_many_connections", detail);
    r.set("Retry-After", "1");
    return r;
}

// Nothing for a Unix-domain socket.
std::optional<core::ip_address> address_of(const stream_acceptor::endpoint_type& endpoint)
{
    const auto family = endpoint.data()->sa_family;
    if (family != AF_INET && family != AF_INET6) return std::nullopt;
    asio::ip::tcp::endpoint tcp;
    tcp.resize(endpoint.size());
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    return core::unmapped(tcp.address());
}

// Whether accept(2) failed because of the one client: the next may be tried at once. After anything else, such as too
// many open files or a socket that listens no more, trying again would fail again.
bool is_about_one_client(const core::error_code& ec)
{
    if (ec.category() != boost::system::system_category()) return false;
    switch (ec.value()) {
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case EHOSTDOWN:
    case EHOSTUNREACH: return true;
    default: return false;
    }
}

// What may change while the server runs: each thread has its own.
struct live_rules {
    explicit live_rules(const server_settings& s)
        : limits(s.limits), proxies(s.proxies), uncounted(s.uncounted), hsts(s.hsts), log_every(s.log_every)
    {}
    http::limits limits;
    forwarding proxies;
    core::network_list uncounted;
    std::chrono::seconds hsts;
    std::uint32_t log_every;
};

// What all I/O threads share. Thread-safe.
struct shared_parts {
    server_settings settings;
    connection_counter counter;
    std::unique_ptr<tls_context> tls; // null without
};

// One I/O thread: its context, its acceptors and its connections. Everything but post_... runs on the thread itself.
class io_thread {
public:
    io_thread(shared_parts& shared, const router& routes, const core::clock& clock, std::size_t number)
        : shared_(shared),
          rules_(shared.settings),
          context_{rules_.limits, routes, clock, rules_.proxies, rules_.uncounted, rules_.log_every},
          sweep_timer_(io_.get_executor()),
          number_(number)
    {
        context_.spare_outputs.reserve(spare_outputs_kept);
        context_.secure_lines = security_lines(true, rules_.hsts);
    }

    // `where` must outlive the thread.
    void listen(listener& where) { doors_.emplace_back(where.acceptor(io_), where); }

    // When it last looked after its connections. Any thread.
    steady_clock::time_point swept_at() const noexcept
    {
        return steady_clock::time_point(steady_clock::duration(swept_at_.load(std::memory_order_relaxed)));
    }

    void start()
    {
        note_sweep(steady_clock::now());
        asio::co_spawn(io_, sweep(), asio::detached);
        thread_ = std::thread([this] { run(); });
    }
    void join()
    {
        if (thread_.joinable()) thread_.join();
    }

    connection_counts counts() const noexcept { return context_.figures->read(); } // any thread

    void post_rules(const server_settings& settings)
    {
        asio::post(io_, [this, rules = live_rules(settings)]() mutable {
            rules_ = std::move(rules);
            context_.log_every = rules_.log_every;
            context_.secure_lines = security_lines(true, rules_.hsts);
        });
    }
    // Connections end, one after the other, while new ones are accepted; a moment later the sockets of these listeners
    // are left to another process, with who waits in their queues, and the others are drained.
    void post_hand_over(std::vector<const listener*> taken, steady_clock::time_point until)
    {
        asio::post(io_, [this, taken = std::move(taken), until] {
            if (context_.draining) return;
            for (auto& each : doors_) each.taken = std::find(taken.begin(), taken.end(), &each.where) != taken.end();
            end_connections(until);
            leave_doors_at_ = steady_clock::now() + idle_while_draining + sweep_interval;
        });
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
    struct door {
        door(stream_acceptor a, const listener& l) : acceptor(std::move(a)), where(l) {}
        stream_acceptor acceptor;
        const listener& where;
        std::size_t accepting = 0; // coroutines that do: one, or none
        bool taken = false;        // by another process
    };

    void run()
    {
        core::name_this_thread("io/" + std::to_string(number_));
        for (;;) {
            try {
                io_.run();
                return;
            } catch (const std::exception& e) {
                core::log::error("an I/O thread caught an exception", {{"reason", e.what()}});
            }
        }
    }

    // Ends when there is no memory, too: Asio drops a coroutine that waits for a client whose socket there is no memory
    // for. The sweep starts another.
    core::task<> accept(door& d)
    {
        const counted one(&++d.accepting);
        while (accepts_) {
            stream_acceptor::endpoint_type from;
            auto [ec, socket] = co_await d.acceptor.async_accept(io_.get_executor(), from, no_throw);
            if (!ec) {
                admit(std::move(socket), from, d.where);
                continue;
            }
            if (ec == asio::error::operation_aborted || !accepts_) break;
            if (is_about_one_client(ec)) continue;
            core::log::warning("cannot accept connections for a moment", {{"reason", ec.message()}});
            steady_timer pause(io_.get_executor(), accept_pause);
            co_await pause.async_wait(no_throw);
        }
        sweep_timer_.cancel();
    }

    void admit(stream_socket socket, const stream_acceptor::endpoint_type& from, const listener& where)
    try {
        const auto& limits = context_.limits;
        connection_origin origin{address_of(from), where.proxy_protocol()};
        if (!origin.peer && !where.is_unix()) return; // it must not pass for a client of a Unix-domain socket
        auto place = connection_place::take(shared_.counter, limits.connections);
        if (!place) {
            connection_figures::note(context_.figures->refused);
            response r = too_many(status::service_unavailable, "There are too many connections; try again shortly.");
            return refuse(std::move(socket), where, std::move(origin), std::move(r));
        }
        // Behind a PROXY header the client is somebody else, whom the connection counts when it knows.
        if (origin.peer && !origin.proxy_protocol && !take_of_client(place, *origin.peer, context_)) {
            connection_figures::note(context_.figures->refused_of_client);
            response r = too_many(status::too_many_requests, "Your address has too many connections.");
            return refuse(std::move(socket), where, std::move(origin), std::move(r));
        }
        auto tls = where.tls() ? shared_.tls->accept(socket.native_handle()) : nullptr;
        auto c = std::make_unique<connection>(transport(std::move(socket), std::move(tls)), std::move(origin),
                                              std::move(place), context_);
        connection& made = *c;
        connection_figures::note(context_.figures->opened);
        asio::co_spawn(io_, serve(made),
                       asio::bind_cancellation_slot(made.cancellation_slot(), end_of_connection{std::move(c)}));
    } catch (const std::exception& e) { // one client less, but accepting goes on
        core::log::error("a connection could not be made", {{"reason", e.what()}});
    }

    // TLS has no place for an answer before its handshake.
    void refuse(stream_socket socket, const listener& where, connection_origin origin, response r)
    {
        if (where.tls() || where.proxy_protocol() || turned_away_ == most_turned_away) return;
        auto c = std::make_unique<connection>(transport(std::move(socket), nullptr), std::move(origin),
                                              connection_place(), context_);
        asio::co_spawn(io_, turn_away(std::move(c), std::move(r), counted(&++turned_away_)), asio::detached);
    }

    // Timeouts are coarse: a timer for each operation would cost 4 to 5 us a request. Goes on until no connection is
    // left and none can come: one may have been accepted just before its acceptor was closed.
    core::task<> sweep()
    {
        while (!context_.draining || may_get_clients() || !context_.connections.empty()) {
            sweep_once();
            try {
                sweep_timer_.expires_after(!accepts_ && may_get_clients() ? last_handshakes : sweep_interval);
                co_await sweep_timer_.async_wait(no_throw);
            } catch (const std::bad_alloc&) { // nothing else would run without memory either
                std::this_thread::sleep_for(accept_pause);
            }
        }
    }

    void note_sweep(steady_clock::time_point now) noexcept
    {
        swept_at_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }

    void sweep_once()
    try {
        const auto now = context_.now = steady_clock::now();
        note_sweep(now);
        if (now >= leave_doors_at_) leave_doors();
        if (now >= close_doors_at_) close_doors();
        if (context_.draining && now >= drain_until_) abort();
        for (auto& c : context_.connections) c.sweep(now);
        for (auto& each : doors_)
            if (each.accepting == 0 && accepts_) asio::co_spawn(io_, accept(each), asio::detached);
    } catch (const std::exception& e) {
        core::log::error("a sweep failed", {{"reason", e.what()}});
    }

    bool may_get_clients() const
    {
        return std::any_of(doors_.begin(), doors_.end(), [](const door& each) { return each.acceptor.is_open(); });
    }

    void drain(steady_clock::time_point until)
    {
        end_connections(until);
        accepts_ = false;
        for (auto& each : doors_)
            if (!each.taken) keep_clients_out(each.acceptor);
        close_doors_at_ = steady_clock::now() + last_handshakes;
        sweep_timer_.cancel();
    }

    void end_connections(steady_clock::time_point until)
    {
        context_.draining = true;
        drain_until_ = until;
        const auto idle_until = std::min(until, steady_clock::now() + idle_while_draining);
        for (auto& c : context_.connections) c.drain(idle_until);
    }

    // From here on the other process is waited for, so nobody may hold things up by being slow.
    void leave_doors()
    {
        leave_doors_at_ = steady_clock::time_point::max();
        context_.handing_over = true;
        for (auto& c : context_.connections) c.hurry();
        drain(drain_until_);
    }

    void close_doors()
    {
        close_doors_at_ = steady_clock::time_point::max();
        for (auto& each : doors_) {
            core::error_code ignored;
            if (each.taken) { // to close it would leave it registered for events, as it is open elsewhere
                const core::descriptor left(each.acceptor.release(ignored));
                continue;
            }
            admit_waiting(each);
            each.acceptor.close(ignored);
        }
    }

    // Clients whose connection the kernel has completed already would be reset by closing the acceptor.
    void admit_waiting(door& d)
    try {
        for (;;) {
            core::error_code ec;
            stream_socket socket(io_.get_executor());
            stream_acceptor::endpoint_type from;
            d.acceptor.accept(socket, from, ec);
            if (ec) return;
            admit(std::move(socket), from, d.where);
        }
    } catch (const std::exception& e) {
        core::log::error("waiting connections were lost", {{"reason", e.what()}});
    }

    // The sweep does the same to those that still come.
    void abort()
    {
        drain_until_ = steady_clock::time_point::min();
        for (auto& c : context_.connections) c.cut();
    }

    asio::io_context io_{1};
    shared_parts& shared_;
    live_rules rules_;
    connection_context context_;
    steady_timer sweep_timer_;
    std::list<door> doors_;
    std::atomic<steady_clock::rep> swept_at_{0};
    std::size_t turned_away_ = 0;
    bool accepts_ = true;
    steady_clock::time_point leave_doors_at_ = steady_clock::time_point::max();
    steady_clock::time_point close_doors_at_ = steady_clock::time_point::max();
    steady_clock::time_point drain_until_ = steady_clock::time_point::max();
    std::size_t number_;
    std::thread thread_;
};

} // namespace

struct server::state {
    explicit state(server_settings s, std::uint64_t seed) : shared{std::move(s), connection_counter(seed), nullptr} {}

    shared_parts shared;
    std::vector<std::unique_ptr<listener>> listeners;
    std::list<io_thread> threads;
    std::vector<std::string> addresses;
    mutable std::mutex mutex; // guards what follows
    std::chrono::milliseconds drain_timeout{shared.settings.drain_timeout};
    bool started = false;
    bool handing_over = false;
    bool stopping = false;
};

server::server(server_settings settings, const router& routes, const core::clock& clock, core::random_source& random,
               std::vector<handed_listener>* handed)
{
    state_ = std::make_unique<state>(std::move(settings), core::random_value<std::uint64_t>(random));
    auto& s = *state_;
    const auto& given = s.shared.settings;
    if (given.tls) s.shared.tls = std::make_unique<tls_context>(*given.tls, clock, random);
    for (const auto& text : given.listen)
        for (auto& each : handed ? listener::open(text, *handed) : listener::open(text))
            s.listeners.push_back(std::move(each));
    const std::size_t count = given.threads != 0 ? given.threads : std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) s.threads.emplace_back(s.shared, routes, clock, i);
    for (auto& each : s.listeners) {
        if (each->tls() && !s.shared.tls)
            throw std::runtime_error("cannot listen on " + each->address() + ": TLS needs a certificate and a key");
        try {
            do
                for (auto& thread : s.threads) thread.listen(*each);
            while (each->has_more());
        } catch (const boost::system::system_error& e) {
            throw std::runtime_error("cannot listen on " + each->address() + ": " + e.code().message());
        }
        s.addresses.push_back(each->address());
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
    return state_->shared.counter.all();
}

connection_counts server::counts() const noexcept
{
    connection_counts all;
    for (const auto& each : state_->threads) all += each.counts();
    return all;
}

bool server::is_draining() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->stopping;
}

void server::reconfigure(const server_settings& settings)
{
    if (state_->shared.tls && !settings.tls)
        throw std::runtime_error("TLS needs its certificate and its key as long as the server runs");
    if (state_->shared.tls) state_->shared.tls->reload(*settings.tls);
    const std::lock_guard lock(state_->mutex);
    state_->drain_timeout = settings.drain_timeout;
    for (auto& thread : state_->threads) thread.post_rules(settings);
}

bool server::gets_on(std::chrono::milliseconds within) const
{
    const std::lock_guard lock(state_->mutex);
    if (!state_->started || state_->stopping || state_->handing_over) return true;
    const auto since = steady_clock::now() - within;
    return std::all_of(state_->threads.begin(), state_->threads.end(),
                       [since](const io_thread& each) { return each.swept_at() >= since; });
}

void server::start()
{
    const std::lock_guard lock(state_->mutex);
    if (state_->started || state_->stopping) return;
    for (auto& each : state_->listeners) each->own();
    state_->started = true;
    for (auto& thread : state_->threads) thread.start();
}

void server::stop()
{
    const std::lock_guard lock(state_->mutex);
    const bool again = std::exchange(state_->stopping, true);
    if (state_->handing_over && !again) return; // it stops already
    const auto until = steady_clock::now() + state_->drain_timeout;
    for (auto& thread : state_->threads) again ? thread.post_abort() : thread.post_drain(until);
    for (auto& each : state_->listeners) each->close();
}

std::vector<handed_listener> server::duplicate_sockets() const
{
    const std::lock_guard lock(state_->mutex);
    std::vector<handed_listener> all;
    if (state_->stopping || state_->handing_over) return all;
    for (const auto& each : state_->listeners) all.push_back(each->hand());
    return all;
}

bool server::hand_over(const std::vector<std::string>& addresses)
{
    const std::lock_guard lock(state_->mutex);
    if (!state_->started || state_->stopping || std::exchange(state_->handing_over, true)) return false;
    std::vector<const listener*> taken;
    for (const auto& each : state_->listeners) {
        if (std::find(addresses.begin(), addresses.end(), each->bare_address()) == addresses.end()) {
            each->close();
        } else {
            each->leave_path();
            taken.push_back(each.get());
        }
    }
    const auto until = steady_clock::now() + state_->drain_timeout;
    for (auto& thread : state_->threads) thread.post_hand_over(taken, until);
    return true;
}

bool server::is_handing_over() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->handing_over;
}

void server::wait()
{
    for (auto& thread : state_->threads) thread.join();
}

} // namespace watchword::http
