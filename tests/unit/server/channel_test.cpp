// What two processes of one user send each other.
#include "server/channel.hpp"
#include "server/takeover.hpp"
#include "support/temporary_directory.hpp"
#include "support/vectors.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>

namespace {

using namespace watchword;
using server::channel;

constexpr std::chrono::milliseconds at_once{0};

core::descriptor null_file()
{
    return core::descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

struct two_ends {
    std::pair<channel, channel> both = channel::pair();
    channel& here = both.first;
    channel& there = both.second;
};

bool is_same_file(int a, int b)
{
    struct ::stat first {
    }, second{};
    return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_ino == second.st_ino &&
           first.st_dev == second.st_dev;
}

} // namespace

BOOST_AUTO_TEST_SUITE(channels)

BOOST_FIXTURE_TEST_CASE(objects_and_open_files_arrive, two_ends)
{
    std::vector<core::descriptor> files;
    for (int i = 0; i < 3; ++i) files.push_back(null_file());
    BOOST_TEST(here.send({{"a", 1}}, files));
    BOOST_TEST(here.send({{"b", "two"}}));
    const auto first = there.receive(at_once), second = there.receive(at_once);
    BOOST_TEST_REQUIRE((first && second));
    BOOST_TEST(boost::json::serialize(first->body) == R"({"a":1})");
    BOOST_TEST_REQUIRE(first->descriptors.size() == 3u);
    for (const auto& each : first->descriptors) {
        BOOST_TEST(is_same_file(each.get(), files[0].get()));
        BOOST_TEST((::fcntl(each.get(), F_GETFD) & FD_CLOEXEC) != 0);
    }
    BOOST_TEST(boost::json::serialize(second->body) == R"({"b":"two"})");
    BOOST_TEST(second->descriptors.empty());
    BOOST_TEST(!there.receive(at_once));
}

BOOST_FIXTURE_TEST_CASE(both_ends_are_this_users, two_ends)
{
    BOOST_TEST(here.is_trusted());
    BOOST_TEST(there.is_trusted());
}

BOOST_AUTO_TEST_CASE(whoever_goes_is_noticed_and_what_he_said_is_read)
{
    auto [here, there] = channel::pair();
    {
        const channel going = std::move(here);
        channel copy(core::descriptor(::fcntl(going.descriptor(), F_DUPFD_CLOEXEC, 0)));
        BOOST_TEST(copy.send({{"last", true}}));
    }
    BOOST_TEST(there.await(at_once));
    BOOST_TEST(there.receive(at_once).has_value());
    BOOST_TEST(!there.receive(at_once));
    BOOST_TEST(!there.send({{"anybody", "there"}}));
}

BOOST_FIXTURE_TEST_CASE(what_is_no_message_is_none, two_ends)
{
    for (const std::string_view bad : {"", "{", "[]", "1", "{\"a\":1,\"a\":2}", "{} {}", "\xFF"}) {
        ::send(here.descriptor(), bad.data(), bad.size(), MSG_NOSIGNAL);
        BOOST_TEST(!there.receive(at_once), bad);
    }
    BOOST_TEST(here.send({{"a", 1}})); // and the next one is read
    BOOST_TEST(there.receive(at_once).has_value());
}

BOOST_FIXTURE_TEST_CASE(too_much_is_not_sent, two_ends)
{
    BOOST_CHECK_THROW(here.send({{"a", std::string(channel::longest_message, 'x')}}), std::invalid_argument);
    std::vector<core::descriptor> many;
    for (std::size_t i = 0; i <= channel::most_descriptors; ++i) many.push_back(null_file());
    BOOST_CHECK_THROW(here.send({}, many), std::invalid_argument);
    many.pop_back();
    BOOST_TEST(here.send({}, many));
    const auto got = there.receive(at_once);
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(got->descriptors.size() == channel::most_descriptors);
}

BOOST_AUTO_TEST_CASE(a_socket_that_listens_is_private_and_found)
{
    const test::temporary_directory directory;
    const auto path = directory / "control";
    BOOST_TEST(!channel::connect(path));
    {
        const auto door = server::listen_for_channels(path, false);
        struct ::stat status {};
        BOOST_TEST(::lstat(path.c_str(), &status) == 0);
        BOOST_TEST((status.st_mode & 0777) == 0600u);
        auto client = channel::connect(path);
        BOOST_TEST_REQUIRE(client.has_value());
        BOOST_TEST(client->send({{"do", "nothing"}}));
        channel accepted(core::descriptor(::accept4(door.get(), nullptr, nullptr, SOCK_CLOEXEC)));
        BOOST_TEST(accepted.receive(at_once).has_value());
        BOOST_CHECK_THROW(server::listen_for_channels(path, false), std::runtime_error);
        const auto successor = server::listen_for_channels(path, true);
        BOOST_TEST(channel::connect(path).has_value());
    }
    BOOST_TEST(!channel::connect(path)); // left behind
    const auto again = server::listen_for_channels(path, false);
    BOOST_TEST(channel::connect(path).has_value());
}

BOOST_AUTO_TEST_CASE(files_that_are_no_sockets_stay)
{
    const test::temporary_directory directory;
    test::write_file(directory / "file", "precious");
    for (const bool taken : {false, true})
        BOOST_CHECK_THROW(server::listen_for_channels(directory / "file", taken), std::runtime_error);
    BOOST_TEST(test::read_file(directory / "file") == "precious");
    BOOST_CHECK_THROW(server::listen_for_channels(directory / std::string(200, 'x'), false), std::runtime_error);
    BOOST_CHECK_THROW(channel::connect(directory / std::string(200, 'x')), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(takeovers)

BOOST_FIXTURE_TEST_CASE(sockets_arrive_in_parts_under_their_names, two_ends)
{
    std::vector<http::handed_listener> given(2);
    given[0] = {"127.0.0.1:0", "127.0.0.1:4711", {}};
    given[1] = {"unix:/run/x", "unix:/run/x", {}};
    for (int i = 0; i < 450; ++i) given[0].sockets.push_back(null_file());
    given[1].sockets.push_back(null_file());
    std::thread sender([&] { BOOST_TEST(server::send_sockets(there, given)); });
    auto taken = server::takeover::begin(std::move(here), false);
    sender.join();
    const auto got = taken.take_sockets();
    BOOST_TEST_REQUIRE(got.size() == 2u);
    BOOST_TEST(got[0].text == "127.0.0.1:0");
    BOOST_TEST(got[0].address == "127.0.0.1:4711");
    BOOST_TEST(got[0].sockets.size() == 450u);
    BOOST_TEST(got[1].address == "unix:/run/x");
    BOOST_TEST(got[1].sockets.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_told, two_ends)
{
    BOOST_TEST(there.send({{"refused", "it stops"}}));
    BOOST_CHECK_EXCEPTION(server::takeover::begin(std::move(here), true), std::runtime_error,
                          [](const auto& e) { return std::string_view(e.what()).ends_with("it stops"); });
}

BOOST_AUTO_TEST_CASE(one_that_goes_before_its_word_is_no_predecessor)
{
    auto [here, there] = channel::pair();
    BOOST_TEST(server::send_sockets(there, {}));
    auto taken = server::takeover::begin(std::move(here), false);
    {
        const channel going = std::move(there);
    }
    taken.tell_ready({"https://127.0.0.1:1"}); // to nobody
    BOOST_CHECK_THROW(taken.await_database(), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
