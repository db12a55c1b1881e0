#include "takeover_fixture.hpp"

#include "core/unix_address.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace watchword::test {

notify_socket::notify_socket(std::string path) : path_(std::move(path))
{
    const auto address = core::unix_address(path_).value();
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const ::timeval limit{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::bind(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot bind " + path_);
}

notify_socket::~notify_socket()
{
    ::close(socket_);
}

std::string notify_socket::await(std::string_view part)
{
    for (;;) {
        std::array<char, 1024> text{};
        const auto size = ::recv(socket_, text.data(), text.size(), 0);
        if (size <= 0) throw std::runtime_error("the service manager hears nothing of " + std::string(part));
        const std::string got(text.data(), static_cast<std::size_t>(size));
        if (got.find(part) != got.npos) return got;
    }
}

::pid_t notify_socket::await_ready()
{
    const auto told = await("READY=1");
    return static_cast<::pid_t>(std::stol(told.substr(told.find("MAINPID=") + 8)));
}

void installed_program::replace() const
{
    const auto next = path + ".new";
    std::filesystem::copy_file(watchword_binary(), next);
    std::filesystem::rename(next, path);
}

std::unique_ptr<process> service::start(const std::vector<std::string>& more, environment variables)
{
    auto serve = std::vector<std::string>{program, "serve", "--no-limits", "--takeover", control, "--listen", listen} +
                 cheap_passwords() + arguments;
    if (std::find(more.begin(), more.end(), "--database") == more.end())
        serve = serve + std::vector<std::string>{"--database", database};
    variables["NOTIFY_SOCKET"] = manager.path();
    if (is_sanitized) variables["WATCHWORD_PASSWORDS_ENGINE"] = "libsodium";
    return std::make_unique<process>(serve + more, variables);
}

std::unique_ptr<process> service::start_ready(const std::vector<std::string>& more)
{
    auto started = start(more);
    BOOST_TEST_REQUIRE(manager.await_ready() == started->id(), started->errors());
    // The log may be behind what the manager heard.
    if (address.empty()) {
        address = listen_in(started->await_error_line("\"message\":\"ready\"").value());
        if (listen.ends_with(":0")) listen = address;
    }
    return started;
}

void start_clients(std::list<ledger_client>& clients, const std::string& address, std::size_t count)
{
    constexpr std::array manners{manner::keeps, manner::reconnects, manner::rests};
    for (std::size_t i = 0; i < count; ++i) clients.emplace_back(address, i, manners[i % manners.size()]);
}

void await_answers(const std::list<ledger_client>& clients, std::size_t enough)
{
    const auto before = answered(clients);
    BOOST_REQUIRE(comes_true([&] { return answered(clients) >= before + enough; }, std::chrono::seconds(60)));
}

void check_promises(const service& s, std::list<ledger_client>& clients, const std::string& what, std::size_t rounds,
                    const latencies& pauses)
{
    const auto all = stop_all(clients, what);
    std::ostringstream text;
    text << rounds << " takeovers under " << clients.size() << " clients (" << what << "): " << all.answered
         << " requests answered, " << all.failed << " failed, " << all.refused << " refused, "
         << all.acknowledged.size()
         << " sign-ups acknowledged; connections that were announced to close: " << all.announced
         << ", requests that crossed the end of theirs: " << all.crossed
         << "; from the order until the new one serves: " << pauses << "; answers: " << all.took;
    report(text.str());
    BOOST_TEST(all.failed == 0u);
    BOOST_TEST(all.refused == 0u);
    BOOST_TEST(all.acknowledged.size() > rounds);
    check_promises(s.address, all.acknowledged);
}

std::unique_ptr<process> check_takeovers(service& s, const std::string& what, std::size_t rounds,
                                         const arguments_of& of)
{
    const auto arguments = [&of](std::size_t round) { return of ? of(round) : std::vector<std::string>(); };
    auto running = s.start_ready(arguments(0));
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 12);
    latencies pauses;
    for (std::size_t round = 1; round <= rounds; ++round) {
        await_answers(clients, 200);
        const auto begin = steady_clock::now();
        auto next = s.start_ready(arguments(round));
        pauses.add(steady_clock::now() - begin);
        BOOST_TEST(running->wait() == 0);
        running = std::move(next);
    }
    await_answers(clients, 200);
    check_promises(s, clients, what, rounds, pauses);
    return running;
}

void check_upgrades(service& s, const std::string& what, std::size_t rounds)
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1); // successors come here when their predecessors have gone
    const installed_program installed;
    s.program = installed.path;
    const auto first = s.start_ready();
    // The first one's own wait() is for the end of its output, which its successors share.
    const auto ends_well = [&first](::pid_t id) {
        ::siginfo_t how{};
        const int kept = id == first->id() ? WNOWAIT : 0;
        const auto found = ::waitid(P_PID, static_cast<::id_t>(id), &how, WEXITED | kept);
        return found == 0 && how.si_code == CLD_EXITED && how.si_status == 0;
    };
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 12);
    latencies pauses;
    auto running = first->id();
    for (std::size_t round = 0; round < rounds; ++round) {
        await_answers(clients, 200);
        installed.replace();
        const auto begin = steady_clock::now();
        ::kill(running, SIGUSR2);
        const auto next = s.manager.await_ready();
        pauses.add(steady_clock::now() - begin);
        BOOST_TEST(next != running);
        BOOST_TEST(ends_well(running));
        running = next;
    }
    await_answers(clients, 200);
    BOOST_TEST(std::filesystem::read_symlink("/proc/" + std::to_string(running) + "/exe") == installed.path);
    check_promises(s, clients, what, rounds, pauses);
    ::kill(running, SIGTERM);
    BOOST_TEST(ends_well(running));
}

} // namespace watchword::test
