// The gaps that the stack leaves open, G1 to G8 of the checklist, as a client sees them closed. G4, G5 and G7 are cases
// of statements_framing_test.cpp. In the process, chunked_test.cpp splits and bounds chunked bodies. G8 is an overrun
// of Beast's that only a sanitizer sees: all of these run with one too.
#include "e2e_fixture.hpp"
#include "support/resources.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword::test;

const std::string chunked = "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                            "Content-Type: application/x-www-form-urlencoded\r\n\r\n";

// Sends it all, or as much as the server takes, and returns the status of the answer: 0 if there is none.
int status_of(http_client& client, const std::vector<std::string_view>& pieces)
{
    try {
        for (const auto piece : pieces) client.send(piece);
    } catch (const std::runtime_error&) { // it has heard enough
    }
    try {
        return client.read_response().status;
    } catch (const std::runtime_error&) {
        return 0;
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(gaps, running_server)

BOOST_AUTO_TEST_CASE(g1_a_huge_trailer_is_refused_and_kills_nobody)
{
    const std::string huge(100'000, 't');
    for (const std::string& trailer : {"X-Huge: " + huge, huge + ": x", huge}) {
        http_client attacker(server.address());
        const auto status = status_of(attacker, {chunked, "0\r\n", trailer, "\r\n\r\n"});
        BOOST_TEST((status == 400 || status == 413 || status == 431), status);
        BOOST_TEST(attacker.is_closed());
        BOOST_TEST(client.get("/health/live").status == 200);
    }
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(g2_chunk_extensions_trailers_and_tiny_chunks_do_not_fill_the_memory)
{
    constexpr std::size_t sent = 20'000'000, mebibyte = 1024 * 1024, ordinary = 2 * mebibyte;
    const auto repeated = [](const std::string& piece) {
        std::string all;
        while (all.size() < 64 * 1024) all += piece;
        return all;
    };
    struct attack {
        std::string what, beginning, again;
        std::size_t most = ordinary; // that the memory may grow by the first time
    };
    const attack attacks[] = {
        {"an extension without an end", "1;", repeated("e")},
        {"a quoted one", "1;a=\"", repeated("e")},
        {"a trailer without an end", "0\r\nX: ", repeated("t")},
        {"trailers without an end", "0\r\n", repeated("X-Trailer: value\r\n")},
        // These bring a body as well, which may have a mebibyte, in a buffer that grows by doubling.
        {"chunks of one byte", "", repeated("1;a=b\r\nx\r\n"), 4 * mebibyte},
        {"extensions of 4,000 bytes", "", repeated("1;" + std::string(4000, 'a') + "\r\nx\r\n"), 4 * mebibyte},
    };
    const temporary_directory place;
    server_process one_thread(place.path(), {"--threads", "1"});
    http_client witness(one_thread.address());
    BOOST_TEST(witness.get("/health/live").status == 200);
    // The last that it does after its start, and takes memory for.
    BOOST_TEST(comes_true([&] { return contains(one_thread.log(), "tokens are signed by this key"); }));
    const auto at_first = resident_bytes(one_thread.child().id());
    constexpr int rounds = 4;
    for (int round = 1; round <= rounds; ++round) {
        for (const auto& a : attacks) {
            const auto before = resident_bytes(one_thread.child().id());
            http_client attacker(one_thread.address());
            std::vector<std::string_view> pieces(sent / a.again.size(), a.again);
            pieces.insert(pieces.begin(), {chunked, a.beginning});
            pieces.emplace_back("\r\n0\r\n\r\n");
            const auto status = status_of(attacker, pieces);
            const auto after = resident_bytes(one_thread.child().id());
            const auto grown = after > before ? after - before : 0;
            BOOST_TEST_MESSAGE("G2 " << a.what << ": answered " << status << ", memory grew by " << grown / 1024
                                     << " KiB");
            BOOST_TEST((status == 400 || status == 413 || status == 431), a.what << ": " << status);
            const bool settles =
                a.most > ordinary && round > 1 && round < rounds; // buffers of bodies find their places
            if (!is_sanitized && !settles)
                BOOST_TEST(grown < (round == 1 ? a.most : ordinary), a.what << ": " << grown);
        }
    }
    const auto in_the_end = resident_bytes(one_thread.child().id());
    if (!is_sanitized) BOOST_TEST(in_the_end < at_first + 12 * mebibyte); // of 480 MB
    BOOST_TEST(witness.get("/health/live").status == 200);
    BOOST_TEST(one_thread.stop() == 0);
}

BOOST_AUTO_TEST_CASE(g3_the_end_of_a_chunked_body_may_be_split_anywhere)
{
    client.form_post("/signup", registration("a@b.test"));
    const auto body = encode_form(credentials("a@b.test"));
    char size[20];
    std::snprintf(size, sizeof size, "%zx", body.size());
    const auto framed = std::string(size) + ";x=\"\\\"\"\r\n" + body + "\r\n0\r\nX-Trailer: y\r\n\r\n";
    const auto end = framed.size() - 30; // the last bytes of the body, and all that follows it
    // What is behind the split is sent only when everything before it has been read: the health of the server, asked
    // on the same thread, tells.
    const temporary_directory other;
    server_process one_thread(other.path(), {"--threads", "1", "--set", "passwords.memory_kib=8"});
    http_client witness(one_thread.address());
    witness.form_post("/signup", registration("a@b.test"));
    for (std::size_t at = end; at < framed.size(); ++at) {
        http_client split(one_thread.address());
        split.send(chunked + framed.substr(0, at));
        BOOST_TEST(witness.get("/health/live").status == 200);
        split.send(framed.substr(at, 1));
        BOOST_TEST(witness.get("/health/live").status == 200);
        split.send(framed.substr(at + 1));
        token_of(split.read_response());
        BOOST_TEST(split.get("/health/live").status == 200); // and the connection goes on
    }
    BOOST_TEST(one_thread.stop() == 0);
}

BOOST_AUTO_TEST_CASE(g6_a_trailer_cannot_authenticate)
{
    client.form_post("/signup", registration("a@b.test"));
    const auto token = token_of(client.form_post("/login", credentials("a@b.test")));
    for (const std::string& trailer :
         {"x-access-token: " + token, "X-Access-Token:" + token, "Authorization: Bearer " + token,
          std::string("Host: other"), std::string("Content-Length: 0")}) {
        http_client own(server.address());
        const auto status = status_of(own, {"GET /user HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                            "Trailer: x-access-token\r\n\r\n0\r\n",
                                            trailer, "\r\n\r\n"});
        BOOST_TEST((status == 400 || status == 401), trailer << ": " << status);
    }
    http_client own(server.address());
    BOOST_TEST(status_of(own, {"GET /user HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nx-access-token: ", token,
                               "\r\n\r\n0\r\nX-Other: y\r\n\r\n"}) == 200);
}

BOOST_AUTO_TEST_SUITE_END()
