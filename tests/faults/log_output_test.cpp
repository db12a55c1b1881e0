// F30: the disk that the log goes to is full, nobody reads it, or it goes nowhere at all.
#include "faults_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace watchword::test;

// More lines than the log's queue and a pipe hold.
const std::size_t requests = is_long() ? 30'000 : 6000;

// A port nobody listened on a moment ago: what the server writes is lost, so that it cannot tell its own.
std::string free_address()
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    ::socklen_t size = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<::sockaddr*>(&address);
    const bool bound = ::bind(fd, generic, sizeof address) == 0 && ::getsockname(fd, generic, &size) == 0;
    ::close(fd);
    if (!bound) throw std::runtime_error("no free port");
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

bool answers(const std::string& address)
{
    try {
        return http_client(address).get("/health/live").status == 200;
    } catch (const std::runtime_error&) {
        return false;
    }
}

// A server whose standard streams are what `redirection` of the shell makes of them.
struct redirected_server {
    temporary_directory directory;
    std::string address = free_address();
    process child;

    explicit redirected_server(const std::string& redirection)
        : child({"sh", "-c", "exec \"$@\" " + redirection, "sh", watchword_binary(), "serve", "--no-limits",
                 "--log-level", "trace", "--access-log", "--listen", address, "--database",
                 "sqlite:" + (directory / "watchword.db")})
    {
        BOOST_REQUIRE(comes_true([&] { return answers(address); }));
    }

    // Every request writes a line. None waits for it.
    void check_serves(const std::string& what)
    {
        http_client client(address);
        BOOST_TEST(client.form_post("/signup", registration(known_email)).status == 201);
        const auto token = token_of(client.form_post("/login", credentials(known_email)));
        latencies took;
        for (std::size_t i = 0; i < requests; ++i) {
            const auto begin = steady_clock::now();
            const auto status = client.get("/user", i % 2 == 0 ? token : "x").status;
            took.add(steady_clock::now() - begin);
            if (status != (i % 2 == 0 ? 200 : 401)) BOOST_ERROR("answered " + std::to_string(status));
        }
        std::ostringstream text;
        text << "F30 requests while " << what << ": " << took;
        report(text.str());
        BOOST_TEST((took.percentile(99) < at_most(std::chrono::seconds(1))));
    }

    void check_stops()
    {
        child.signal(SIGTERM);
        BOOST_TEST(child.wait(std::chrono::seconds(20)) == 0);
        BOOST_TEST(query_sqlite(directory / "watchword.db", "PRAGMA integrity_check") == "ok\n");
    }
};

// A pipe in the file system, of which the test is the reader.
class named_pipe {
public:
    named_pipe()
    {
        if (::mkfifo(path().c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
        reader_ = ::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    ~named_pipe() { close(); }
    std::string path() const { return directory_ / "log"; }
    void close()
    {
        if (reader_ >= 0) ::close(reader_);
        reader_ = -1;
    }

private:
    temporary_directory directory_;
    int reader_ = -1;
};

} // namespace

BOOST_AUTO_TEST_SUITE(f30_log_output)

BOOST_AUTO_TEST_CASE(a_full_disk_is_no_reason_to_stop)
{
    redirected_server s(">/dev/full 2>/dev/full");
    s.check_serves("the log's disk is full");
    s.check_stops();
}

BOOST_AUTO_TEST_CASE(a_reader_that_stopped_reading_holds_nobody_up)
{
    const named_pipe pipe; // never read
    redirected_server s("2>" + pipe.path());
    s.check_serves("nobody reads the log");
    s.check_stops();
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_is_no_reason_to_stop)
{
    named_pipe pipe;
    redirected_server s("2>" + pipe.path());
    pipe.close();
    s.check_serves("the log's reader has gone");
    s.check_stops();
}

BOOST_AUTO_TEST_CASE(with_its_standard_streams_closed_no_line_of_the_log_lands_in_the_database)
{
    redirected_server s("<&- >&- 2>&-");
    for (const char* number : {"0", "1", "2"}) // else something of the server's would be there, and log lines go to it
        BOOST_TEST(std::filesystem::read_symlink("/proc/" + std::to_string(s.child.id()) + "/fd/" + number) ==
                   "/dev/null");
    s.check_serves("standard streams are closed");
    s.check_stops();
    BOOST_TEST(read_file(s.directory / "watchword.db").find("\"message\"") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
