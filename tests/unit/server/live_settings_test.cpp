#include "server/live_settings.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;
using names = std::vector<std::string>;

struct running {
    settings::loaded next;
    settings::settings applied;
    int times = 0;
    std::string complaint;
    server::live_settings live{settings::settings(), [this] { return next; },
                               [this](const settings::settings& s) {
                                   if (!complaint.empty()) throw std::runtime_error(complaint);
                                   applied = s;
                                   ++times;
                               }};
};

} // namespace

BOOST_AUTO_TEST_SUITE(live_settings)

BOOST_FIXTURE_TEST_CASE(what_may_change_does_and_the_rest_keeps_its_value, running)
{
    next.values.http.header_bytes = 4096;
    next.values.server.trusted_proxies = {"10.0.0.0/8", "::1"};
    next.values.http.uncounted_addresses = {};
    next.values.server.threads = 9;
    next.values.database.url = "sqlite:other.db";
    const auto report = live.reload();
    BOOST_TEST(report.problems == names());
    BOOST_TEST(report.changed == names({"server.trusted_proxies", "http.header_bytes", "http.uncounted_addresses"}));
    BOOST_TEST(report.kept == names({"server.threads", "database.url"}));
    BOOST_TEST(applied.http.header_bytes == 4096u);
    BOOST_TEST(applied.server.trusted_proxies == next.values.server.trusted_proxies);
    BOOST_TEST(applied.http.uncounted_addresses.empty());
    BOOST_TEST(applied.server.threads == 0u);
    BOOST_TEST(applied.database.url == settings::settings().database.url);
}

BOOST_FIXTURE_TEST_CASE(it_is_applied_even_if_nothing_has_changed, running)
{
    for (int i = 1; i < 3; ++i) {
        const auto report = live.reload();
        BOOST_TEST((report.problems.empty() && report.changed.empty() && report.kept.empty()));
        BOOST_TEST(times == i);
    }
}

BOOST_FIXTURE_TEST_CASE(problems_change_nothing, running)
{
    next.values.http.header_bytes = 4096;
    next.problems = {{"watchword.json, line 7: http.body", "is not known"}};
    BOOST_TEST(live.reload().problems == names({"watchword.json, line 7: http.body: is not known"}));
    BOOST_TEST(times == 0);

    next.problems.clear();
    complaint = "the certificate is bad";
    const auto report = live.reload();
    BOOST_TEST(report.problems == names({complaint}));
    BOOST_TEST(report.changed == names());

    complaint.clear();
    BOOST_TEST(live.reload().changed == names({"http.header_bytes"})); // it had not changed before
    BOOST_TEST(live.reload().changed == names());
}

BOOST_AUTO_TEST_SUITE_END()
