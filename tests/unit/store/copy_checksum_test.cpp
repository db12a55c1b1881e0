#include "store/copy_checksum.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace watchword::store {
namespace {

row_checksum of(const std::vector<stored_value>& row)
{
    return row_hasher()(row);
}

const auto text = [](std::string_view t) { return stored_value::of(t); };
const auto number = [](std::int64_t n) { return stored_value::of(n); };

} // namespace

BOOST_AUTO_TEST_SUITE(copy_checksum_test)

BOOST_AUTO_TEST_CASE(rows_that_are_not_the_same_differ)
{
    using kind = stored_value::kind;
    const std::vector<std::vector<stored_value>> rows{
        {{}},
        {text("")},
        {{}, {}},
        {text(""), text("")},
        {text("a"), text("")},
        {text(""), text("a")},
        {text("ab"), text("c")},
        {text("a"), text("bc")},
        {number(1)},
        {text("1")},
        {{kind::blob, 0, "1"}},
        {{kind::real, 1, {}}},
        {number(-1)},
        {number(0)},
        {text(std::string_view("\0", 1))},
        {text(std::string_view("\0\0", 2))},
    };
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) BOOST_TEST((of(rows[i]) != of(rows[j])), i << " and " << j);
    BOOST_TEST((of({text("a"), number(7)}) == of({text("a"), number(7)})));
}

BOOST_AUTO_TEST_CASE(tables_are_the_same_whatever_their_order_but_not_if_a_row_comes_twice)
{
    const auto a = of({text("a")}), b = of({text("b")});
    row_checksum ab, ba, aab;
    (ab += a) += b;
    (ba += b) += a;
    ((aab += a) += a) += b;
    BOOST_TEST((ab == ba));
    BOOST_TEST((ab != aab));
    BOOST_TEST(((aab -= a) == ab));
    BOOST_TEST(to_string(row_checksum{0x0123456789abcdef, 0xfedcba9876543210}) == "fedcba98765432100123456789abcdef");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
