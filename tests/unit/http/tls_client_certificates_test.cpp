// Client certificates: who must show one, which is good, and what a handler learns of it.
#include "tls_pair.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using mode = http::tls_settings::client_certificates;
using test::certificate_purpose;
using test::tls_offer;
using test::tls_pair;

struct fixture {
    core::system_clock clock;
    core::system_random random;
    test::tls_files files;
    test::certificate_authority clients{files.directory, "clients"};
    test::certificate_authority strangers{files.directory, "strangers"};

    http::tls_context context(mode m, int depth = 4)
    {
        auto s = files.settings();
        s.clients = m;
        s.client_chain_depth = depth;
        if (m != mode::none) s.client_ca_file = clients.file();
        return {s, clock, random};
    }
    tls_offer with(const test::certificate_files& own, int version) const
    {
        tls_offer o;
        o.least = o.most = version;
        o.own = own;
        return o;
    }
};

test::certificate_request named(const std::string& name)
{
    test::certificate_request q;
    q.name = name;
    q.purpose = certificate_purpose::client;
    return q;
}

// In TLS 1.3 the client is done before it hears that it was refused.
std::string last_words(tls_pair& pair)
{
    pair.client_reads();
    return pair.client.failure();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_client_certificates, fixture)

const auto versions = boost::unit_test::data::make({TLS1_2_VERSION, TLS1_3_VERSION});

BOOST_DATA_TEST_CASE(nobody_is_asked_without_need, versions, version)
{
    const auto c = context(mode::none);
    tls_pair pair(c, with(clients.issue("ada", named("ada")), version));
    BOOST_REQUIRE(pair.shake());
    BOOST_TEST(pair.server->client_subject() == "");
}

BOOST_DATA_TEST_CASE(a_good_one_tells_its_subject, versions, version)
{
    const auto ada = with(clients.issue("ada", named("ada")), version);
    for (const auto m : {mode::optional, mode::required}) {
        const auto c = context(m);
        tls_pair pair(c, ada);
        BOOST_TEST(pair.server->client_subject() == "");
        BOOST_REQUIRE(pair.shake());
        BOOST_TEST(pair.server->client_subject() == "CN=ada,O=Watchword");
        pair.client_sends("request");
        BOOST_TEST(pair.server_reads() == "request");
    }
}

BOOST_DATA_TEST_CASE(none_is_good_where_it_is_optional_only, versions, version)
{
    const auto optional = context(mode::optional);
    tls_pair good(optional, with({}, version));
    BOOST_REQUIRE(good.shake());
    BOOST_TEST(good.server->client_subject() == "");

    const auto required = context(mode::required);
    tls_pair bad(required, with({}, version));
    BOOST_TEST(!bad.shake());
    BOOST_TEST(bad.server->failure() == "peer did not return a certificate");
    BOOST_TEST(last_words(bad) ==
               (version == TLS1_3_VERSION ? "tlsv13 alert certificate required" : "sslv3 alert handshake failure"));
}

BOOST_DATA_TEST_CASE(a_bad_one_is_refused_even_where_it_is_optional, versions, version)
{
    auto expired = named("expired");
    expired.starts = -std::chrono::hours(48);
    expired.ends = -std::chrono::hours(24);
    test::certificate_request server;
    const std::pair<test::certificate_files, std::string> cases[] = {
        {strangers.issue("stranger", named("ada")), "unable to get local issuer certificate"},
        {files.root.issue("of_server_root", named("ada")), "unable to get local issuer certificate"},
        {clients.issue("expired", expired), "certificate has expired"},
        {clients.issue("a_server", server), "unsuitable certificate purpose"},
    };
    for (const auto m : {mode::optional, mode::required}) {
        const auto c = context(m);
        for (const auto& [own, reason] : cases) {
            tls_pair pair(c, with(own, version));
            BOOST_TEST(!pair.shake(), reason);
            BOOST_TEST(pair.server->failure() == reason);
            BOOST_TEST(pair.server->client_subject() == "");
            BOOST_TEST(last_words(pair).find("alert") != std::string::npos);
        }
    }
}

BOOST_DATA_TEST_CASE(a_chain_is_followed_as_deep_as_allowed, versions, version)
{
    const auto deep = clients.intermediate("one").intermediate("two");
    const auto offer = with(deep.issue("ada", named("ada")), version);
    const auto far = context(mode::required, 2);
    tls_pair good(far, offer);
    BOOST_TEST(good.shake());
    const auto near = context(mode::required, 1);
    tls_pair bad(near, offer);
    BOOST_TEST(!bad.shake());
    BOOST_TEST(bad.server->failure() == "certificate chain too long");
}

BOOST_AUTO_TEST_CASE(a_subject_cannot_forge_a_line_of_the_log)
{
    const auto c = context(mode::required);
    tls_pair pair(c, with(clients.issue("odd", named("a\nb\x01,CN=root \"\xc3\xa9")), TLS1_3_VERSION));
    BOOST_REQUIRE(pair.shake());
    BOOST_TEST(pair.server->client_subject() == R"(CN=a\0Ab\01\,CN=root \"\C3\A9,O=Watchword)");
}

BOOST_AUTO_TEST_SUITE_END()
