#include "server/clients.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>

namespace {

using namespace watchword;

const std::string good = "[{\"id\":\"api\",\"secret_sha256\":"
                         "\"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\","
                         "\"may\":[\"introspect\"]}]\n";

struct place : test::temporary_directory {
    std::string file = *this / "clients.json";

    void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }
    // Why it is refused.
    std::string refusal() const
    {
        try {
            server::load_clients(file);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return {};
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(clients, place)

BOOST_AUTO_TEST_CASE(the_clients_of_a_file_are_loaded)
{
    write(good);
    const auto all = server::load_clients(file);
    BOOST_REQUIRE(all.size() == 1u);
    BOOST_TEST(all[0].id == "api");
    write("[]");
    BOOST_TEST(server::load_clients(file).empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_refused_with_one_line_that_names_the_file)
{
    BOOST_TEST(refusal() == "the file of clients " + file + " cannot be read: No such file or directory");
    write("[7,8]");
    BOOST_TEST(refusal() == "the file of clients " + file + " is wrong: client 1: is not an object");
    write(good + std::string(1024 * 1024, ' '));
    BOOST_TEST(refusal() == "the file of clients " + file + " is larger than 1 MiB");
    write(good + std::string(1024 * 1024 - good.size(), ' '));
    BOOST_TEST(refusal() == "");
    file = path().string();
    BOOST_TEST(refusal() == "the file of clients " + file + " is not a regular file");
    file = *this / "pipe";
    BOOST_REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    BOOST_TEST(refusal() == "the file of clients " + file + " is not a regular file");
}

BOOST_AUTO_TEST_SUITE_END()
