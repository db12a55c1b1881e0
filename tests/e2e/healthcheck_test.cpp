// `watchword healthcheck`, as containers ask.
#include "e2e_fixture.hpp"
#include "support/certificates.hpp"
#include "support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace {

using namespace watchword::test;

finished ask(std::vector<std::string> flags = {}, const environment& more = {})
{
    flags.insert(flags.begin(), {watchword_binary(), "healthcheck"});
    return run_program(flags, more);
}

void require_healthy(const finished& done)
{
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(done.output.starts_with("healthy: "), done.output);
    BOOST_TEST(done.output.find('\n') == done.output.size() - 1); // one line
    BOOST_TEST(done.errors == "");
}

void require_unhealthy(const finished& done, const std::string& reason)
{
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(done.output == "");
    BOOST_TEST(contains(done.errors, reason), done.errors);
    BOOST_TEST(done.errors.find('\n') == done.errors.size() - 1);
}

// Answers the first connection with a text, whatever it asks.
class liar {
public:
    explicit liar(const std::string& answer)
        : child_({"python3", "-c",
                  "import socket, sys\n"
                  "s = socket.create_server(('127.0.0.1', 0))\n"
                  "print(s.getsockname()[1], file=sys.stderr, flush=True)\n"
                  "c = s.accept()[0]\n"
                  "c.recv(65536)\n"
                  "c.sendall(sys.argv[1].encode('latin-1'))\n",
                  answer})
    {
        address_ = "127.0.0.1:" + child_.await_error_line("").value();
    }
    const std::string& address() const { return address_; }

private:
    process child_;
    std::string address_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(healthcheck)

BOOST_AUTO_TEST_CASE(it_asks_where_the_settings_say_that_the_server_listens)
{
    const temporary_directory directory;
    server_process server(directory.path());
    require_healthy(ask({"--address", server.address()}));
    require_healthy(ask({"--set", "server.listen=" + server.address()}));
    require_healthy(ask({}, {{"WATCHWORD_LISTEN", server.address() + ",127.0.0.1:1"}}));
    const auto port = server.address().substr(server.address().rfind(':') + 1);
    const auto everywhere = ask({}, {{"PORT", port}}); // 0.0.0.0
    require_healthy(everywhere);
    BOOST_TEST(contains(everywhere.output, "http://127.0.0.1:" + port + "/"));
    BOOST_TEST(server.stop() == 0);
    require_unhealthy(ask({"--address", server.address()}), "no connection");
}

BOOST_AUTO_TEST_CASE(unix_sockets_tls_and_proxies_headers_are_spoken)
{
    const temporary_directory directory;
    const certificate_authority root(directory, "root"); // which the command does not know
    const auto files = root.issue("server");
    const auto path = directory / "watchword.sock";
    server_process server(directory.path(), {"--listen", "https://127.0.0.1:0", "--listen", "unix:" + path, "--listen",
                                             "127.0.0.1:0?proxy_protocol", "--listen",
                                             "https://127.0.0.1:0?proxy_protocol", "--trusted-proxy", "127.0.0.1",
                                             "--tls-certificate", files.certificate, "--tls-key", files.key});
    const auto& at = server.addresses();
    BOOST_REQUIRE(at.size() == 5u);
    require_healthy(ask({"--address", at[1]}));
    require_healthy(ask({"--address", "unix:" + path}));
    require_healthy(ask({"--address", at[3].substr(0, at[3].find('?')) + "?proxy_protocol"}));
    require_healthy(ask({"--address", at[4].substr(0, at[4].find('?')) + "?proxy_protocol"}));
    const auto host = at[1].substr(std::string("https://").size());
    BOOST_TEST(ask({"--address", host}).exit_code == 1); // plain text where TLS is spoken
    BOOST_TEST(ask({"--address", "https://" + server.address()}).exit_code == 1);
    BOOST_TEST(ask({"--address", "unix:" + path + "x"}).exit_code == 1);
}

BOOST_AUTO_TEST_CASE(a_listener_of_proxies_that_does_not_trust_its_own_machine_is_named)
{
    const temporary_directory directory;
    server_process server(directory.path(), {"--listen", "127.0.0.1:0?proxy_protocol"});
    const auto& at = server.addresses().at(1);
    require_unhealthy(ask({"--address", at.substr(0, at.find('?')) + "?proxy_protocol"}), "server.trusted_proxies");
}

BOOST_AUTO_TEST_CASE(a_place_that_nobody_can_know_is_asked_for)
{
    for (const auto* listen : {"systemd", "https+systemd:web", "127.0.0.1:0"})
        require_unhealthy(ask({"--set", "server.listen=" + std::string(listen)}), "name it with --address");
    require_unhealthy(ask({"--address", "5000"}), "--address takes");
    require_unhealthy(ask({"--timeout", "soon"}), "--timeout takes");
    require_unhealthy(ask({"--timeout", "0"}), "--timeout takes");
    BOOST_TEST(ask({"--frob"}).exit_code == 1); // two is no exit code of health checks
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_answer_is_waited_for_as_long_as_was_said)
{
    const temporary_directory directory;
    server_process server(directory.path());
    tcp_gate gate(server.address());
    gate.hold();
    const auto begin = std::chrono::steady_clock::now();
    require_unhealthy(ask({"--address", gate.address(), "--timeout", "300ms"}), "no answer in time");
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(300)));
    gate.pass();
    require_healthy(ask({"--address", gate.address()}));
}

BOOST_AUTO_TEST_CASE(any_other_answer_is_no_good_one)
{
    const std::string secret_line = "HTTP/1.1 503 Service Unavailable\r\n\r\n{\"status\":\"no\"}\n\x1B[2J";
    const liar failing(secret_line);
    const auto done = ask({"--address", failing.address()});
    require_unhealthy(done, "answers 503 {\"status\":\"no\"}");
    BOOST_TEST(!contains(done.errors, "\x1B"));
    const liar mute("");
    require_unhealthy(ask({"--address", mute.address()}), "closed without an answer");
    const liar foreign("SSH-2.0-OpenSSH_9.2\r\n");
    require_unhealthy(ask({"--address", foreign.address()}), "does not speak HTTP/1.1");
    const liar cut("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n");
    require_unhealthy(ask({"--address", cut.address()}), "was cut");
    const liar endless(std::string("HTTP/1.1 200 OK\r\nX: ") + std::string(100'000, 'x'));
    require_unhealthy(ask({"--address", endless.address()}), "was cut");
}

BOOST_AUTO_TEST_SUITE_END()
