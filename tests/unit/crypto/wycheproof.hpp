#pragma once

#include "core/text.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

// Wycheproof's tests, which are groups that have a key each.
namespace watchword::test {

inline std::string text(const boost::json::value& v)
{
    return {v.as_string().data(), v.as_string().size()};
}

inline std::string hex(const boost::json::value& v)
{
    return core::hex_decode(text(v)).value();
}

// Calls check(group, test) for each; how many there were.
template <class Check> std::size_t each_wycheproof(std::string_view file, const Check& check)
{
    const auto path = shared_path("vectors/jwt/wycheproof/" + std::string(file));
    const auto document = boost::json::parse(read_file(path));
    std::size_t count = 0;
    for (const auto& group : document.at("testGroups").as_array()) {
        for (const auto& one : group.at("tests").as_array()) {
            check(group.as_object(), one.as_object());
            ++count;
        }
    }
    BOOST_TEST(count == document.at("numberOfTests").to_number<std::size_t>());
    return count;
}

} // namespace watchword::test
