// The program is replaced under clients that go on as if nothing was: no request fails, nobody is refused or reset,
// nothing that was acknowledged is lost.
#include "ledger_clients.hpp"
#include "support/paths.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

namespace {

using namespace watchword::test;

// What a service manager hears of a service: sd_notify(3).
class notify_socket {
public:
    explicit notify_socket(std::string path) : path_(std::move(path))
    {
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const ::timeval limit{30, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (::bind(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot bind " + path_);
    }
    ~notify_socket() { ::close(socket_); }
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    const std::string& path() const { return path_; }
    // Waits for the next message that holds `part`.
    std::string await(std::string_view part)
    {
        for (;;) {
            std::array<char, 1024> text{};
            const auto size = ::recv(socket_, text.data(), text.size(), 0);
            if (size <= 0) throw std::runtime_error("the service manager hears nothing of " + std::string(part));
            const std::string got(text.data(), static_cast<std::size_t>(size));
            if (got.find(part) != got.npos) return got;
        }
    }
    // Of the process that is ready next.
    ::pid_t await_ready()
    {
        const auto told = await("READY=1");
        return static_cast<::pid_t>(std::stol(told.substr(told.find("MAINPID=") + 8)));
    }

private:
    const std::string path_;
    int socket_ = -1;
};

// A program on the disk, whose place another version of it can take.
struct installed_program {
    temporary_directory directory;
    std::string path = directory / "watchword";

    installed_program() { replace(); }
    void replace() const
    {
        const auto next = path + ".new";
        std::filesystem::copy_file(watchword_binary(), next);
        std::filesystem::rename(next, path);
    }
};

struct service {
    temporary_directory directory;
    std::string address, control = directory / "control.sock";
    notify_socket manager{directory / "notify.sock"};
    std::string program = watchword_binary();

    // It listens at the address of the first one.
    std::unique_ptr<process> start(const std::vector<std::string>& more = {}, environment variables = {})
    {
        auto arguments = std::vector<std::string>{program,
                                                  "serve",
                                                  "--no-limits",
                                                  "--takeover",
                                                  control,
                                                  "--listen",
                                                  address.empty() ? "127.0.0.1:0" : address} +
                         cheap_passwords();
        if (std::find(more.begin(), more.end(), "--database") == more.end())
            arguments = arguments + std::vector<std::string>{"--database", "sqlite:" + (directory / "watchword.db")};
        variables["NOTIFY_SOCKET"] = manager.path();
        if (is_sanitized) variables["WATCHWORD_PASSWORDS_ENGINE"] = "libsodium";
        return std::make_unique<process>(arguments + more, variables);
    }
    std::unique_ptr<process> start_ready()
    {
        auto started = start();
        BOOST_TEST_REQUIRE(manager.await_ready() == started->id(), started->errors());
        if (address.empty()) { // the log may be behind what the manager heard
            const auto log = started->await_error_line("\"message\":\"ready\"").value();
            const std::string_view name = "\"listen\":\"";
            const auto at = log.find(name) + name.size();
            address = log.substr(at, log.find('"', at) - at);
        }
        return started;
    }
};

void check(const service& s, std::list<ledger_client>& clients, const std::string& what, std::size_t rounds,
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

} // namespace

BOOST_AUTO_TEST_SUITE(takeover)

BOOST_AUTO_TEST_CASE(a_new_server_takes_the_place_of_the_old_one_and_no_request_is_lost)
{
    service s;
    auto running = s.start_ready();
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 12);
    latencies pauses;
    const auto rounds = how_many(10, 100);
    for (std::size_t round = 0; round < rounds; ++round) {
        await_answers(clients, 200);
        const auto begin = steady_clock::now();
        auto next = s.start_ready();
        pauses.add(steady_clock::now() - begin);
        BOOST_TEST(running->wait() == 0);
        running = std::move(next);
    }
    await_answers(clients, 200);
    check(s, clients, "a new process each time", rounds, pauses);
    running->signal(SIGTERM);
    BOOST_TEST(running->wait() == 0);
    BOOST_TEST(query_sqlite(s.directory / "watchword.db", "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(a_signal_upgrades_it_in_place)
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1); // successors come here when their predecessors have gone
    const installed_program installed;
    service s;
    s.program = installed.path;
    const auto first = s.start_ready();
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 12);
    latencies pauses;
    auto running = first->id();
    const auto rounds = how_many(5, 50);
    for (std::size_t round = 0; round < rounds; ++round) {
        await_answers(clients, 200);
        installed.replace();
        const auto begin = steady_clock::now();
        ::kill(running, SIGUSR2);
        const auto next = s.manager.await_ready();
        pauses.add(steady_clock::now() - begin);
        BOOST_TEST(next != running);
        if (running == first->id()) {
            BOOST_TEST(first->wait() == 0);
        } else {
            int status = -1;
            BOOST_TEST(::waitpid(running, &status, 0) == running);
            BOOST_TEST(status == 0);
        }
        running = next;
    }
    await_answers(clients, 200);
    BOOST_TEST(std::filesystem::read_symlink("/proc/" + std::to_string(running) + "/exe") == installed.path);
    check(s, clients, "in place", rounds, pauses);
    ::kill(running, SIGTERM);
    int status = -1;
    BOOST_TEST(::waitpid(running, &status, 0) == running);
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(one_that_cannot_start_changes_nothing)
{
    service s;
    const auto running = s.start_ready();
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 6);
    for (int i = 0; i < 3; ++i) {
        await_answers(clients, 100);
        const auto failing = s.start({"--secret-file", s.directory / "nowhere"});
        BOOST_TEST(failing->wait() == 1);
        BOOST_TEST(contains(failing->errors(), "nowhere"), failing->errors());
    }
    await_answers(clients, 100);
    BOOST_TEST_REQUIRE(running->await_error_line("has ended before it was ready").has_value());
    const auto next = s.start_ready(); // and another one can
    BOOST_TEST(running->wait() == 0);
    check(s, clients, "after three that failed", 1, {});
}

BOOST_AUTO_TEST_CASE(after_one_that_fails_with_the_database_the_old_one_begins_anew)
{
    service s;
    const auto running = s.start_ready();
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 6);
    await_answers(clients, 100);
    const auto failing = s.start({"--database", "sqlite:" + (s.directory / "nowhere/watchword.db"), "--secret-file",
                                  s.directory / "watchword.db.secret"});
    BOOST_TEST(failing->wait() == 1);
    BOOST_TEST(s.manager.await_ready() == running->id());
    BOOST_TEST(contains(running->errors(), "this one begins anew"), running->errors());
    await_answers(clients, 100);
    check(s, clients, "one that failed", 1, {});
    running->signal(SIGTERM);
    BOOST_TEST(running->wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_service_manager_is_told_what_goes_on)
{
    service s;
    environment watched{{"WATCHDOG_USEC", "300000"}};
    const auto running = s.start({}, watched);
    BOOST_TEST(s.manager.await_ready() == running->id());
    for (int i = 0; i < 3; ++i) s.manager.await("WATCHDOG=1");
    running->signal(SIGHUP);
    BOOST_TEST(contains(s.manager.await("RELOADING=1"), "MONOTONIC_USEC="));
    BOOST_TEST(s.manager.await_ready() == running->id());
    running->signal(SIGTERM);
    s.manager.await("STOPPING=1");
    BOOST_TEST(running->wait() == 0);
}

// Clients that send or read slowly would hold up those who wait for the new server.
BOOST_AUTO_TEST_CASE(slow_clients_hold_up_nobody)
{
    service s;
    const auto running = s.start_ready();
    std::list<http_client> slow;
    for (int i = 0; i < 8; ++i) {
        slow.emplace_back(s.address);
        slow.back().send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    }
    const auto begin = steady_clock::now();
    const auto next = s.start_ready();
    BOOST_TEST((steady_clock::now() - begin < at_most(std::chrono::seconds(8)))); // of 30 that a drain may take
    BOOST_TEST(running->wait() == 0);
    for (auto& each : slow) BOOST_TEST(each.read_response().status == 408);
    BOOST_TEST(http_client(s.address).get("/health/live").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
