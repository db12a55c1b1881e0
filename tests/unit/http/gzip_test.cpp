#include "http/crc32.hpp"
#include "http/gzip.hpp"
#include "support/gunzip.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace watchword;

// Every run is the same.
std::string noise(std::size_t size)
{
    std::string out;
    std::uint64_t x = 1;
    while (out.size() < size) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        out.push_back(static_cast<char>(x >> 56));
    }
    return out;
}

std::string users(std::size_t size)
{
    std::string out = "{\"users\":[";
    for (int i = 0; out.size() < size; ++i)
        out += "{\"email\":\"user" + std::to_string(i * 7919) + "@example.com\",\"name\":\"N" + std::to_string(i % 9) +
               "\",\"public_id\":\"" + std::to_string(i * 104'729) + "\"},";
    out.resize(size);
    return out;
}

std::vector<std::string> bodies()
{
    std::vector<std::string> all{"", "a", "{\"a\":1}\n", std::string(100'000, '\0'), noise(200'000), users(300'000)};
    for (const std::size_t size : {257u, 258u, 259u, 32'767u, 32'768u, 65'535u, 65'536u, 65'537u})
        all.push_back(users(size));
    for (const std::size_t size : {1u, 16'383u, 16'384u, 65'536u}) all.push_back(noise(size));
    // Many matches as far apart as the window allows.
    std::string distant;
    const auto words = noise(32'000);
    for (std::size_t at = 0; at < words.size(); at += 4) distant += words.substr(at, 4);
    all.push_back(distant + distant + distant);
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(gzip)

BOOST_AUTO_TEST_CASE(the_checksum_is_the_one_of_the_standard)
{
    BOOST_TEST(http::crc32("") == 0u);
    BOOST_TEST(http::crc32("123456789") == 0xCBF43926u); // the usual check value
    BOOST_TEST(http::crc32("The quick brown fox jumps over the lazy dog") == 0x414FA339u);
    BOOST_TEST(http::crc32(std::string(32, '\xff')) == 0xFF6CAB0Bu);
}

BOOST_AUTO_TEST_CASE(the_checksum_of_pieces_is_that_of_the_whole)
{
    const auto bytes = noise(1000);
    const auto whole = http::crc32(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); cut += 37)
        BOOST_TEST(http::crc32(bytes.substr(cut), http::crc32(bytes.substr(0, cut))) == whole);
}

BOOST_AUTO_TEST_CASE(what_is_compressed_is_found_again)
{
    http::deflater d;
    for (const auto& body : bodies()) BOOST_TEST((test::gunzip(http::gzip(body, d)) == body), body.size());
    BOOST_TEST(http::gzip(users(100'000), d).size() < 40'000u);
}

BOOST_AUTO_TEST_CASE(pieces_make_one_body_whichever_are_compressed)
{
    http::deflater one, other;
    for (const auto& body : bodies())
        for (const std::size_t size : {1000u, 65'536u, 70'001u}) {
            http::gzip_pieces pieces;
            std::string all;
            for (std::size_t at = 0; at < body.size(); at += size) {
                const auto piece = std::string_view(body).substr(at, size);
                const auto number = at / size % 3;
                all += number == 2 ? pieces.store(piece) : pieces.compress(piece, number == 0 ? one : other);
            }
            all += pieces.end();
            BOOST_TEST((test::gunzip(all) == body), body.size() << " bytes in pieces of " << size);
        }
}

BOOST_AUTO_TEST_CASE(a_client_can_read_each_piece_as_soon_as_it_comes)
{
    http::deflater d;
    http::gzip_pieces pieces;
    std::string sent, received;
    for (const std::string_view piece : {"{\"users\":[", "{\"a\":1},", "{\"b\":2}", "x"}) {
        received += received.size() % 2 == 0 ? pieces.compress(piece, d) : pieces.store(piece);
        sent += piece;
        const std::string last_block("\x03\x00", 2); // fits only if everything is there, to the bit
        BOOST_TEST(test::inflater(received.substr(10) + last_block).run() == sent);
    }
}

BOOST_AUTO_TEST_CASE(a_body_without_pieces_is_an_empty_one)
{
    BOOST_TEST(test::gunzip(http::gzip_pieces().end()) == "");
}

// gzip(1) has an inflate of its own.
BOOST_AUTO_TEST_CASE(the_program_gzip_reads_them)
{
    const test::temporary_directory directory;
    http::deflater d;
    for (const auto& body : bodies()) {
        test::write_file(directory / "body.gz", http::gzip(body, d));
        const auto whole = test::run_program({"gzip", "-dc", directory / "body.gz"});
        BOOST_TEST(whole.exit_code == 0, whole.errors);
        BOOST_TEST((whole.output == body), body.size());

        http::gzip_pieces pieces;
        std::string all;
        for (std::size_t at = 0; at < body.size(); at += 50'000)
            all += pieces.compress(std::string_view(body).substr(at, 50'000), d);
        test::write_file(directory / "pieces.gz", all + pieces.end());
        const auto in_pieces = test::run_program({"gzip", "-dc", directory / "pieces.gz"});
        BOOST_TEST(in_pieces.exit_code == 0, in_pieces.errors);
        BOOST_TEST((in_pieces.output == body), body.size());
    }
}

BOOST_AUTO_TEST_SUITE_END()
