// The floor a server is measured against: one thread, one epoll loop, the same bytes for every request.
//   epoll_floor PORT RESPONSE_FILE    (port 0: a free one; the port is printed)
// A request ends at its first empty line; nothing else of it is looked at. SIGTERM ends the program.
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::string_view end_of_request = "\r\n\r\n";

int checked(int result, const char* what)
{
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

struct connection {
    int socket;
    std::string received; // the beginning of a request whose end has not come yet
};

// Takes the complete requests out of `received` and says how many there were.
std::size_t take_requests(std::string& received)
{
    std::size_t count = 0;
    std::size_t begin = 0;
    for (;;) {
        const auto end = received.find(end_of_request, begin);
        if (end == std::string::npos) break;
        begin = end + end_of_request.size();
        ++count;
    }
    received.erase(0, begin);
    return count;
}

// The client reads what it asked for: an answer that does not fit into the socket ends the connection.
bool send_all(int socket, std::string_view bytes)
{
    return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

// Answers what has arrived; false when the connection is over.
bool serve(connection& c, std::string_view answer)
{
    constexpr std::size_t longest_request = 64 * 1024;
    char buffer[16 * 1024];
    const ssize_t got = ::recv(c.socket, buffer, sizeof buffer, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    c.received.append(buffer, static_cast<std::size_t>(got));
    const std::size_t requests = take_requests(c.received);
    if (c.received.size() > longest_request) return false;
    if (requests == 1) return send_all(c.socket, answer);
    std::string answers;
    for (std::size_t i = 0; i < requests; ++i) answers += answer;
    return answers.empty() || send_all(c.socket, answers);
}

int listen_on(std::uint16_t port)
{
    const int listener = checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    checked(::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    checked(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), "bind");
    checked(::listen(listener, 1024), "listen");
    checked(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    std::printf("%u\n", unsigned{ntohs(address.sin_port)});
    std::fflush(stdout);
    return listener;
}

class loop {
public:
    loop(int listener, std::string_view answer)
        : listener_(listener), epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), answer_(answer)
    {
        watch(listener_);
    }

    [[noreturn]] void run()
    {
        epoll_event events[128];
        for (;;) {
            const int count = ::epoll_wait(epoll_, events, static_cast<int>(std::size(events)), -1);
            if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
            for (int i = 0; i < count; ++i) handle(events[i].data.fd);
        }
    }

private:
    void handle(int socket)
    {
        if (socket == listener_) return accept();
        auto& c = *connections_[static_cast<std::size_t>(socket)];
        if (serve(c, answer_)) return;
        ::close(socket);
        connections_[static_cast<std::size_t>(socket)].reset();
    }

    void accept()
    {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) return;
        const int on = 1;
        checked(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
        const auto index = static_cast<std::size_t>(socket);
        if (connections_.size() <= index) connections_.resize(index + 1);
        connections_[index] = std::make_unique<connection>(connection{socket, {}});
        watch(socket);
    }

    void watch(int socket)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = socket;
        checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
    }

    int listener_;
    int epoll_;
    std::string_view answer_;
    std::vector<std::unique_ptr<connection>> connections_; // by socket
};

std::string read_file(const char* path)
{
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.empty()) throw std::runtime_error(std::string("nothing to answer in ") + path);
    return text;
}

} // namespace

int main(int argc, char** argv)
{
    std::uint16_t port = 0;
    if (argc != 3 || std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), port).ec != std::errc{}) {
        std::fputs("usage: epoll_floor PORT RESPONSE_FILE\n", stderr);
        return 2;
    }
    try {
        const std::string answer = read_file(argv[2]);
        loop(listen_on(port), answer).run();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "epoll_floor: %s\n", e.what());
        return 1;
    }
}
