#include "server/secret.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>

namespace {

using namespace watchword;
namespace fs = std::filesystem;

struct directory {
    fs::path path = fs::temp_directory_path() / ("watchword-secret-" + std::to_string(::getpid()));
    core::system_random random;

    directory() { fs::create_directory(path); }
    ~directory() { fs::remove_all(path); }
    std::string file(const std::string& name = "secret") const { return (path / name).string(); }
    void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }
    core::secret_string load(bool may_create = false) { return server::load_secret({}, file(), may_create, random); }
};

const std::string good(32, 'x');

bool tells_length_but_not_content(const std::runtime_error& e)
{
    const std::string what = e.what();
    return what.find("too short: 5 bytes") != what.npos && what.find("short-") == what.npos &&
           what.find("abcde") == what.npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(secret, directory)

BOOST_AUTO_TEST_CASE(a_file_gives_its_bytes_without_the_last_newline)
{
    write(good + "\n");
    BOOST_TEST(load().view() == good);
    write(good + "\r\n");
    BOOST_TEST(load().view() == good);
    write(good + "\n\n");
    BOOST_TEST(load().view() == good + "\n");
}

BOOST_AUTO_TEST_CASE(a_value_wins_over_a_file)
{
    write(good);
    const core::secret_string value(std::string(40, 'v'));
    BOOST_TEST(server::load_secret(value, file(), false, random).view() == value.view());
}

BOOST_AUTO_TEST_CASE(a_short_secret_is_refused_without_being_told)
{
    write("abcde\n");
    BOOST_CHECK_EXCEPTION(load(), std::runtime_error, tells_length_but_not_content);
    const core::secret_string value(std::string("abcde"));
    BOOST_CHECK_EXCEPTION(server::load_secret(value, "", false, random), std::runtime_error,
                          tells_length_but_not_content);
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_made_only_when_it_may_be)
{
    BOOST_CHECK_THROW(load(), std::runtime_error);
    BOOST_TEST(!fs::exists(file()));
    const auto made = load(true);
    BOOST_TEST(made.size() == 43u); // 32 bytes in base64url
    BOOST_TEST(load(true).view() == made.view());
    BOOST_TEST(load().view() == made.view());
}

BOOST_AUTO_TEST_CASE(a_new_file_is_its_owners_alone_and_leaves_nothing_beside_it)
{
    load(true);
    struct stat status {};
    BOOST_REQUIRE(::stat(file().c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777) == 0600u);
    BOOST_TEST(std::distance(fs::directory_iterator(path), fs::directory_iterator()) == 1);
}

BOOST_AUTO_TEST_CASE(what_an_interrupted_start_left_is_in_nobodys_way)
{
    std::ofstream(file("secret.new-" + std::to_string(::getpid()))) << "half";
    BOOST_TEST(load(true).size() >= server::least_secret_bytes);
    BOOST_TEST(std::distance(fs::directory_iterator(path), fs::directory_iterator()) == 1);
}

BOOST_AUTO_TEST_CASE(two_new_secrets_differ)
{
    const auto one = server::load_secret({}, file("one"), true, random);
    const auto two = server::load_secret({}, file("two"), true, random);
    BOOST_TEST(one.view() != two.view());
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_refused)
{
    BOOST_CHECK_THROW(server::load_secret({}, path.string(), false, random), std::runtime_error);
    BOOST_CHECK_THROW(server::load_secret({}, file("no/such/directory"), true, random), std::runtime_error);
    write(std::string(5000, 'x'));
    BOOST_CHECK_THROW(load(), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
