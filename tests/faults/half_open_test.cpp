// F11: clients that vanish without a word, as if their cable had been pulled.
#include "faults_fixture.hpp"
#include "network_namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>

namespace {

using namespace watchword::test;

constexpr milliseconds timeout(1000);
const auto freed_by = at_most(timeout + std::chrono::seconds(2)); // one of them for a busy machine
// That goes on for those who are gone.
const auto freed_while_hashing = at_most(timeout + std::chrono::seconds(is_long() ? 8 : 3));
const auto arguments = set({"http.header_timeout=1s", "http.body_timeout=1s", "http.write_timeout=1s",
                            "http.idle_timeout=1s", "passwords.passes=5"}) +
                       std::vector<std::string>{"--listen", network_namespaces::server_address + std::string(":0")};

// What a client has sent when it vanishes, and whether it has its answer.
struct state {
    std::string sent;
    bool is_answered = false;
    bool reads = true;
};

std::map<std::string, state> states(const std::string& token)
{
    std::string many_lists;
    for (int i = 0; i < 8; ++i) many_lists += get_request("/user", {{"x-access-token", token}});
    return {
        {"connected", {""}},
        {"reading a header", {"GET /user HTTP/1.1\r\nHost: x\r\n"}},
        {"reading a body", {"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"}},
        {"hashing", {form_request("/login", credentials(known_email))}},
        {"writing", {many_lists, false, false}},
        {"idle", {get_request("/health/live"), true}},
    };
}

// Connects clients that get as far as `in` says. The last of them may not have been accepted yet.
void bring(swarm& clients, const state& in, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        clients.open(in.reads ? 0 : 4096);
        if (!in.reads) clients.at(i).may_receive = 0;
        clients.send(i, in.sent);
    }
}

bool are_there(const swarm& clients, const state& in)
{
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const auto& peer = clients.at(i);
        if (!peer.connected || !peer.unsent.empty() || (in.is_answered && peer.received.empty())) return false;
    }
    return true;
}

boost::test_tools::assertion_result has_network_namespaces(boost::unit_test::test_unit_id)
{
    return unless(network_namespaces::why_not());
}

} // namespace

BOOST_AUTO_TEST_SUITE(f11_half_open)

BOOST_AUTO_TEST_CASE(connections_of_clients_that_vanished_are_freed_in_every_state,
                     *boost::unit_test::precondition(has_network_namespaces))
{
    network_namespaces network;
    std::optional<signed_in_server> started;
    network.run_at_server([&] { started.emplace(arguments, 1'000'000, network.at_server()); });
    auto& s = *started;
    const auto& address = s.server.addresses().at(1);
    const auto base = open_files(s.id());
    const auto count = how_many(10, 50);

    for (const auto& each : states(s.token)) {
        const auto& name = each.first; // clang 14 captures no structured binding
        const auto& in = each.second;
        network.plug_cable();
        std::optional<swarm> clients;
        network.run_at_client([&] { bring(clients.emplace(address), in, count); });
        const auto is_ready = [&] { return are_there(*clients, in) && open_files(s.id()) >= base + count - 2; };
        BOOST_REQUIRE_MESSAGE(clients->run_until(is_ready, std::chrono::seconds(10)), name);

        network.pull_cable();
        const auto vanished = steady_clock::now();
        BOOST_TEST(comes_true([&] { return s.has_freed_all(base); }), name);
        const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - vanished);
        report("F11 " + std::to_string(count) + " peers vanished, " + name + ": freed after " +
               std::to_string(took.count()) + " ms with limits of " + std::to_string(timeout.count()) + " ms");
        BOOST_TEST((took < (name == "hashing" ? freed_while_hashing : freed_by)), name);
    }
    network.plug_cable();
    network.run_at_client([&] {
        http_client next(address);
        token_of(next.form_post("/login", credentials(known_email)));
    });
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
