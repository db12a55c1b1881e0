// The session's cookie among those that a site has come to.
#include "http/cookies.hpp"

#include "micro/subjects/all.hpp"

namespace watchword::micro {
namespace {

constexpr std::string_view sent = "theme=dark; consent=analytics.0.marketing.0; _id=a1.2.1842.1712345678; lang=en-GB; "
                                  "__Host-session=k9Yb0w3mJtR7uXcV1nQz5pLs8dFg2hAe; tz=Europe/Berlin";

} // namespace

void add_cookies(subjects& all)
{
    const auto make = [] {
        http::request q;
        q.headers = {{"Host", "accounts.example.test"}, {"Accept", "application/json"}, {"Cookie", sent}};
        require(http::cookie(q, "__Host-session") == "k9Yb0w3mJtR7uXcV1nQz5pLs8dFg2hAe", "another cookie is found");
        return in_a_loop([q] { return http::cookie(q, "__Host-session"); });
    };
    all.push_back({"cookies/session", make, 500});
}

} // namespace watchword::micro
