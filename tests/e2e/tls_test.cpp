// HTTPS as the real server speaks it, seen by `openssl s_client`.
#include "e2e_fixture.hpp"
#include "support/certificates.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>

namespace {

using namespace watchword::test;

struct https_server {
    temporary_directory directory;
    certificate_authority root{directory, "root"};
    certificate_files files{root.issue("server")};
    server_process server{
        directory.path(),
        {"--listen", "https://127.0.0.1:0", "--tls-certificate", files.certificate, "--tls-key", files.key}};
    std::string address = server.addresses().at(1).substr(std::string("https://").size());

    // What s_client prints: the session with an empty input, the answer to a request with one.
    finished openssl(const std::string& options, const std::string& input = {}) const
    {
        const auto script = "printf '" + input + "' | openssl s_client -connect " + address + " -CAfile " +
                            root.file() + " -verify_return_error " + options + " 2>&1";
        return run_program({"sh", "-c", script});
    }
    std::string get(const std::string& target, const std::string& options = {}) const
    {
        const auto request = "GET " + target + " HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n";
        return openssl("-quiet " + options, request).output;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls, https_server)

BOOST_AUTO_TEST_CASE(requests_are_answered_over_tls_1_2_and_1_3)
{
    for (const auto* version : {"-tls1_2", "-tls1_3"}) {
        const auto answer = get("/health/live", version);
        BOOST_TEST(contains(answer, "HTTP/1.1 200 OK"), answer);
        BOOST_TEST(contains(answer, "{\"status\":\"live\"}"), answer);
    }
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_token_got_over_tls_is_good_over_both)
{
    http_client plain(server.address());
    BOOST_TEST(plain.form_post("/signup", registration("a@b.test")).status == 201);
    const auto token = token_of(plain.form_post("/login", credentials("a@b.test")));
    const auto request =
        "GET /user HTTP/1.1\\r\\nHost: x\\r\\nx-access-token: " + token + "\\r\\nConnection: close\\r\\n\\r\\n";
    BOOST_TEST(contains(openssl("-quiet", request).output, "a@b.test"));
    BOOST_TEST(plain.get("/user", token).status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_old_or_weak_is_refused)
{
    for (const auto* options :
         {"-tls1 -cipher ALL:@SECLEVEL=0", "-tls1_1 -cipher ALL:@SECLEVEL=0", "-tls1_2 -cipher AES128-SHA",
          "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384",
          "-tls1_2 -cipher NULL:@SECLEVEL=0", "-alpn h2", "-groups brainpoolP256r1 -tls1_2"}) {
        const auto done = openssl(options);
        BOOST_TEST(done.exit_code != 0, options);
        BOOST_TEST(!contains(done.output, "HTTP/1.1"), options);
    }
}

BOOST_AUTO_TEST_CASE(what_is_modern_is_spoken)
{
    for (const auto* options :
         {"-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256", "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256",
          "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", "-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305",
          "-groups X25519", "-groups P-256", "-alpn http/1.1"}) {
        const auto answer = get("/health/live", options);
        BOOST_TEST(contains(answer, "HTTP/1.1 200 OK"), options << ": " << answer);
    }
    const auto session = openssl("-alpn http/1.1");
    BOOST_TEST(contains(session.output, "ALPN protocol: http/1.1"));
    BOOST_TEST(contains(session.output, "Verify return code: 0 (ok)"));
    BOOST_TEST(contains(session.output, "Compression: NONE"));
    BOOST_TEST(!contains(session.output, "Max Early Data: 1"));
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed_even_after_a_reload)
{
    const auto session = directory / "session";
    BOOST_TEST(contains(get("/health/live", "-tls1_3 -sess_out " + session), "HTTP/1.1 200 OK"));
    server.child().signal(SIGHUP);
    BOOST_TEST(server.child().await_error_line("\"reloaded\"").has_value());
    BOOST_TEST(contains(openssl("-tls1_3 -sess_in " + session).output, "Reused, TLSv1.3"));
}

BOOST_AUTO_TEST_CASE(the_certificate_is_renewed_without_a_restart)
{
    certificate_request renewed;
    renewed.name = "renewed.test";
    root.issue("server", renewed);
    BOOST_TEST(contains(openssl("").output, "CN = localhost"));
    server.child().signal(SIGHUP);
    BOOST_TEST(comes_true([&] { return contains(openssl("").output, "CN = renewed.test"); }));

    write_file(files.key, "nonsense");
    server.child().signal(SIGHUP);
    const auto line = server.child().await_error_line("nothing was reloaded");
    BOOST_TEST(line.has_value());
    BOOST_TEST((line && contains(*line, files.key)));
    BOOST_TEST(contains(openssl("").output, "CN = renewed.test"));
}

BOOST_AUTO_TEST_CASE(plain_http_on_its_port_gets_a_clear_answer)
{
    http_client plain(address);
    const auto answer = plain.get("/health/live");
    BOOST_TEST(answer.status == 400);
    BOOST_TEST(contains(answer.body, "HTTPS"));
    BOOST_TEST(plain.is_closed());
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_stop_the_start_with_one_line)
{
    const auto start = [&](const std::vector<std::string>& tls) {
        std::vector<std::string> all{watchword_binary(), "serve",
                                     "--log-level",      "error",
                                     "--listen",         "https://127.0.0.1:0",
                                     "--database",       "sqlite:" + (directory / "other.db")};
        all.insert(all.end(), tls.begin(), tls.end());
        return run_program(all);
    };
    write_file(directory / "nonsense", "nonsense");
    for (const auto& [arguments, named] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{}, "TLS"},
             {{"--tls-certificate", files.certificate}, "tls.key_file"},
             {{"--tls-certificate", directory / "absent.pem", "--tls-key", files.key}, "absent.pem"},
             {{"--tls-certificate", directory / "nonsense", "--tls-key", files.key}, "nonsense"},
             {{"--tls-certificate", files.certificate, "--tls-key", root.issue("other").key}, "other.key"}}) {
        const auto done = start(arguments);
        BOOST_TEST(done.exit_code == 1);
        BOOST_TEST(contains(done.errors, named), done.errors);
        BOOST_TEST(std::count(done.errors.begin(), done.errors.end(), '\n') == 1, done.errors);
    }
}

BOOST_AUTO_TEST_SUITE_END()
