// The gate that other tests put in front of a server does what it says, and nothing else.
#include "faults_fixture.hpp"
#include "support/tcp_gate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <netinet/in.h>

namespace {

using namespace watchword::test;
namespace asio = boost::asio;
using asio::ip::tcp;
using direction = tcp_gate::direction;
using ending = tcp_gate::ending;

// A server that the test plays itself, and a gate before it.
template <class Protocol> struct gated {
    using socket_type = typename Protocol::socket;

    asio::io_context io;
    typename Protocol::acceptor acceptor;
    tcp_gate gate;

    gated(const typename Protocol::endpoint& at,
          const std::function<std::string(const typename Protocol::endpoint&)>& name)
        : acceptor(io, at), gate(name(acceptor.local_endpoint()))
    {}

    tcp::socket connect()
    {
        tcp::socket socket(io);
        socket.connect({asio::ip::make_address(gate.host()), static_cast<std::uint16_t>(std::stoi(gate.port()))});
        return socket;
    }
};

struct gated_tcp : gated<tcp> {
    gated_tcp()
        : gated({asio::ip::address_v4::loopback(), 0},
                [](const tcp::endpoint& e) { return "127.0.0.1:" + std::to_string(e.port()); })
    {}
};

template <class Socket> void send(Socket& to, const std::string& bytes)
{
    asio::write(to, asio::buffer(bytes));
}

template <class Socket> std::string receive(Socket& from, std::size_t size)
{
    std::string bytes(size, '\0');
    boost::system::error_code ec;
    bytes.resize(asio::read(from, asio::buffer(bytes), ec));
    return bytes;
}

// Everything up to the end, and how that came.
template <class Socket> std::pair<std::string, boost::system::error_code> receive_all(Socket& from)
{
    std::string bytes;
    boost::system::error_code ec;
    asio::read(from, asio::dynamic_buffer(bytes), ec);
    return {bytes, ec};
}

template <class Socket> bool stays_empty(Socket& socket)
{
    const auto end = steady_clock::now() + milliseconds(50);
    while (steady_clock::now() < end)
        if (socket.available() != 0) return false;
    return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(gate)

BOOST_FIXTURE_TEST_CASE(bytes_and_ends_go_through_both_ways, gated_tcp)
{
    auto client = connect();
    auto server = acceptor.accept();
    send(client, "question");
    BOOST_TEST(receive(server, 8) == "question");
    const std::string long_answer(3'000'000, 'a');
    std::thread answering([&] {
        send(server, long_answer);
        server.shutdown(tcp::socket::shutdown_send);
    });
    const auto [got, ec] = receive_all(client);
    answering.join();
    BOOST_TEST((got == long_answer));
    BOOST_TEST((ec == asio::error::eof));
    send(client, "one more"); // the other half is open
    BOOST_TEST(receive(server, 8) == "one more");
    client.close();
    BOOST_TEST((receive_all(server).second == asio::error::eof));
    BOOST_TEST(comes_true([&] { return gate.open_connections() == 0; }));
    BOOST_TEST(gate.accepted() == 1u);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_can_be_behind_it)
{
    using asio::local::stream_protocol;
    const temporary_directory directory;
    gated<stream_protocol> g(directory / "socket", [](const stream_protocol::endpoint& e) { return e.path(); });
    auto client = g.connect();
    auto server = g.acceptor.accept();
    send(client, "question");
    BOOST_TEST(receive(server, 8) == "question");
    send(server, "answer");
    BOOST_TEST(receive(client, 6) == "answer");
}

BOOST_FIXTURE_TEST_CASE(what_is_held_stays_until_it_passes, gated_tcp)
{
    auto client = connect();
    auto server = acceptor.accept();
    gate.hold();
    send(client, "held");
    auto other = connect();
    send(other, "waits");
    BOOST_TEST(stays_empty(server));
    BOOST_TEST(gate.open_connections() == 2u);
    gate.pass();
    BOOST_TEST(receive(server, 4) == "held");
    auto second = acceptor.accept();
    BOOST_TEST(receive(second, 5) == "waits");
}

BOOST_FIXTURE_TEST_CASE(who_is_refused_is_told_so_and_the_port_stays, gated_tcp)
{
    auto client = connect();
    auto server = acceptor.accept();
    gate.refuse();
    BOOST_TEST((receive_all(client).second == asio::error::connection_reset));
    BOOST_TEST((receive_all(server).second == asio::error::connection_reset));
    for (int i = 0; i < 3; ++i) BOOST_CHECK_THROW(connect(), boost::system::system_error);
    gate.pass();
    auto again = connect();
    auto second = acceptor.accept();
    send(again, "x");
    BOOST_TEST(receive(second, 1) == "x");
}

BOOST_FIXTURE_TEST_CASE(a_target_that_refuses_resets_the_client, gated_tcp)
{
    acceptor.close();
    auto client = connect();
    BOOST_TEST((receive_all(client).second == asio::error::connection_reset));
}

BOOST_FIXTURE_TEST_CASE(a_connection_is_cut_after_exactly_the_byte_asked_for, gated_tcp)
{
    for (const auto how : {ending::fin, ending::reset}) {
        for (const auto where : {direction::to_server, direction::to_client}) {
            for (const std::size_t n : {0u, 1u, 5u, 9u, 10u}) {
                auto client = connect();
                auto server = acceptor.accept();
                auto other = connect(), other_server = acceptor.accept();
                auto& from = where == direction::to_server ? client : server;
                auto& to = where == direction::to_server ? server : client;
                gate.cut_after(where, n, how);
                send(from, "0123456789");
                const auto [got, ec] = receive_all(to);
                BOOST_TEST(got == std::string("0123456789").substr(0, n));
                BOOST_TEST((ec == asio::error::eof || ec == asio::error::connection_reset));
                if (how == ending::reset) BOOST_TEST((ec == asio::error::connection_reset));
                BOOST_TEST(receive_all(from).first.empty());
                BOOST_TEST(gate.has_cut());
                BOOST_TEST(gate.passed(where) == got);
                send(other, "goes on"); // and the next cut is asked for anew
                BOOST_TEST(receive(other_server, 7) == "goes on");
            }
        }
    }
    gate.cut_after(direction::to_client, 100);
    auto client = connect();
    auto server = acceptor.accept();
    send(client, std::string(1000, 'x'));
    BOOST_TEST(receive(server, 1000).size() == 1000u);
    send(server, std::string(99, 'x'));
    BOOST_TEST(receive(client, 99).size() == 99u);
    BOOST_TEST(!gate.has_cut());
    BOOST_TEST(gate.counted(direction::to_server) == 1000u);
    BOOST_TEST(gate.counted(direction::to_client) == 99u);
}

BOOST_FIXTURE_TEST_CASE(all_there_are_can_be_cut, gated_tcp)
{
    auto client = connect();
    auto server = acceptor.accept();
    gate.cut(ending::fin);
    BOOST_TEST((receive_all(client).second == asio::error::eof));
    BOOST_TEST((receive_all(server).second == asio::error::eof));
    auto again = connect();
    auto second = acceptor.accept();
    send(again, "x");
    BOOST_TEST(receive(second, 1) == "x");
}

BOOST_FIXTURE_TEST_CASE(a_delay_is_added_to_every_byte_and_keeps_their_order, gated_tcp)
{
    auto client = connect();
    auto server = acceptor.accept();
    gate.delay(milliseconds(40));
    const auto begin = steady_clock::now();
    send(client, "ab");
    send(client, "cd");
    BOOST_TEST(receive(server, 4) == "abcd");
    BOOST_TEST((steady_clock::now() - begin >= milliseconds(40)));
    send(server, "back");
    BOOST_TEST(receive(client, 4) == "back");
    BOOST_TEST((steady_clock::now() - begin >= milliseconds(80)));
    gate.delay(milliseconds(0));
    send(client, "e");
    BOOST_TEST(receive(server, 1) == "e");
}

BOOST_AUTO_TEST_SUITE_END()
