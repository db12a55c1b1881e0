#include "http/listener.hpp"

#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "core/unix_address.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace watchword::http {
namespace {

namespace asio = core::asio;
using family = core::listen_address::family;

constexpr int backlog = 4096;
constexpr int first_inherited = 3; // sd_listen_fds(3)

[[noreturn]] void fail_errno()
{
    throw boost::system::system_error(errno, boost::system::system_category());
}

core::descriptor checked(int fd)
{
    if (fd < 0) fail_errno();
    return core::descriptor(fd);
}

std::string scheme(const core::listen_address& a)
{
    return a.tls ? "https://" : "";
}

std::string to_text(const asio::ip::tcp::endpoint& endpoint)
{
    const auto address = endpoint.address().to_string();
    const auto port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

// Where a socket is bound: ADDRESS:PORT, or unix:PATH.
std::string bound_address(int fd, bool& is_unix)
{
    ::sockaddr_storage storage{};
    ::socklen_t size = sizeof storage;
    if (::getsockname(fd, reinterpret_cast<::sockaddr*>(&storage), &size) != 0) fail_errno();
    is_unix = storage.ss_family == AF_UNIX;
    if (is_unix) {
        const auto* const name = reinterpret_cast<const ::sockaddr_un*>(&storage);
        const std::size_t path =
            size > offsetof(::sockaddr_un, sun_path) ? ::strnlen(name->sun_path, sizeof name->sun_path) : 0;
        return "unix:" + std::string(name->sun_path, path);
    }
    if (storage.ss_family != AF_INET && storage.ss_family != AF_INET6) {
        errno = EAFNOSUPPORT;
        fail_errno();
    }
    asio::ip::tcp::endpoint endpoint;
    endpoint.resize(size);
    std::memcpy(endpoint.data(), &storage, size);
    return to_text(endpoint);
}

// SO_REUSEPORT would let a second server share the port in silence; a bind without it tells.
core::descriptor bind_tcp(const asio::ip::tcp::endpoint& endpoint, bool shares_port)
{
    const bool v6 = endpoint.address().is_v6();
    auto fd = checked(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (v6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (shares_port && ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) fail_errno();
    if (::bind(fd.get(), endpoint.data(), static_cast<::socklen_t>(endpoint.size())) != 0) fail_errno();
    return fd;
}

// What accepted sockets inherit. A client that does not read costs the kernel no more than this of what it has not been
// sent; without it, buffers grow by megabytes.
void set_stream_options(int fd)
{
    const int on = 1, unsent = 256 * 1024;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

// Removes the socket that a server left behind when it died; one that somebody listens at stays.
void remove_stale(const std::string& path, const ::sockaddr_un& address)
{
    struct ::stat found {};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
    const auto probe = checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(probe.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0 &&
        errno == ECONNREFUSED)
        ::unlink(path.c_str());
}

struct inherited_socket {
    int descriptor;
    std::string name;
};

// What the service manager handed over: sd_listen_fds(3).
std::vector<inherited_socket> inherited_sockets()
{
    const auto number = [](const char* variable) {
        const char* const text = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): before there are threads
        return text ? core::parse_unsigned(text).value_or(0) : 0;
    };
    std::vector<inherited_socket> all;
    constexpr std::uint64_t most = 1024;
    const auto count = std::min<std::uint64_t>(number("LISTEN_FDS"), most);
    if (number("LISTEN_PID") != static_cast<std::uint64_t>(::getpid())) return all;
    const char* const names_text = std::getenv("LISTEN_FDNAMES"); // NOLINT(concurrency-mt-unsafe): as above
    std::string_view names = names_text ? names_text : "";
    for (int fd = first_inherited; fd < first_inherited + static_cast<int>(count); ++fd) {
        const auto end = std::min(names.find(':'), names.size());
        all.push_back({fd, std::string(names.substr(0, end))});
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return all;
}

// Nobody finds a Unix-domain socket any more whose path has been removed: a new one is made.
bool can_be_reached(const core::listen_address& a)
{
    struct ::stat found {};
    return a.kind != family::unix_socket || (::lstat(a.name.c_str(), &found) == 0 && S_ISSOCK(found.st_mode));
}

bool listens(int fd)
{
    int value = 0;
    ::socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0;
}

} // namespace

listener::listener(std::string text, core::listen_address a, int shared)
    : text_(std::move(text)), settings_(std::move(a)), shared_(shared)
{}

listener::~listener()
{
    close();
}

void listener::close() noexcept
{
    if (shared_ >= 0) ::close(std::exchange(shared_, -1));
    handed_.clear();
    struct ::stat now {};
    // Another server may have taken the place meanwhile.
    if (!path_.empty() && ::lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_)
        ::unlink(path_.c_str());
    path_.clear();
}

std::unique_ptr<listener> listener::open_tcp(const std::string& text, core::listen_address a)
{
    if (a.endpoint.port() != 0) bind_tcp(a.endpoint, false);
    auto fd = bind_tcp(a.endpoint, true);
    std::unique_ptr<listener> made(new listener(text, std::move(a), -1));
    const auto address = bound_address(fd.get(), made->is_unix_);
    made->settings_.endpoint.port(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    made->address_ = scheme(made->settings_) + address;
    made->shared_ = fd.release(); // keeps the port; the first thread takes it over
    return made;
}

std::unique_ptr<listener> listener::open_unix(const std::string& text, core::listen_address a)
{
    const auto address = core::unix_address(a.name).value(); // it was parsed
    remove_stale(a.name, address);
    auto fd = checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(fd.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) fail_errno();
    if (::chmod(a.name.c_str(), a.mode) != 0) fail_errno();
    std::unique_ptr<listener> made(new listener(text, std::move(a), -1));
    made->own_path();
    if (::listen(fd.get(), backlog) != 0) fail_errno();
    made->is_unix_ = true;
    made->address_ = "unix:" + made->settings_.name;
    made->shared_ = fd.release();
    return made;
}

void listener::own_path() noexcept
{
    struct ::stat found {};
    if (::lstat(settings_.name.c_str(), &found) != 0) return; // somebody has removed it already
    path_ = settings_.name;
    device_ = found.st_dev;
    inode_ = found.st_ino;
}

std::unique_ptr<listener> listener::take(const std::string& text, core::listen_address a, handed_listener from)
{
    std::unique_ptr<listener> made(new listener(text, std::move(a), -1));
    for (const auto& each : from.sockets)
        if (!listens(each.get())) throw std::runtime_error("a socket that was handed over does not listen");
    if (from.sockets.empty()) throw std::runtime_error("no socket was handed over");
    const auto address = bound_address(from.sockets.front().get(), made->is_unix_);
    made->handed_ = std::move(from.sockets);
    made->address_ = scheme(made->settings_) + address;
    return made;
}

void listener::own()
{
    if (handed_.empty()) return;
    if (settings_.kind == family::unix_socket) {
        if (::chmod(settings_.name.c_str(), settings_.mode) != 0 && errno != ENOENT)
            throw std::runtime_error("cannot listen on " + address_ + ": " + std::generic_category().message(errno));
        own_path();
    }
    const int unused = 0;
    for (const auto& each : handed_) ::setsockopt(each.get(), SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

std::string listener::bare_address() const
{
    return address_.substr(scheme(settings_).size());
}

handed_listener listener::hand() const
{
    handed_listener copy{text_, bare_address(), {}};
    const auto add = [&copy](int fd) { copy.sockets.push_back(checked(::fcntl(fd, F_DUPFD_CLOEXEC, 0))); };
    if (shared_ >= 0) {
        add(shared_);
    } else if (!handed_.empty()) {
        for (const auto& each : handed_) add(each.get());
    } else {
        for (const int each : in_use_) add(each);
    }
    return copy;
}

bool stands_for(const handed_listener& h, const std::string& text)
{
    if (h.text == text) return true;
    const auto parsed = core::parse_listen_address(text);
    return parsed && ((parsed->kind == family::tcp && h.address == to_text(parsed->endpoint)) ||
                      (parsed->kind == family::unix_socket && h.address == "unix:" + parsed->name));
}

std::vector<std::unique_ptr<listener>> listener::open(const std::string& text)
{
    std::vector<handed_listener> none;
    return open(text, none);
}

std::vector<std::unique_ptr<listener>> listener::open(const std::string& text, std::vector<handed_listener>& handed)
{
    const auto parsed = core::parse_listen_address(text);
    if (!parsed) throw std::runtime_error("cannot listen on '" + text + "': this is no address to listen on");
    std::vector<std::unique_ptr<listener>> all;
    try {
        for (auto each = handed.begin(); each != handed.end();) {
            if (!stands_for(*each, text)) {
                ++each;
                continue;
            }
            if (can_be_reached(*parsed)) all.push_back(take(text, *parsed, std::move(*each)));
            each = handed.erase(each);
            if (parsed->kind != family::inherited) break; // the next one with this text is another's
        }
        if (!all.empty()) return all;
        switch (parsed->kind) {
        case family::tcp: all.push_back(open_tcp(text, *parsed)); break;
        case family::unix_socket: all.push_back(open_unix(text, *parsed)); break;
        case family::inherited:
            for (const auto& [fd, name] : inherited_sockets()) {
                if (!parsed->name.empty() && name != parsed->name) continue;
                if (!listens(fd))
                    throw std::runtime_error("cannot listen on '" + text +
                                             "': an inherited descriptor does not listen");
                if ((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0) // none that crossed an exec has it
                    throw std::runtime_error("cannot listen on '" + text +
                                             "': another address stands for the same inherited descriptor");
                ::fcntl(fd, F_SETFD, FD_CLOEXEC);
                all.emplace_back(new listener(text, *parsed, fd));
                all.back()->address_ = scheme(*parsed) + bound_address(fd, all.back()->is_unix_);
            }
            if (all.empty())
                throw std::runtime_error("cannot listen on '" + text +
                                         "': the service manager handed over no such socket");
        }
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error("cannot listen on " + text + ": " + e.code().message());
    }
    return all;
}

// Where sockets were handed over, threads share them: one that is made for a thread more would take clients, and lose
// them if the takeover fails.
core::descriptor listener::next_socket()
{
    if (!handed_.empty()) return checked(::fcntl(handed_[next_handed_++ % handed_.size()].get(), F_DUPFD_CLOEXEC, 0));
    if (settings_.kind != family::tcp) return checked(::fcntl(shared_, F_DUPFD_CLOEXEC, 0));
    auto fd = shared_ >= 0 ? core::descriptor(std::exchange(shared_, -1)) : bind_tcp(settings_.endpoint, true);
    in_use_.push_back(fd.get());
    return fd;
}

stream_acceptor listener::acceptor(asio::io_context& context)
{
    auto fd = next_socket();
    if (!is_unix_) set_stream_options(fd.get());
    if (settings_.kind == family::tcp && handed_.empty() && ::listen(fd.get(), backlog) != 0) fail_errno();
    const int family = is_unix_ ? AF_UNIX : address_.find('[') == address_.npos ? AF_INET : AF_INET6;
    stream_acceptor made(context.get_executor());
    made.assign(asio::generic::stream_protocol(family, 0), fd.get());
    fd.release();
    made.non_blocking(true);
    return made;
}

void keep_clients_out(stream_acceptor& acceptor) noexcept
{
    constexpr unsigned flags = 13, syn = 0x02; // of the TCP header (RFC 9293 section 3.1), which the filter sees first
    ::sock_filter drop_syn[] = {{BPF_LD | BPF_B | BPF_ABS, 0, 0, flags},
                                {BPF_JMP | BPF_JSET | BPF_K, 0, 1, syn},
                                {BPF_RET | BPF_K, 0, 0, 0},
                                {BPF_RET | BPF_K, 0, 0, 0xFFFFFFFF}};
    const ::sock_fprog program{4, drop_syn};
    ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

} // namespace watchword::http
