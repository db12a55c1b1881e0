#include "accounts/key_spill.hpp"
#include "breached_fixture.hpp"
#include "core/text.hpp"

#include <filesystem>
#include <set>

namespace {

using namespace watchword;
using test::breached_fixture;
using test::problem_of;

std::string password(int i)
{
    return "password number " + std::to_string(i);
}

std::string lines(int from, int to)
{
    std::string all;
    for (int i = from; i < to; ++i) all += password(i) + "\n";
    return all;
}

std::string sha1_line(const std::string& password, const std::string& behind)
{
    const auto d = crypto::sha1()(password);
    auto hex = core::hex_encode({d.data(), d.size()});
    std::transform(hex.begin(), hex.end(), hex.begin(), [](unsigned char c) { return std::toupper(c); });
    return hex + behind;
}

int found(const accounts::breached_filter& f, int from, int to)
{
    int n = 0;
    for (int i = from; i < to; ++i) n += f.contains_password(password(i)).value();
    return n;
}

std::set<std::string> names(const std::filesystem::path& directory)
{
    std::set<std::string> all;
    for (const auto& e : std::filesystem::directory_iterator(directory)) all.insert(e.path().filename().string());
    return all;
}

// Stops the work when a part of it has come so far.
struct stopping_watcher final : store::watcher {
    std::string part;
    explicit stopping_watcher(std::string p) : part(std::move(p)) {}
    void begin(std::string_view p, unit, std::uint64_t) override
    {
        if (p == part) stop();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(breached_filters, breached_fixture)

BOOST_AUTO_TEST_CASE(a_filter_of_many_shards_misses_nobody_and_is_small)
{
    constexpr int members = 1'100'000; // two shards
    const auto built = build(lines(0, members));
    BOOST_TEST(built.passwords == 1'100'000u);
    BOOST_TEST(built.lines == 1'100'000u);
    BOOST_TEST(built.duplicates + built.refused == 0u);
    BOOST_TEST(built.bytes * 8 <= built.passwords * 10);
    BOOST_TEST(std::filesystem::file_size(filter) == built.bytes);
    const accounts::breached_filter f(filter);
    BOOST_TEST(f.index().shards.size() == 2u);
    BOOST_TEST(f.is_whole().value());
    BOOST_TEST(found(f, 0, members) == members);
    const int wrong = found(f, members, members + 1'000'000);
    BOOST_TEST_MESSAGE(wrong << " of 1000000 others, " << 8 * double(built.bytes) / double(members) << " bits");
    BOOST_TEST(wrong < 5000);
    BOOST_TEST(wrong > 1000);
}

BOOST_AUTO_TEST_CASE(hashes_give_the_same_filter_as_passwords)
{
    std::string hashes;
    for (int i = 0; i < 1000; ++i) hashes += sha1_line(password(i), ":" + std::to_string(i) + "\r\n");
    const auto from_plain = build(lines(0, 1000));
    const auto content = test::read_file(filter);
    const auto from_hashes = build(hashes);
    BOOST_TEST((from_plain.format == accounts::list_format::plain));
    BOOST_TEST((from_hashes.format == accounts::list_format::sha1));
    BOOST_TEST(from_hashes.passwords == 1000u);
    BOOST_TEST((test::read_file(filter) == content));
}

BOOST_AUTO_TEST_CASE(what_comes_again_is_there_once)
{
    const auto once = build(lines(0, 20'000));
    const auto content = test::read_file(filter);
    const auto twice = build(lines(10'000, 20'000) + lines(0, 20'000));
    BOOST_TEST(twice.duplicates == 10'000u);
    BOOST_TEST(twice.passwords == once.passwords);
    BOOST_TEST((test::read_file(filter) == content));
}

BOOST_AUTO_TEST_CASE(lines_that_no_password_can_be_are_told_and_left_out)
{
    const auto built = build("good\n\n" + std::string(1025, 'x') + "\nb\xFF" + "d\n" + std::string(200'000, 'y') +
                             "\n" + std::string(1024, 'z') + "\r\nlast");
    BOOST_TEST(built.passwords == 3u);
    BOOST_TEST(built.lines == 7u);
    BOOST_TEST(built.refused == 3u);
    BOOST_REQUIRE(refused.size() == 3u);
    BOOST_TEST(refused[0].first == 3u);
    BOOST_TEST(refused[1].first == 4u);
    BOOST_TEST(refused[1].second == "is not UTF-8, which every password is");
    BOOST_TEST(refused[2].first == 5u);
    const accounts::breached_filter f(filter);
    for (const std::string& p : {std::string("good"), std::string(1024, 'z'), std::string("last")})
        BOOST_TEST(f.contains_password(p).value());

    const auto hashes = build(sha1_line("a", "\n") + "zz\n" + sha1_line("b", ":x\n") + sha1_line("c", ":\n") +
                              sha1_line("d", "0\n") + sha1_line("e", ":7"));
    BOOST_TEST(hashes.passwords == 2u);
    BOOST_TEST(hashes.refused == 4u);
    BOOST_TEST(refused.back().first == 5u);
}

BOOST_AUTO_TEST_CASE(the_first_line_tells_the_format_unless_it_is_named)
{
    const auto hash = sha1_line("secret", "");
    build(hash + "\n");
    BOOST_TEST(accounts::breached_filter(filter).contains_password("secret").value());
    build(hash + "\n", accounts::list_format::plain);
    BOOST_TEST(accounts::breached_filter(filter).contains_password(hash).value());
    // With a byte order mark and empty lines before it.
    build("\xEF\xBB\xBF\n\n" + hash + "\n");
    BOOST_TEST(accounts::breached_filter(filter).contains_password("secret").value());
    build("\xEF\xBB\xBFsecret\n");
    BOOST_TEST(accounts::breached_filter(filter).contains_password("secret").value());
}

BOOST_AUTO_TEST_CASE(ntlm_hashes_are_refused)
{
    for (const char* line : {"8846F7EAEE8FB117AD06BDD830B7586C", "8846f7eaee8fb117ad06bdd830b7586c:12"}) {
        BOOST_TEST(problem_of([&] { build(line); }).starts_with("it is a list of NTLM hashes"));
        BOOST_TEST(problem_of([&] { build(line, accounts::list_format::sha1); }).starts_with("it is a list of NTLM"));
        BOOST_TEST(build(line, accounts::list_format::plain).passwords == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_list_without_passwords_makes_no_filter)
{
    for (const std::string content : {"", "\n\n\r\n", "\xFF\n"})
        BOOST_TEST(problem_of([&] { build(content); }) == "there is no password in it");
    BOOST_TEST(problem_of([&] {
                   accounts::build_breached_filter(
                       {directory / "none", filter}, [](auto, auto) {}, watcher);
               }) == "cannot read " + directory / "none" + ": No such file or directory");
    BOOST_TEST(!std::filesystem::exists(filter));
    BOOST_TEST((names(directory.path()) == std::set<std::string>{"list.txt"}));
}

BOOST_AUTO_TEST_CASE(what_is_there_is_replaced_only_when_that_is_wanted)
{
    build("one\n");
    BOOST_TEST(problem_of([&] { build("two\n", accounts::list_format::automatic, false); }) ==
               filter + ": File exists");
    BOOST_TEST(accounts::breached_filter(filter).contains_password("one").value());
    const accounts::breached_filter old(filter);
    build("two\n");
    BOOST_TEST(accounts::breached_filter(filter).contains_password("two").value());
    BOOST_TEST(old.contains_password("one").value()); // for those who have it open
}

BOOST_AUTO_TEST_CASE(stopped_it_leaves_nothing)
{
    test::write_file(list, lines(0, 10'000));
    for (const char* part : {"reading", "building"}) {
        stopping_watcher w(part);
        BOOST_CHECK_THROW(accounts::build_breached_filter(
                              {list, filter}, [](auto, auto) {}, w),
                          store::stopped);
        BOOST_TEST((names(directory.path()) == std::set<std::string>{"list.txt"}));
    }
}

BOOST_AUTO_TEST_CASE(keys_come_back_from_memory_and_from_the_file)
{
    accounts::key_spill keys(directory.path());
    constexpr std::uint64_t count = 300'000;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < count; ++i) {
        // Most of them in four of the 1,024 parts, so that these are written.
        const auto key = (i % 5 == 4 ? i * 0x9E3779B97F4A7C15u : (i % 5) << 54 | i);
        keys.add(key);
        if (key >> 54 < 4) expected.push_back(key);
    }
    BOOST_TEST(keys.size() == count);
    BOOST_TEST((names(directory.path()).empty())); // the file has no name
    auto read = keys.read(0, 4);
    BOOST_TEST(read.size() == keys.held(0, 4));
    const auto unique = [](std::vector<std::uint64_t>& all) {
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
    };
    unique(read);
    unique(expected);
    BOOST_TEST((read == expected));
    BOOST_TEST(keys.read(1020, 4).size() > 100u);
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_again_and_again_takes_no_room)
{
    accounts::key_spill keys(directory.path());
    for (int i = 0; i < 1'000'000; ++i) keys.add(7);
    BOOST_TEST(keys.size() == 1'000'000u);
    BOOST_TEST(keys.held(0, accounts::key_spill::parts) <= 8192u);
    BOOST_TEST(keys.read(0, 1).at(0) == 7u);
}

BOOST_AUTO_TEST_SUITE_END()
