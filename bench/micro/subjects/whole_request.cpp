// A token check as the server does it: connection, reactor, reader, router, check, response. Its clients are in the
// same thread, on pairs of sockets, and cost one turn of the loop. One connection; and thousands that take turns, whose
// memory the caches cannot hold.
#include "http/connection.hpp"
#include "micro/inputs.hpp"
#include "micro/service.hpp"
#include "micro/subjects/all.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace watchword::micro {
namespace {

constexpr std::size_t users = 3;
constexpr std::uint64_t at_once = 64;

struct end_of_connection {
    std::unique_ptr<http::connection> c;
    void operator()(const std::exception_ptr&) const noexcept {}
};

class conversation {
public:
    conversation(std::size_t connections, service::metrics m)
        : parts_(users, m), request_(client_request(parts_.token()))
    {
        context_.spare_outputs.reserve(http::spare_outputs_kept);
        clients_.reserve(connections);
        while (clients_.size() < connections) {
            std::array<int, 2> ends{};
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
                throw std::system_error(errno, std::generic_category(), "socketpair");
            clients_.push_back(ends[0]);
            serve(ends[1]);
        }
    }
    ~conversation()
    {
        for (const int client : clients_) ::close(client);
        io_.restart();
        io_.run();
    }
    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;

    // So many requests.
    void talk(std::uint64_t times)
    {
        left_ = times;
        ask();
        io_.restart();
        io_.run();
        require(left_ == 0, "the connection has ended");
    }
    // What was answered last.
    std::string_view answer() const noexcept { return {answer_.data(), received_}; }

private:
    // The clients take their turn within the one run() of the thread, as Asio's memory for coroutines is kept that
    // long.
    void ask()
    {
        asked_ = std::min<std::uint64_t>({left_, at_once, clients_.size()});
        answered_ = 0;
        for (std::size_t i = 0; i < asked_; ++i)
            if (::send(client(i), request_.data(), request_.size(), MSG_NOSIGNAL) < 0)
                throw std::system_error(errno, std::generic_category(), "send");
        receive_later();
    }
    void receive_later() { core::asio::post(io_, std::bind_front(&conversation::receive, this)); }
    void receive()
    {
        for (; answered_ < asked_; ++answered_) {
            const auto size = ::recv(client(answered_), answer_.data(), answer_.size(), MSG_DONTWAIT);
            if (size < 0 && errno == EAGAIN) return receive_later();
            if (size <= 0) return io_.stop();
            received_ = static_cast<std::size_t>(size);
        }
        turn_ += asked_;
        left_ -= asked_;
        if (left_ == 0) return io_.stop();
        ask();
    }
    // In an order that no cache sees through; the step has no divisor in common with their number.
    int client(std::size_t number) const { return clients_[(turn_ + number) * 1237 % clients_.size()]; }

    void serve(int socket)
    {
        namespace asio = core::asio;
        http::stream_socket end(io_.get_executor(), asio::generic::stream_protocol(AF_UNIX, 0), socket);
        // As if from loopback: a Unix-domain socket's peer would be trusted to name its client.
        http::connection_origin origin{asio::ip::make_address("127.0.0.1"), false};
        auto c = std::make_unique<http::connection>(http::transport(std::move(end), nullptr), std::move(origin),
                                                    http::connection_place(), context_);
        auto& made = *c;
        asio::co_spawn(io_, made.run(),
                       asio::bind_cancellation_slot(made.cancellation_slot(), end_of_connection{std::move(c)}));
    }

    service parts_;
    const std::string request_;
    const http::limits limits_;
    const http::forwarding proxies_;
    const core::network_list uncounted_;
    http::connection_context context_{limits_, parts_.routes(), parts_.clock(), proxies_, uncounted_, false};
    core::asio::io_context io_{1};
    std::vector<int> clients_;
    std::array<char, 4096> answer_{};
    std::size_t received_ = 0;
    std::uint64_t left_ = 0;
    std::size_t turn_ = 0, asked_ = 0, answered_ = 0;
};

void allow_files(std::size_t count)
{
    ::rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max<::rlim_t>(limit.rlim_cur, count);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
}

void add_talk(subjects& all, const char* name, std::size_t connections, service::metrics m = service::metrics::off)
{
    const auto make = [connections, m] {
        allow_files(2 * connections + 100);
        const auto talk = std::make_shared<conversation>(connections, m);
        talk->talk(connections);
        require(talk->answer().starts_with("HTTP/1.1 200 OK\r\n"), "the request is answered differently");
        return repeat([talk](std::uint64_t times) { talk->talk(times); });
    };
    all.push_back({name, make, 300});
}

} // namespace

void add_whole_request(subjects& all)
{
    add_talk(all, "request/token_check", 1);
    add_talk(all, "request/token_check_with_metrics", 1, service::metrics::on);
    add_talk(all, "request/of_4096_connections", 4096);
}

} // namespace watchword::micro
