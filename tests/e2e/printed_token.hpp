#pragma once

#include "e2e_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace watchword::test {

// The token of the link that the server prints for the first administrator.
inline std::string printed_token(const server_process& server)
{
    BOOST_TEST(comes_true([&] { return contains(server.output(), "This is good until"); }));
    const std::string link = "http://" + server.address() + "/console/setup?token=", text = server.output();
    const auto at = text.find(link);
    if (at == text.npos) return {};
    const auto begin = at + link.size();
    return text.substr(begin, text.find('\n', begin) - begin);
}

} // namespace watchword::test
