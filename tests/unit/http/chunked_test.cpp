#include "http/chunked.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using watchword::http::chunked_decoder;
using state = chunked_decoder::state;

struct decoded {
    state now;
    std::string body;
    std::size_t consumed;
};

decoded decode(const std::string& input, std::size_t step, std::uint64_t limit = 1000)
{
    chunked_decoder decoder(limit);
    decoded all{state::need_more, "", 0};
    for (std::size_t at = 0; at < input.size() && all.now == state::need_more; at += step) {
        std::string piece = input.substr(at, step);
        const auto p = decoder.decode(piece.data(), piece.size());
        all.now = p.now;
        all.body += piece.substr(0, p.produced);
        all.consumed += p.consumed;
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(chunked)

BOOST_AUTO_TEST_CASE(chunks_are_joined_however_they_arrive)
{
    const std::string input = "5\r\nhello\r\n1;a=b\r\n \r\n5;x=\"y;\\\"z\"\r\nworld\r\n0\r\nVary: *\r\n\r\n";
    for (std::size_t step = 1; step <= input.size(); ++step) {
        const auto all = decode(input, step);
        BOOST_TEST((all.now == state::complete));
        BOOST_TEST(all.body == "hello world");
        BOOST_TEST(all.consumed == input.size());
    }
}

BOOST_AUTO_TEST_CASE(what_follows_the_body_is_left_alone)
{
    const auto all = decode("1\r\na\r\n0\r\n\r\nGET /", 100);
    BOOST_TEST((all.now == state::complete));
    BOOST_TEST(all.consumed == 11u);
}

BOOST_AUTO_TEST_CASE(malformed_framing_is_refused)
{
    for (const char* input : {"\r\n", " 1\r\na", "1 \r\na", "0x1\r\na", "-1\r\n", "1\na", "1\r\nab", "1\r\na\n",
                              "g\r\n", "1;\r\na", "1;=b\r\na", "1;a=\"b\r\na", "fffffffffffffffff\r\n",
                              "0\r\n : x\r\n\r\n", "0\r\nname\r\n\r\n", "0\r\na: b\n\r\n", "0\r\n\rX"})
        BOOST_TEST((decode(input, 1).now == state::malformed), input);
}

BOOST_AUTO_TEST_CASE(trailers_that_would_frame_or_authenticate_are_refused)
{
    for (const char* name : {"Content-Length", "transfer-encoding", "HOST", "x-access-token", "Authorization"})
        BOOST_TEST((decode("0\r\n" + std::string(name) + ": 1\r\n\r\n", 1).now == state::malformed), name);
}

BOOST_AUTO_TEST_CASE(the_body_the_extensions_and_the_trailers_are_bounded)
{
    BOOST_TEST((decode("3e9\r\n", 1).now == state::too_large));
    BOOST_TEST((decode("ffffffffffffff\r\n", 1).now == state::too_large));
    BOOST_TEST((decode("1;" + std::string(9000, 'a'), 1).now == state::too_large));
    BOOST_TEST((decode("0\r\n" + std::string(9000, 'a'), 1).now == state::too_large));
    std::string many;
    for (int i = 0; i < 999; ++i) many += "1;aaaaaaaaaaaaaaaaaaaa\r\nx\r\n";
    BOOST_TEST((decode(many + "0\r\n\r\n", 7).now == state::complete));
}

BOOST_AUTO_TEST_SUITE_END()
