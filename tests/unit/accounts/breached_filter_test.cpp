// Files that are not what watchword breached build writes.
#include "breached_fixture.hpp"
#include "core/siphash.hpp"

#include <filesystem>

namespace {

using namespace watchword;
using test::breached_fixture;
using test::problem_of;

struct damaged_fixture : breached_fixture {
    std::string content;

    damaged_fixture()
    {
        std::string all;
        for (int i = 0; i < 2000; ++i) all += std::to_string(i) + "\n";
        build(all);
        content = test::read_file(filter);
    }

    // What opening a file with that content says, without the name.
    std::string opening(const std::string& changed)
    {
        test::write_file(filter, changed);
        auto problem = problem_of([&] { accounts::breached_filter f(filter); });
        const auto name = "the filter of breached passwords " + filter + " ";
        return problem.starts_with(name) ? problem.substr(name.size()) : problem;
    }
};

void put(std::string& bytes, std::size_t at, std::size_t size, std::uint64_t n)
{
    for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<char>(n >> (8 * i));
}

// As somebody would who wants to be believed.
std::string with_new_checksum(std::string bytes, std::size_t rows)
{
    const auto sum = core::siphash_128(bytes.substr(0, 32) + bytes.substr(48, 40 * rows));
    return bytes.replace(32, 16, sum.data(), 16);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(breached_files, damaged_fixture)

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_off_anywhere_is_refused)
{
    for (std::size_t size = 0; size < content.size(); size += size < 200 ? 1 : 97) {
        const auto problem = opening(content.substr(0, size));
        const bool known =
            problem == (size < 8 ? "is not a filter that watchword breached build has made" : "is cut off");
        BOOST_TEST(known, size << ": " << problem);
    }
    BOOST_TEST(opening(content + "x") == "is damaged: there is something behind its end");
}

BOOST_AUTO_TEST_CASE(every_damaged_byte_is_noticed_at_once_or_when_all_is_read)
{
    for (std::size_t at = 0; at < content.size(); at += at < 88 ? 1 : 31) {
        auto changed = content;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        const auto problem = opening(changed);
        if (at < 88) {
            BOOST_TEST(problem != "no problem", at);
        } else {
            BOOST_REQUIRE(problem == "no problem");
            BOOST_TEST(!accounts::breached_filter(filter).is_whole().value(), at);
        }
    }
}

BOOST_AUTO_TEST_CASE(lies_with_good_checksums_are_refused)
{
    const auto lie = [&](std::size_t at, std::size_t size, std::uint64_t n, std::size_t rows = 1) {
        auto changed = content;
        put(changed, at, size, n);
        return opening(with_new_checksum(changed, rows));
    };
    BOOST_TEST(lie(8, 4, 2) == "has the format 2, this program knows 1");
    BOOST_TEST(lie(12, 4, 11) == "is damaged: it has too many shards");
    BOOST_TEST(lie(12, 4, 0xFFFFFFFF) == "is damaged: it has too many shards");
    BOOST_TEST(lie(12, 4, 10) == "is cut off");
    BOOST_TEST(lie(16, 8, 1999) == "is damaged: its sizes do not agree");
    BOOST_TEST(lie(24, 8, content.size() + 1) == "is damaged: its sizes do not agree");
    BOOST_TEST(lie(56, 4, 0) == "is damaged: it has a shard that cannot be");
    BOOST_TEST(lie(56, 4, 3) == "is damaged: it has a shard that cannot be");
    BOOST_TEST(lie(56, 4, 1u << 19) == "is damaged: it has a shard that cannot be");
    BOOST_TEST(lie(60, 4, 0) == "is damaged: it has a shard that cannot be");
    BOOST_TEST(lie(60, 4, 0xFFFFFFFF) == "is damaged: it has a shard that cannot be");
    BOOST_TEST(lie(64, 8, 1u << 30) == "is damaged: it has a shard that cannot be");

    // More segments than are there, which the size agrees with.
    auto longer = content;
    const std::uint64_t length =
        static_cast<unsigned char>(content[56]) + 256u * static_cast<unsigned char>(content[57]);
    put(longer, 60, 4, 1u << 16);
    put(longer, 24, 8, 88 + ((1u << 16) + 2) * length);
    BOOST_TEST(opening(with_new_checksum(longer, 1)) == "is cut off");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_off_while_it_is_open_is_no_crash)
{
    const accounts::breached_filter f(filter);
    BOOST_TEST(f.contains_password("7").value());
    std::filesystem::resize_file(filter, 100);
    BOOST_TEST((f.contains_password("7").error() == core::errc::unavailable));
    BOOST_TEST((f.is_whole().error() == core::errc::unavailable));
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused)
{
    const auto open = [](const std::string& name) { return problem_of([&] { accounts::breached_filter f(name); }); };
    BOOST_TEST(open(directory / "none") ==
               "cannot open the filter of breached passwords " + directory / "none" + ": No such file or directory");
    BOOST_TEST(open(directory.path().string()) ==
               "the filter of breached passwords " + directory.path().string() + " is not a file");
    BOOST_TEST(open("/dev/zero") == "the filter of breached passwords /dev/zero is not a file");
}

BOOST_AUTO_TEST_SUITE_END()
