#include "store/copy_checksum.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace watchword::store {
namespace {

constexpr siphash_key authors_key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};

// The first bytes of 0, 1, 2 … under the key of SipHash's authors, printed as they print them: by byte.
std::string of_counted_bytes(std::size_t size)
{
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
    const auto hash = siphash_128(authors_key, bytes);
    std::string digits;
    for (const auto half : {hash.low, hash.high})
        for (int i = 0; i < 8; ++i) {
            const auto byte = half >> (8 * i) & 255;
            digits += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
        }
    return digits;
}

row_checksum of(const std::vector<stored_value>& row)
{
    return row_hasher()(row);
}

const auto text = [](std::string_view t) { return stored_value::of(t); };
const auto number = [](std::int64_t n) { return stored_value::of(n); };

} // namespace

BOOST_AUTO_TEST_SUITE(copy_checksum_test)

// Vectors of the reference implementation (vectors_sip128), computed again with OpenSSL.
BOOST_AUTO_TEST_CASE(it_is_siphash)
{
    BOOST_TEST(of_counted_bytes(0) == "a3817f04ba25a8e66df67214c7550293");
    BOOST_TEST(of_counted_bytes(1) == "da87c1d86b99af44347659119b22fc45");
    BOOST_TEST(of_counted_bytes(7) == "a1f1ebbed8dbc153c0b84aa61ff08239");
    BOOST_TEST(of_counted_bytes(8) == "3b62a9ba6258f5610f83e264f31497b4");
    BOOST_TEST(of_counted_bytes(15) == "5493e99933b0a8117e08ec0f97cfc3d9");
    BOOST_TEST(of_counted_bytes(16) == "6ee2a4ca67b054bbfd3315bf85230577");
    BOOST_TEST(of_counted_bytes(63) == "5150d1772f50834a503e069a973fbd7c");
}

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
