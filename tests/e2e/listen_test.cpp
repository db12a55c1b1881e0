// Sockets other than TCP, and addresses that are none.
#include "e2e_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace watchword::test;

BOOST_AUTO_TEST_SUITE(listening)

BOOST_AUTO_TEST_CASE(sockets_of_the_service_manager_are_served)
{
    const temporary_directory directory;
    // As systemd starts a service with socket activation: a listening socket is descriptor 3.
    const std::string activate =
        "import os, socket, sys\n"
        "s = socket.create_server(('127.0.0.1', 0))\n"
        "os.dup2(s.fileno(), 3)\n"
        "os.set_inheritable(3, True)\n"
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='web')\n"
        "os.execv(sys.argv[1], sys.argv[1:])\n";
    server_process server(directory.path(), {"--listen", "systemd:web"}, {}, {"python3", "-c", activate});
    BOOST_TEST(server.addresses().size() == 2u);
    for (int i = 0; i < 20; ++i) BOOST_TEST(http_client(server.addresses().at(1)).get("/health/live").status == 200);
    BOOST_TEST(server.stop() == 0);

    const auto refused = run_program(
        {watchword_binary(), "serve", "--listen", "systemd", "--database", "sqlite:" + (directory / "other.db")});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, "service manager"), refused.errors);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_served_and_removed)
{
    const temporary_directory directory;
    const auto path = directory / "watchword.sock";
    server_process server(directory.path(), {"--listen", "unix:" + path});
    const std::string ask = "import socket, sys\n"
                            "s = socket.socket(socket.AF_UNIX)\n"
                            "s.connect(sys.argv[1])\n"
                            "s.sendall(b'GET /health/live HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n')\n"
                            "print(s.makefile().read())\n";
    BOOST_TEST(contains(run_program({"python3", "-c", ask, path}).output, "HTTP/1.1 200 OK"));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(addresses_and_networks_that_are_none_stop_the_start)
{
    const auto start = [](const std::vector<std::string>& arguments) {
        std::vector<std::string> all{watchword_binary(), "serve"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run_program(all);
    };
    for (const auto& [arguments, named] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--listen", "unix:"}, "unix:PATH"},
             {{"--listen", "ftp://127.0.0.1:1"}, "https://ADDRESS:PORT"},
             {{"--trusted-proxy", "10.0.0.1/8"}, "10.0.0.0/8"},
             {{"--set", "server.forwarding=x-real-ip"}, "x-forwarded-for"},
             {{"--set", "tls.least_version=1.1"}, "1.2"}}) {
        const auto done = start(arguments);
        BOOST_TEST(done.exit_code == 2);
        BOOST_TEST(contains(done.errors, named), done.errors);
    }
}

BOOST_AUTO_TEST_SUITE_END()
