// The files of a TLS context: what is wrong with them, and reading them again.
#include "core/log.hpp"
#include "support/vectors.hpp"
#include "tls_pair.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/pem.h>

#include <atomic>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace watchword;
using test::tls_offer;
using test::tls_pair;

struct fixture {
    core::system_clock clock;
    core::system_random random;
    test::tls_files files;

    http::tls_context context(const http::tls_settings& s) { return {s, clock, random}; }
    // What the constructor throws; empty if it does not.
    std::string refusal(const http::tls_settings& s)
    {
        try {
            context(s);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return {};
    }
    // A file of that content, by its path.
    std::string file(const std::string& name, const std::string& content) const
    {
        auto path = files.directory / name;
        test::write_file(path, content);
        return path;
    }
};

std::string first_certificate(const std::string& pem)
{
    const std::string end = "-----END CERTIFICATE-----\n";
    return pem.substr(0, pem.find(end) + end.size());
}

// What is logged while it lives.
class log_lines {
public:
    explicit log_lines(const std::string& path)
        : path_(path), number_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600))
    {
        BOOST_REQUIRE(number_ >= 0);
        core::log::open(core::log::level::info, core::log::format::json, number_);
    }
    ~log_lines() { end(); }
    log_lines(const log_lines&) = delete;
    log_lines& operator=(const log_lines&) = delete;
    std::string end()
    {
        if (number_ < 0) return {};
        core::log::close();
        ::close(number_);
        number_ = -1;
        return test::read_file(path_);
    }

private:
    std::string path_;
    int number_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_context, fixture)

BOOST_AUTO_TEST_CASE(bad_certificate_files_are_named_in_one_line)
{
    const auto good = test::read_file(files.server.certificate);
    const auto damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    test::certificate_request weak;
    weak.key = test::certificate_key::rsa_1024;
    const auto weak_one = files.root.issue("weak", weak);
    const std::pair<std::string, std::string> cases[] = {
        {files.directory / "absent.pem", "No such file or directory"},
        {files.directory.path().string(), "Is a directory"},
        {file("empty.pem", ""), "holds no certificate in PEM"},
        {file("garbage.pem", std::string(1000, '\xff')), "holds no certificate in PEM"},
        {file("der.pem", test::base64_decode(good.substr(28, 400))), "holds no certificate in PEM"},
        {files.server.key, "holds no certificate in PEM"},
        {file("damaged.pem", damaged), "certificate 1 in it is damaged"},
        {file("half.pem", good.substr(0, good.size() / 2)), "certificate 1 in it is damaged"},
        {file("second.pem", good + damaged), "certificate 2 in it is damaged"},
        {file("big.pem", good + std::string(1024 * 1024, '\n')), "larger than 1 MiB"},
    };
    for (const auto& [path, reason] : cases) {
        auto s = files.settings();
        s.certificate_file = path;
        BOOST_TEST(refusal(s) == "TLS certificate " + path + ": " + reason);
    }
    auto s = files.settings();
    s.certificate_file = weak_one.certificate;
    s.key_file = weak_one.key;
    BOOST_TEST(refusal(s) == "TLS certificate " + weak_one.certificate + ": ee key too small");
    s.certificate_file = "";
    BOOST_TEST(refusal(s) == "no TLS certificate is named");
}

BOOST_AUTO_TEST_CASE(bad_key_files_are_named_in_one_line)
{
    const auto other = files.root.issue("other");
    const auto good = test::read_file(files.server.key);
    const std::pair<std::string, std::string> cases[] = {
        {files.directory / "absent.key", "No such file or directory"},
        {file("empty.key", ""), "holds no private key in PEM"},
        {file("garbage.key", "garbage\n"), "holds no private key in PEM"},
        {file("half.key", good.substr(0, good.size() / 2)), "holds no private key in PEM"},
        {files.server.certificate, "holds no private key in PEM"},
        {other.key, "does not belong to the certificate in " + files.server.certificate},
    };
    for (const auto& [path, reason] : cases) {
        auto s = files.settings();
        s.key_file = path;
        BOOST_TEST(refusal(s) == "TLS key " + path + ": " + reason);
    }
}

BOOST_AUTO_TEST_CASE(a_key_with_a_passphrase_is_refused_without_asking)
{
    const auto path = files.directory / "locked.key";
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    BIO* const out = BIO_new_file(path.c_str(), "w");
    BOOST_REQUIRE(
        PEM_write_bio_PrivateKey(out, key, EVP_aes_128_cbc(), nullptr, 0, nullptr, const_cast<char*>("secret")) == 1);
    BIO_free(out);
    EVP_PKEY_free(key);
    auto s = files.settings();
    s.key_file = path;
    BOOST_TEST(refusal(s) == "TLS key " + path + ": is encrypted; a key without a passphrase is needed");
}

BOOST_AUTO_TEST_CASE(client_authorities_and_their_use_are_named_together)
{
    using mode = http::tls_settings::client_certificates;
    auto s = files.settings();
    s.clients = mode::required;
    BOOST_TEST(refusal(s) == "TLS client certificates are asked for, but no file of client CAs is named");
    s.client_ca_file = files.directory / "absent.pem";
    BOOST_TEST(refusal(s) == "TLS client CAs " + s.client_ca_file + ": No such file or directory");
    s.client_ca_file = files.server.key;
    BOOST_TEST(refusal(s) == "TLS client CAs " + s.client_ca_file + ": holds no certificate in PEM");
    s.client_ca_file = files.root.file();
    BOOST_TEST(refusal(s) == "");
    s.clients = mode::none;
    BOOST_TEST(refusal(s) == "a file of TLS client CAs is named, but client certificates are not asked for");
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_not_valid_now_is_a_warning)
{
    test::certificate_request q;
    q.starts = -std::chrono::hours(48);
    q.ends = -std::chrono::hours(24);
    files.server = files.root.issue("expired", q);
    log_lines expired(files.directory / "log");
    const auto c = context(files.settings());
    const auto line = expired.end();
    BOOST_TEST(line.find("the TLS certificate has expired") != line.npos);
    BOOST_TEST(line.find(files.server.certificate) != line.npos);
    BOOST_TEST((c.not_after() < clock.now()));
    BOOST_TEST((c.not_after() > clock.now() - std::chrono::hours(25)));

    q.starts = std::chrono::hours(24);
    q.ends = std::chrono::hours(48);
    files.server = files.root.issue("early", q);
    log_lines early(files.directory / "log");
    context(files.settings());
    BOOST_TEST(early.end().find("the TLS certificate is not valid yet") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_that_everybody_can_read_is_a_warning)
{
    const auto lines_with_mode = [this](::mode_t mode) {
        BOOST_REQUIRE(::chmod(files.server.key.c_str(), mode) == 0);
        log_lines lines(files.directory / "log");
        context(files.settings());
        return lines.end();
    };
    BOOST_TEST(lines_with_mode(0600) == "");
    BOOST_TEST(lines_with_mode(0640) == ""); // as Debian's group ssl-cert has it
    const auto line = lines_with_mode(0644);
    BOOST_TEST(line.find("can be read by every user") != line.npos);
    BOOST_TEST(line.find(files.server.key) != line.npos);
}

BOOST_AUTO_TEST_CASE(the_chain_is_sent_as_it_stands_in_the_file)
{
    const auto middle = files.root.intermediate("middle");
    files.server = middle.issue("below");
    tls_offer offer;
    offer.authority = files.root.file();
    const auto whole = context(files.settings());
    tls_pair good(whole, offer);
    BOOST_TEST(good.shake());

    // Client CAs that could complete the chain are no part of it.
    auto s = files.settings();
    s.certificate_file = file("leaf.pem", first_certificate(test::read_file(files.server.certificate)));
    s.clients = http::tls_settings::client_certificates::optional;
    s.client_ca_file = file("cas.pem", test::read_file(middle.file()) + test::read_file(files.root.file()));
    const auto leaf_only = context(s);
    tls_pair bad(leaf_only, offer);
    BOOST_TEST(!bad.shake());
    BOOST_TEST(bad.client.failure() == "certificate verify failed");
}

BOOST_AUTO_TEST_CASE(a_reload_is_for_new_connections)
{
    auto c = context(files.settings());
    tls_pair old(c);
    BOOST_REQUIRE(old.shake());
    tls_pair amid(c);
    amid.client.handshake();

    test::certificate_request q;
    q.name = "renewed.example";
    q.ends = std::chrono::hours(90 * 24);
    files.root.issue("server", q);
    const auto before = c.not_after();
    c.reload(files.settings());
    BOOST_TEST((c.not_after() > before + std::chrono::hours(59 * 24)));

    tls_pair fresh(c);
    BOOST_REQUIRE(fresh.shake());
    BOOST_TEST(fresh.client.server_name() == "renewed.example");
    BOOST_REQUIRE(amid.shake());
    BOOST_TEST(amid.client.server_name() == "localhost");
    old.client_sends("request");
    BOOST_TEST(old.server_reads() == "request");
    old.server_sends("answer");
    BOOST_TEST(old.client_reads() == "answer");
}

BOOST_AUTO_TEST_CASE(a_bad_reload_changes_nothing)
{
    auto c = context(files.settings());
    const auto before = c.not_after();
    const auto other = files.root.issue("other");
    const auto good = test::read_file(files.server.key);
    for (const auto& bad : {test::read_file(other.key), std::string("garbage"), std::string()}) {
        test::write_file(files.server.key, bad);
        BOOST_CHECK_EXCEPTION(c.reload(files.settings()), std::runtime_error, [&](const std::runtime_error& e) {
            return std::string_view(e.what()).find(files.server.key) != std::string_view::npos;
        });
        tls_offer offer;
        offer.authority = files.root.file();
        tls_pair pair(c, offer);
        BOOST_TEST(pair.shake());
        BOOST_TEST((c.not_after() == before));
    }
    test::write_file(files.server.key, good);
    c.reload(files.settings());
}

BOOST_AUTO_TEST_CASE(a_session_outlives_its_context)
{
    auto c = std::make_unique<http::tls_context>(files.settings(), clock, random);
    tls_pair pair(*c);
    pair.client.handshake();
    c.reset();
    BOOST_TEST(pair.shake()); // makes a ticket, too
}

BOOST_AUTO_TEST_CASE(threads_share_a_context_that_is_read_again_meanwhile)
{
    auto c = context(files.settings());
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 20; ++k) {
                tls_pair pair(c);
                if (pair.shake()) ++good;
            }
        });
    }
    for (int k = 0; k < 20; ++k) c.reload(files.settings());
    for (auto& t : threads) t.join();
    BOOST_TEST(good == 60);
}

BOOST_AUTO_TEST_SUITE_END()
