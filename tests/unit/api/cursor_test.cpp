#include "api/cursor.hpp"
#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;

struct fixture {
    api::cursors cursors{core::secret_string(std::string(32, 'k'))};

    bool reads(std::string_view cursor) { return cursors.read({"users", "ann", ""}, cursor).has_value(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cursors, fixture)

BOOST_AUTO_TEST_CASE(what_was_written_is_read)
{
    for (const auto& position : {std::string(), std::string("17"), std::string("\0\xff", 2), std::string(512, 'x')}) {
        const auto cursor = cursors.write({"users", "ann", ""}, position);
        BOOST_TEST(cursors.read({"users", "ann", ""}, cursor).value() == position);
        BOOST_TEST(cursor == cursors.write({"users", "ann", ""}, position));
        BOOST_TEST(cursor.find_first_of("+/=&\"") == cursor.npos);
    }
    BOOST_CHECK_THROW(cursors.write({"users"}, std::string(513, 'x')), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_cursor_is_of_one_list_with_one_filter_and_one_secret)
{
    const auto cursor = cursors.write({"users", "ann", ""}, "17");
    BOOST_TEST(reads(cursor));
    BOOST_TEST((cursors.read({"roles", "ann", ""}, cursor).error() == core::errc::invalid_input));
    BOOST_TEST(cursors.read({"users", "", "ann"}, cursor).has_error());
    BOOST_TEST(cursors.read({"users", "ann"}, cursor).has_error());
    BOOST_TEST(cursors.read({"usersann", "", ""}, cursor).has_error());
    const api::cursors elsewhere{core::secret_string(std::string(32, 'l'))};
    BOOST_TEST(elsewhere.read({"users", "ann", ""}, cursor).has_error());
    BOOST_CHECK_THROW(api::cursors(core::secret_string(std::string(15, 'k'))), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(nobody_else_can_make_one)
{
    const auto bytes = core::base64url_decode(cursors.write({"users", "ann", ""}, "17")).value();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (int bit = 1; bit < 256; bit *= 2) {
            auto altered = bytes;
            altered[i] = static_cast<char>(altered[i] ^ bit);
            BOOST_TEST(!reads(core::base64url_encode(altered)), i);
        }
        BOOST_TEST(!reads(core::base64url_encode(bytes.substr(0, i))), i);
    }
    const auto good = core::base64url_encode(bytes);
    for (const auto& bad : {good + "A", good + "=", " " + good, std::string("17"), std::string(),
                            std::string(100'000, 'A'), core::base64url_encode(bytes + '\0')})
        BOOST_TEST(!reads(bad));
    BOOST_TEST(reads(good));
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_parameter)
{
    const auto r = api::invalid_cursor();
    BOOST_TEST(static_cast<int>(r.status()) == 400);
    BOOST_TEST(r.body().find("\"invalid_cursor\"") != std::string_view::npos);
}

BOOST_AUTO_TEST_SUITE_END()
