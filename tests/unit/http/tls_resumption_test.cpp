// Sessions that are taken up again by their tickets.
#include "tls_pair.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

namespace {

using namespace watchword;
using mode = http::tls_settings::client_certificates;
using test::tls_offer;
using test::tls_pair;
using ticket = test::tls_client::session_ptr;
using std::chrono::hours;

struct fixture {
    test::movable_clock clock;
    core::system_random random;
    test::tls_files files;

    http::tls_context context() { return {files.settings(), clock, random}; }
    http::tls_settings settings(const test::certificate_authority& clients)
    {
        auto s = files.settings();
        s.clients = mode::optional;
        s.client_ca_file = clients.file();
        return s;
    }
    http::tls_context context(const test::certificate_authority& clients) { return {settings(clients), clock, random}; }
};

tls_offer only(int version)
{
    tls_offer o;
    o.least = o.most = version;
    return o;
}

struct visit {
    bool resumed;
    std::size_t tickets;
    std::string subject;
    ticket next;
};

std::string text(const SSL_SESSION& session)
{
    const unsigned char* bytes = nullptr;
    std::size_t size = 0;
    SSL_SESSION_get0_ticket(&session, &bytes, &size);
    return {reinterpret_cast<const char*>(bytes), size};
}

// A connection that carries a request, with the last one's ticket if there is one.
visit connect(const http::tls_context& c, tls_offer offer, SSL_SESSION* last = nullptr)
{
    offer.session = last;
    tls_pair pair(c, offer);
    BOOST_REQUIRE(pair.shake());
    pair.client_sends("request");
    BOOST_TEST(pair.server_reads() == "request");
    pair.server_sends("answer");
    BOOST_TEST(pair.client_reads() == "answer");
    BOOST_TEST(pair.server->resumed() == (SSL_session_reused(pair.client.native()) == 1));
    const auto tickets = pair.client.tickets();
    // OpenSSL tells of a new ticket in a resumed session of TLS 1.2 by the session alone.
    auto next = tickets > 0 ? pair.client.ticket()
                            : ticket(SSL_SESSION_dup(SSL_get_session(pair.client.native())), &SSL_SESSION_free);
    return {pair.server->resumed(), tickets, pair.server->client_subject(), std::move(next)};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_resumption, fixture)

const auto versions = boost::unit_test::data::make({TLS1_2_VERSION, TLS1_3_VERSION});

BOOST_DATA_TEST_CASE(a_ticket_resumes_a_session, versions, version)
{
    const auto c = context();
    auto last = connect(c, only(version));
    BOOST_TEST(!last.resumed);
    BOOST_TEST(last.tickets == 1U);
    BOOST_TEST(SSL_SESSION_get_max_early_data(last.next.get()) == 0U);
    BOOST_TEST(SSL_SESSION_get_ticket_lifetime_hint(last.next.get()) == 12 * 60 * 60U);
    for (int i = 0; i < 3; ++i) {
        auto next = connect(c, only(version), last.next.get());
        BOOST_TEST(next.resumed);
        BOOST_TEST((text(*next.next) != text(*last.next))); // for one use each (RFC 8446 appendix C.4)
        last = std::move(next);
    }
}

BOOST_DATA_TEST_CASE(tickets_outlive_a_reload, versions, version)
{
    auto c = context();
    const auto first = connect(c, only(version));
    files.root.issue("server"); // another key, too
    c.reload(files.settings());
    BOOST_TEST(connect(c, only(version), first.next.get()).resumed);
}

BOOST_DATA_TEST_CASE(tickets_are_good_on_every_thread, versions, version)
{
    const auto c = context();
    const auto first = connect(c, only(version));
    SSL_SESSION* const last = first.next.get();
    bool resumed = false;
    std::thread([&] { resumed = connect(c, only(version), last).resumed; }).join();
    BOOST_TEST(resumed);
}

BOOST_DATA_TEST_CASE(tickets_of_another_server_mean_nothing, versions, version)
{
    const auto here = context();
    const auto there = context();
    const auto first = connect(there, only(version));
    const auto second = connect(here, only(version), first.next.get());
    BOOST_TEST(!second.resumed);
    BOOST_TEST(second.tickets == 1U);
}

BOOST_DATA_TEST_CASE(keys_change_and_the_last_ones_are_still_taken, versions, version)
{
    const auto c = context();
    const auto first = connect(c, only(version));
    clock.move(hours(12) - std::chrono::seconds(1));
    const auto second = connect(c, only(version)); // the same key
    clock.move(std::chrono::seconds(1));
    const auto third = connect(c, only(version)); // the next key
    clock.move(hours(11));
    BOOST_TEST(connect(c, only(version), first.next.get()).resumed);
    clock.move(hours(1)); // two periods after the first key was made
    BOOST_TEST(!connect(c, only(version), first.next.get()).resumed);
    BOOST_TEST(!connect(c, only(version), second.next.get()).resumed);
    BOOST_TEST(connect(c, only(version), third.next.get()).resumed);
}

BOOST_DATA_TEST_CASE(keys_of_a_long_rest_are_forgotten, versions, version)
{
    const auto c = context();
    const auto first = connect(c, only(version));
    clock.move(hours(24));
    BOOST_TEST(!connect(c, only(version), first.next.get()).resumed);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_does_not_keep_keys_alive)
{
    const auto c = context();
    clock.move(-hours(24 * 365));
    const auto first = connect(c, only(TLS1_3_VERSION));
    BOOST_TEST(connect(c, only(TLS1_3_VERSION), first.next.get()).resumed);
    clock.move(hours(24));
    BOOST_TEST(!connect(c, only(TLS1_3_VERSION), first.next.get()).resumed);
}

BOOST_DATA_TEST_CASE(a_resumed_session_knows_its_client, versions, version)
{
    const test::certificate_authority clients(files.directory, "clients");
    test::certificate_request q;
    q.name = "ada";
    q.purpose = test::certificate_purpose::client;
    q.ends = hours(2);
    auto offer = only(version);
    offer.own = clients.issue("ada", q);
    const auto c = context(clients);
    const auto first = connect(c, offer);
    BOOST_TEST(first.subject == "CN=ada,O=Watchword");
    const auto second = connect(c, offer, first.next.get());
    BOOST_TEST(second.resumed);
    BOOST_TEST(second.subject == "CN=ada,O=Watchword");

    clock.move(hours(3)); // the certificate has expired, and is looked at again
    const auto third = connect(c, offer, second.next.get());
    BOOST_TEST(!third.resumed);
}

BOOST_DATA_TEST_CASE(a_ticket_counts_under_its_own_authorities_only, versions, version)
{
    const test::certificate_authority clients(files.directory, "clients"), others(files.directory, "others");
    test::certificate_request q;
    q.name = "ada";
    q.purpose = test::certificate_purpose::client;
    auto offer = only(version);
    offer.own = clients.issue("ada", q);
    auto c = context(clients);
    const auto first = connect(c, offer);
    BOOST_TEST(first.subject == "CN=ada,O=Watchword");

    std::filesystem::copy_file(others.file(), clients.file(), std::filesystem::copy_options::overwrite_existing);
    c.reload(settings(clients));
    offer.session = first.next.get();
    tls_pair pair(c, offer);
    BOOST_TEST(!pair.shake());
    BOOST_TEST(pair.server->failure() == "unable to get local issuer certificate");
}

BOOST_AUTO_TEST_SUITE_END()
