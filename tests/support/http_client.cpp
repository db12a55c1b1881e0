#include "support/http_client.hpp"

#include "core/text.hpp"
#include "core/unix_address.hpp"
#include "support/tls_client.hpp"

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace watchword::test {
namespace {

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what);
}

constexpr std::string_view https = "https://", unix_path = "unix:";

int connected(int family, const ::sockaddr* to, ::socklen_t size, std::chrono::milliseconds limit,
              const std::string& address)
{
    const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const ::timeval time{limit.count() / 1000, limit.count() % 1000 * 1000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    if (::connect(fd, to, size) == 0) return fd;
    const std::string why = std::strerror(errno);
    ::close(fd);
    fail("cannot connect to " + address + ": " + why);
}

int open_unix_socket(const std::string& address, std::chrono::milliseconds limit)
{
    const auto to = core::unix_address(address.substr(unix_path.size()));
    if (!to) fail("the path is too long: " + address);
    return connected(AF_UNIX, reinterpret_cast<const ::sockaddr*>(&*to), sizeof *to, limit, address);
}

int open_socket(const std::string& address, std::chrono::milliseconds limit)
{
    if (address.starts_with(unix_path)) return open_unix_socket(address, limit);
    const auto begin = address.starts_with(https) ? https.size() : 0, colon = address.rfind(':');
    if (colon == address.npos) fail("no port in " + address);
    auto host = address.substr(begin, colon - begin);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    ::addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    if (::getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0) fail("no address: " + address);
    const std::unique_ptr<::addrinfo, void (*)(::addrinfo*)> owned(found, &::freeaddrinfo);
    return connected(found->ai_family, found->ai_addr, found->ai_addrlen, limit, address);
}

std::string host_of(const std::string& address)
{
    if (address.starts_with(unix_path)) return "localhost";
    return address.substr(address.starts_with(https) ? https.size() : 0);
}

// OpenSSL writes without MSG_NOSIGNAL.
class without_broken_pipes {
public:
    without_broken_pipes()
    {
        ::sigemptyset(&pipe_);
        ::sigaddset(&pipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~without_broken_pipes()
    {
        const ::timespec at_once{};
        ::sigtimedwait(&pipe_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    without_broken_pipes(const without_broken_pipes&) = delete;
    without_broken_pipes& operator=(const without_broken_pipes&) = delete;

private:
    ::sigset_t pipe_, before_;
};

} // namespace

std::string http_response::header(std::string_view name) const
{
    for (const auto& [key, value] : headers)
        if (core::iequals(key, name)) return value;
    return {};
}

http_client::http_client(const std::string& address, std::chrono::milliseconds limit)
    : host_(host_of(address)), socket_(open_socket(address, limit))
{
    if (!address.starts_with(https)) return;
    const without_broken_pipes quiet;
    tls_ = std::make_unique<tls_client>(socket_, tls_offer());
    if (tls_->handshake() == tls_client::outcome::done) return;
    const auto why = tls_->failure();
    tls_.reset();
    ::close(socket_);
    fail("no TLS with " + address + ": " + why);
}

http_client::~http_client()
{
    tls_.reset();
    ::close(socket_);
}

void http_client::send_secure(std::string_view bytes)
{
    const without_broken_pipes quiet;
    while (!bytes.empty())
        if (tls_->write(bytes) != tls_client::outcome::done) fail("cannot send: " + tls_->failure());
}

void http_client::send(std::string_view bytes)
{
    if (tls_) return send_secure(bytes);
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        is_broken_pipe_ = sent < 0 && errno == EPIPE;
        if (sent < 0) fail(std::string("cannot send: ") + std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void http_client::finish_sending()
{
    ::shutdown(socket_, SHUT_WR);
}

bool http_client::receive_secure()
{
    const without_broken_pipes quiet;
    const auto now = tls_->read(received_);
    if (now == tls_client::outcome::again) fail("nothing was received in time");
    return now == tls_client::outcome::done;
}

bool http_client::receive()
{
    if (tls_) return receive_secure();
    char buffer[16 * 1024];
    const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) fail("nothing was received in time");
    if (size <= 0) return false; // a reset is an end too
    received_.append(buffer, static_cast<std::size_t>(size));
    return true;
}

std::string http_client::read_line()
{
    auto end = received_.find("\r\n");
    while (end == received_.npos) {
        if (!receive()) fail("the connection was closed in the middle of a line: '" + received_ + "'");
        end = received_.find("\r\n");
    }
    auto line = received_.substr(0, end);
    received_.erase(0, end + 2);
    return line;
}

std::string http_client::read_exactly(std::size_t size)
{
    while (received_.size() < size)
        if (!receive()) fail("the connection was closed in the middle of a body");
    auto bytes = received_.substr(0, size);
    received_.erase(0, size);
    return bytes;
}

std::string http_client::read_chunks()
{
    std::string body;
    while (const auto size = std::stoul(read_line(), nullptr, 16)) {
        body += read_exactly(size);
        if (!read_line().empty()) fail("a chunk is longer than its size");
    }
    while (!read_line().empty()) {
    }
    return body;
}

http_response http_client::read_response(bool to_head)
{
    http_response r;
    const auto line = read_line();
    if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ') fail("no status line: '" + line + "'");
    r.status = std::stoi(line.substr(9, 3));
    r.reason = line.size() > 13 ? line.substr(13) : "";
    for (auto field = read_line(); !field.empty(); field = read_line()) {
        const auto colon = field.find(':');
        if (colon == field.npos) fail("no header field: '" + field + "'");
        r.headers.emplace_back(field.substr(0, colon), core::trim(std::string_view(field).substr(colon + 1)));
    }
    if (to_head || r.status == 204 || r.status == 304 || r.status < 200) return r;
    if (core::iequals(r.header("Transfer-Encoding"), "chunked"))
        r.body = read_chunks();
    else if (const auto length = r.header("Content-Length"); !length.empty())
        r.body = read_exactly(std::stoul(length));
    else {
        while (receive()) {
        }
        r.body = std::exchange(received_, {});
    }
    return r;
}

bool http_client::is_closed()
{
    return received_.empty() && !receive();
}

bool http_client::has_ended()
{
    if (tls_) { // what is there may be a ticket only
        ::fcntl(socket_, F_SETFL, O_NONBLOCK);
        const auto now = tls_->read(received_);
        ::fcntl(socket_, F_SETFL, 0);
        return now == tls_client::outcome::closed || now == tls_client::outcome::failed;
    }
    char next = 0;
    const auto size = ::recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

// Linux: bytes that meet a closed socket are answered by a reset. Behind the server's end (CLOSE_WAIT) that is EPIPE;
// if the server closed with the bytes unread there is no end, and it is ECONNRESET; if it read them there is no reset.
// A Unix-domain socket says so when it sends.
bool http_client::crossed_the_end() const
{
    if (is_broken_pipe_) return true;
    pollfd reset{socket_, 0, 0};
    ::poll(&reset, 1, 1000); // it follows the end at once, if it comes
    int failure = 0;
    socklen_t size = sizeof failure;
    return ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == EPIPE;
}

http_response http_client::exchange(std::string_view method, std::string_view target, const name_values& headers,
                                    std::string_view body)
{
    auto all = headers;
    all.emplace(all.begin(), "Host", host_);
    send(request_bytes(method, target, all, body));
    return read_response(method == "HEAD");
}

http_response http_client::get(std::string_view target, const std::string& token)
{
    name_values headers;
    if (!token.empty()) headers.emplace_back("x-access-token", token);
    return exchange("GET", target, headers);
}

http_response http_client::form_post(std::string_view target, const name_values& fields)
{
    return exchange("POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}}, encode_form(fields));
}

http_response http_client::multipart_post(std::string_view target, const name_values& fields)
{
    std::string body;
    for (const auto& [name, value] : fields)
        body += "--a boundary\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    body += "--a boundary--\r\n";
    return exchange("POST", target, {{"Content-Type", "multipart/form-data; boundary=\"a boundary\""}}, body);
}

http_response http_client::json_post(std::string_view target, std::string_view json)
{
    return exchange("POST", target, {{"Content-Type", "application/json"}}, json);
}

std::string request_bytes(std::string_view method, std::string_view target, const name_values& headers,
                          std::string_view body)
{
    std::string out;
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
    bool has_type = false;
    for (const auto& [name, value] : headers) {
        out.append(name).append(": ").append(value).append("\r\n");
        has_type = has_type || name == "Content-Type";
    }
    if (has_type || !body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return out.append("\r\n").append(body);
}

std::string encode_form(const name_values& fields)
{
    const auto encode = [](const std::string& text) {
        std::string out;
        for (const char c : text) {
            const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
            out += plain ? std::string(1, c) : "%" + core::hex_encode({&c, 1});
        }
        return out;
    };
    std::string out;
    for (const auto& [name, value] : fields) out += (out.empty() ? "" : "&") + encode(name) + "=" + encode(value);
    return out;
}

} // namespace watchword::test
