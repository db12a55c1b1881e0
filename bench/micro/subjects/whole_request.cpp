// A token check as the server does it: connection, reactor, reader, router, check, response. Its client is in the same
// thread, on a pair of sockets, and costs one turn of the loop.
#include "http/connection.hpp"
#include "micro/inputs.hpp"
#include "micro/service.hpp"
#include "micro/subjects/all.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <memory>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace watchword::micro {
namespace {

constexpr std::size_t users = 3;

struct end_of_connection {
    std::unique_ptr<http::connection> c;
    void operator()(const std::exception_ptr&) const noexcept {}
};

class conversation {
public:
    conversation() : request_(client_request(parts_.token()))
    {
        context_.spare_outputs.reserve(http::spare_outputs_kept);
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::system_error(errno, std::generic_category(), "socketpair");
        client_ = ends[0];
        serve(ends[1]);
    }
    ~conversation()
    {
        ::close(client_);
        io_.restart();
        io_.run();
    }
    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;

    // So many requests, one after the other.
    void talk(std::uint64_t times)
    {
        left_ = times;
        send();
        io_.restart();
        io_.run();
        require(left_ == 0, "the connection has ended");
    }
    // What was answered last.
    std::string_view answer() const noexcept { return {answer_.data(), received_}; }

private:
    // The client takes its turn within the one run() of the thread, as Asio's memory for coroutines is kept that long.
    void send()
    {
        if (::send(client_, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size()))
            throw std::system_error(errno, std::generic_category(), "send");
        receive_later();
    }
    void receive_later()
    {
        core::asio::post(io_, [this] { receive(); });
    }
    void receive()
    {
        const auto size = ::recv(client_, answer_.data(), answer_.size(), MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) return receive_later();
        if (size <= 0) return io_.stop();
        received_ = static_cast<std::size_t>(size);
        if (--left_ == 0) return io_.stop();
        send();
    }

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

    service parts_{users};
    const std::string request_;
    const http::limits limits_;
    const http::forwarding proxies_;
    const core::network_list uncounted_;
    http::connection_context context_{limits_, parts_.routes(), parts_.clock(), proxies_, uncounted_, false};
    core::asio::io_context io_{1};
    int client_ = -1;
    std::array<char, 4096> answer_{};
    std::size_t received_ = 0;
    std::uint64_t left_ = 0;
};

} // namespace

void add_whole_request(subjects& all)
{
    const auto make = [] {
        const auto talk = std::make_shared<conversation>();
        talk->talk(1);
        require(talk->answer().starts_with("HTTP/1.1 200 OK\r\n"), "the request is answered differently");
        return repeat([talk](std::uint64_t times) { talk->talk(times); });
    };
    all.push_back({"request/token_check", make, 300});
}

} // namespace watchword::micro
