// The tutorial's routes where compat.lenient_passwords is off, and passwords in more than one form.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

const std::string composed = "caf\u00E9 noir \u00E0 minuit", decomposed = "cafe\u0301 noir a\u0300 minuit";

struct strict_server {
    temporary_directory directory;
    std::string filter = directory / "filter";
    server_process server;
    http_client client{server.address()};

    strict_server() : server(directory.path(), arguments()) {}

    std::vector<std::string> arguments() const
    {
        write_file(directory / "list", "one of the stolen\n" + composed + " volé\n");
        const auto built =
            run_program({watchword_binary(), "breached", "build", "--output", filter, directory / "list"});
        BOOST_REQUIRE_MESSAGE(built.exit_code == 0, built.errors);
        return {"--set", "compat.lenient_passwords=false", "--set", "passwords.breached_filter=" + filter,
                "--set", "passwords.memory_kib=8",         "--set", "passwords.service_words=Bright Ideas"};
    }

    // The code of a refusal.
    std::string refusal(const std::string& email, const std::string& secret)
    {
        const auto r = client.form_post("/signup", registration(email, secret));
        BOOST_TEST(r.status == 400, secret);
        BOOST_TEST(r.header("Content-Type") == "application/problem+json");
        if (r.status != 400) return "";
        return std::string(boost::json::parse(r.body).as_object().at("code").as_string());
    }
};

int sign_in(http_client& c, const std::string& email, const std::string& secret)
{
    return c.form_post("/login", credentials(email, secret)).status;
}

} // namespace

BOOST_AUTO_TEST_SUITE(password_rules)

BOOST_FIXTURE_TEST_CASE(a_strict_sign_up_says_what_is_wrong, strict_server)
{
    BOOST_TEST(refusal("a@b.test", "gXv2pTq") == "password_too_short");
    BOOST_TEST(refusal("a@b.test", std::string(1025, 'x')) == "password_too_long");
    BOOST_TEST(refusal("a@b.test", "P@ssw0rd2024") == "password_common");
    BOOST_TEST(refusal("vratislav.k@b.test", "Vratislav99") == "password_personal");
    BOOST_TEST(refusal("a@b.test", "bright ideas!") == "password_personal");
    BOOST_TEST(refusal("a@b.test", "one of the stolen") == "password_breached");
    BOOST_TEST(refusal("a@b.test", decomposed + " vole\u0301") == "password_breached");
    BOOST_TEST(refusal("a@b.test", "") == "missing_field");

    BOOST_TEST(client.form_post("/signup", registration("a@b.test", "gXv2pTqL")).status == 201);
    BOOST_TEST(sign_in(client, "a@b.test", "gXv2pTqL") == 201);
    // Also where the account is there: a refusal tells nothing about it.
    BOOST_TEST(refusal("a@b.test", "password") == "password_common");
    BOOST_TEST(client.form_post("/signup", registration("a@b.test", "gXv2pTqM")).status == 202);
    BOOST_TEST(users(client, token_of(client.form_post("/login", credentials("a@b.test", "gXv2pTqL")))).size() == 1u);

    BOOST_TEST(server.stop() == 0);
    for (const char* secret : {"gXv2pTq", "P@ssw0rd2024", "one of the stolen"})
        BOOST_TEST(!contains(server.log(), secret));
}

BOOST_FIXTURE_TEST_CASE(a_filter_that_is_cut_off_lets_nobody_in_and_ends_nobody, strict_server)
{
    BOOST_TEST(client.form_post("/signup", registration("a@b.test", "gXv2pTqL")).status == 201);
    std::filesystem::resize_file(filter, 10);
    const auto refused = client.form_post("/signup", registration("b@b.test", "gXv2pTqL"));
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.header("Retry-After") == "1");
    BOOST_TEST(sign_in(client, "a@b.test", "gXv2pTqL") == 201);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(contains(server.log(), "the filter of breached passwords was cut off"));
}

BOOST_FIXTURE_TEST_CASE(by_default_any_password_will_do, running_server)
{
    for (const std::string secret : {"x", "password", "a@b.test"})
        BOOST_TEST(client.form_post("/signup", registration(secret + "@b.test", secret)).status == 201);
    BOOST_TEST(client.form_post("/signup", registration("long@b.test", std::string(4096, 'x'))).status == 201);
}

BOOST_FIXTURE_TEST_CASE(a_password_may_be_typed_in_either_form, running_server)
{
    BOOST_TEST(client.form_post("/signup", registration("c@b.test", composed)).status == 201);
    BOOST_TEST(client.form_post("/signup", registration("d@b.test", decomposed)).status == 201);
    for (const char* email : {"c@b.test", "d@b.test"})
        for (const auto& typed : {composed, decomposed}) BOOST_TEST(sign_in(client, email, typed) == 201);
    BOOST_TEST(sign_in(client, "c@b.test", "cafe noir a minuit") == 403);
}

BOOST_AUTO_TEST_CASE(a_filter_that_cannot_be_used_stops_the_start)
{
    const temporary_directory directory;
    write_file(directory / "filter", "anything");
    for (const std::string name : {"filter", "none"}) {
        const auto done =
            run_program({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database",
                         "sqlite:" + directory / "w.db", "--set", "passwords.breached_filter=" + directory / name});
        BOOST_TEST(done.exit_code == 1);
        BOOST_TEST(contains(done.errors, directory / name), done.errors);
    }
}

BOOST_AUTO_TEST_SUITE_END()
