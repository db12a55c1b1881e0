#include "core/text.hpp"
#include "crypto/access_token.hpp"
#include "crypto/jws.hpp"
#include "test_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <thread>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using boost::json::object;
using boost::json::value;
using std::chrono::seconds;
using test::all_algorithms;
using test::key_of;

const core::timestamp now{seconds(1'800'000'000)};
const core::error_code invalid = core::errc::invalid_token, expired = core::errc::expired_token;

crypto::access_token_claims good_claims()
{
    crypto::access_token_claims c;
    c.issuer = "https://accounts.example.test";
    c.subject = "0d4f3a52-6a3c-4b7e-9c7e-0d5b8a3f1e21";
    c.audience = "https://api.example.test";
    c.id = "AAECAwQFBgcICQoLDA0ODw";
    c.session_id = "EBESExQVFhcYGRobHB0eHw";
    c.issued = c.not_before = now - seconds(10);
    c.expires = now + seconds(290);
    c.authenticated = now - seconds(5000);
    c.generation = 3;
    c.scope = "profile write:all";
    c.roles = {"admin", "reader"};
    c.methods = {"pwd"};
    return c;
}

const std::string good_text =
    R"({"iss":"https://accounts.example.test","sub":"0d4f3a52-6a3c-4b7e-9c7e-0d5b8a3f1e21",)"
    R"("aud":"https://api.example.test","exp":1800000290,"nbf":1799999990,"iat":1799999990,)"
    R"("jti":"AAECAwQFBgcICQoLDA0ODw","sid":"EBESExQVFhcYGRobHB0eHw","auth_time":1799995000,"gen":3,)"
    R"("scope":"profile write:all","roles":["admin","reader"],"amr":["pwd"]})";

const std::string good_header = R"({"alg":"EdDSA","typ":"at+jwt","kid":"k"})";

crypto::token_expectations expected(seconds leeway = seconds(0))
{
    crypto::token_expectations e;
    e.issuer = good_claims().issuer;
    e.audience = good_claims().audience;
    e.leeway = leeway;
    return e;
}

std::shared_ptr<const crypto::verifying_key_set> set_of(std::vector<crypto::named_verifying_key> keys)
{
    return std::make_shared<const crypto::verifying_key_set>(std::move(keys));
}

crypto::access_token_verifier verifier_of(algorithm a, seconds leeway = seconds(0))
{
    return {set_of({{"k", key_of(a).verifying()}}), expected(leeway)};
}

std::string forge(const std::string& header, const std::string& claims)
{
    crypto::signer signer(key_of(algorithm::eddsa));
    return crypto::sign_jws(core::base64url_encode(header), claims, signer);
}

core::error_code judge(const std::string& token, seconds leeway = seconds(0))
{
    const auto claims = verifier_of(algorithm::eddsa, leeway).verify(token, now);
    return claims ? core::error_code() : claims.error();
}
core::error_code judge_claims(const object& claims, seconds leeway = seconds(0))
{
    return judge(forge(good_header, boost::json::serialize(claims)), leeway);
}
core::error_code judge_header(const std::string& header)
{
    return judge(forge(header, good_text));
}

object good_object()
{
    return boost::json::parse(good_text).as_object();
}
object with(const char* name, value v)
{
    auto claims = good_object();
    claims[name] = std::move(v);
    return claims;
}
object without(const char* name)
{
    auto claims = good_object();
    claims.erase(name);
    return claims;
}

value text(const std::string& s)
{
    return value(boost::json::string_view(s.data(), s.size()));
}

const core::error_code fine;

} // namespace

BOOST_AUTO_TEST_SUITE(access_token)

BOOST_AUTO_TEST_CASE(a_token_says_what_it_was_given)
{
    for (const auto a : all_algorithms) {
        crypto::access_token_issuer issuer({"k", key_of(a)});
        const auto token = issuer.issue(good_claims()).value();
        const auto read = crypto::jws::parse(token);
        const auto header = core::base64url_decode(token.substr(0, token.find('.'))).value();
        BOOST_TEST(header == R"({"alg":")" + test::name(a) + R"(","typ":"at+jwt","kid":"k"})");
        BOOST_TEST(read->payload().value() == good_text);

        auto verifier = verifier_of(a);
        const auto claims = verifier.verify(token, now);
        BOOST_TEST_REQUIRE(claims.has_value(), test::name(a));
        const auto good = good_claims();
        BOOST_TEST(claims->issuer == good.issuer);
        BOOST_TEST(claims->subject == good.subject);
        BOOST_TEST(claims->audience == good.audience);
        BOOST_TEST(claims->id == good.id);
        BOOST_TEST(claims->session_id == good.session_id);
        BOOST_TEST((claims->expires == good.expires));
        BOOST_TEST((claims->not_before == good.not_before));
        BOOST_TEST((claims->issued == good.issued));
        BOOST_TEST((claims->authenticated == good.authenticated));
        BOOST_TEST(claims->generation == good.generation);
        BOOST_TEST(claims->scope == good.scope);
        BOOST_TEST(claims->roles == good.roles, boost::test_tools::per_element());
        BOOST_TEST(claims->methods == good.methods, boost::test_tools::per_element());

        for (std::size_t i = 0; i < token.size(); ++i) {
            auto altered = token;
            altered[i] = altered[i] == 'A' ? 'B' : 'A';
            if (!verifier.verify(altered, now)) continue;
            BOOST_TEST(altered == token, test::name(a) << " byte " << i);
        }
        crypto::access_token_verifier copy(verifier);
        BOOST_TEST(copy.verify(token, now).has_value());
        crypto::access_token_issuer other(issuer);
        BOOST_TEST(copy.verify(other.issue(good).value(), now).has_value());
    }
}

BOOST_AUTO_TEST_CASE(what_is_empty_is_left_out)
{
    auto claims = good_claims();
    claims.scope.clear();
    claims.roles.clear();
    claims.methods.clear();
    crypto::access_token_issuer issuer({"k", key_of(algorithm::eddsa)});
    const auto token = issuer.issue(claims).value();
    const auto payload = crypto::jws::parse(token)->payload().value();
    BOOST_TEST(payload == good_text.substr(0, good_text.find(",\"scope\"")) + "}");
    auto verifier = verifier_of(algorithm::eddsa);
    const auto read = verifier.verify(token, now);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST((read->scope.empty() && read->roles.empty() && read->methods.empty()));
}

BOOST_AUTO_TEST_CASE(a_token_expires_and_that_is_told_apart)
{
    BOOST_TEST(judge_claims(with("exp", 1'800'000'001)) == fine);
    for (const int past : {1'800'000'000, 1'799'999'999, 0, -5}) BOOST_TEST(judge_claims(with("exp", past)) == expired);
    BOOST_TEST(judge_claims(with("exp", 1'799'999'971), seconds(30)) == fine);
    BOOST_TEST(judge_claims(with("exp", 1'799'999'970), seconds(30)) == expired);
    BOOST_TEST(judge_claims(with("exp", 1'800'000'000.5)) == fine);
    BOOST_TEST(judge_claims(with("exp", 1e300)) == fine);
    // Whatever else is wrong goes before.
    auto other = with("exp", 5);
    other["aud"] = "somebody else";
    BOOST_TEST(judge_claims(other) == invalid);
    auto wrong = with("exp", 5);
    wrong["gen"] = "3";
    BOOST_TEST(judge_claims(wrong) == invalid);
    const auto forged = forge(good_header, boost::json::serialize(with("exp", 5)));
    BOOST_TEST(judge(forged.substr(0, forged.size() - 4) + "AAAA") == invalid);
}

BOOST_AUTO_TEST_CASE(dates_are_numbers_that_have_come)
{
    for (const char* name : {"nbf", "iat"}) {
        BOOST_TEST(judge_claims(with(name, 1'800'000'000)) == fine, name);
        BOOST_TEST(judge_claims(with(name, 1'800'000'001)) == invalid, name);
        BOOST_TEST(judge_claims(with(name, 1'800'000'030), seconds(30)) == fine, name);
        BOOST_TEST(judge_claims(with(name, 1'800'000'031), seconds(30)) == invalid, name);
    }
    for (const char* name : {"exp", "nbf", "iat", "auth_time"}) {
        BOOST_TEST(judge_claims(without(name)) == invalid, name);
        for (const value& bad : {value("1799999990"), value(nullptr), value(true), value(boost::json::array())})
            BOOST_TEST(judge_claims(with(name, bad)) == invalid, name << bad);
    }
    const auto far =
        verifier_of(algorithm::eddsa).verify(forge(good_header, boost::json::serialize(with("exp", 1e300))), now);
    BOOST_TEST((far->expires > now + std::chrono::hours(24 * 365)));
}

BOOST_AUTO_TEST_CASE(issuer_and_audience_are_equal_to_the_letter)
{
    for (const char* name : {"iss", "aud", "sub"}) {
        BOOST_TEST(judge_claims(without(name)) == invalid, name);
        for (const value& bad : {value(""), value(1), value(nullptr), value(object()), value(boost::json::array()),
                                 value(boost::json::array{1})})
            BOOST_TEST(judge_claims(with(name, bad)) == invalid, name << bad);
    }
    const auto good = good_claims();
    for (const auto& other : {good.issuer + "/", good.issuer.substr(1), std::string("HTTPS://accounts.example.test"),
                              good.audience + "."}) {
        BOOST_TEST(judge_claims(with("iss", text(other))) == invalid, other);
        BOOST_TEST(judge_claims(with("aud", text(other))) == invalid, other);
    }
    using boost::json::array;
    const auto mine = text(good.audience);
    BOOST_TEST(judge_claims(with("aud", array{mine, mine})) == fine);
    BOOST_TEST(judge_claims(with("aud", array{"other", mine})) == fine);
    BOOST_TEST(judge_claims(with("aud", array{"other", "another"})) == invalid);
    BOOST_TEST(judge_claims(with("aud", array{1, mine})) == invalid);
    BOOST_TEST(judge_claims(with("iss", array{text(good.issuer), text(good.issuer)})) == invalid);
}

BOOST_AUTO_TEST_CASE(every_claim_has_its_limits)
{
    using boost::json::array;
    const auto texts = [](std::size_t count, const std::string& each) {
        array out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(text(each));
        return value(out);
    };
    for (const char* name : {"jti", "sid", "gen"}) BOOST_TEST(judge_claims(without(name)) == invalid, name);
    for (const char* name : {"jti", "sid"}) {
        BOOST_TEST(judge_claims(with(name, text(std::string(128, 'x')))) == fine, name);
        for (const value& bad : {value(""), text(std::string(129, 'x')), value("a\n"), value(1), value(nullptr)})
            BOOST_TEST(judge_claims(with(name, bad)) == invalid, name << bad);
    }
    BOOST_TEST(judge_claims(with("sub", text(std::string(1024, 's')))) == fine);
    BOOST_TEST(judge_claims(with("sub", text(std::string(1025, 's')))) == invalid);
    BOOST_TEST(judge_claims(with("sub", text(std::string("a\0b", 3)))) == invalid);
    BOOST_TEST(judge_claims(with("gen", 0)) == fine);
    BOOST_TEST(judge_claims(with("gen", 18'446'744'073'709'551'615u)) == fine);
    for (const value& bad : {value(-1), value(1.5), value("1"), value(nullptr)})
        BOOST_TEST(judge_claims(with("gen", bad)) == invalid, bad);
    for (const value& good : {text("a"), text("a b c"), text("!#[]~"), text(std::string(1024, 's')), value("")})
        BOOST_TEST(judge_claims(with("scope", good)) == fine, good);
    for (const value& bad : {value(" a"), value("a "), value("a  b"), value("a\"b"), value("a\\b"), value("\xC3\xA9"),
                             value("a\tb"), text(std::string(1025, 's')), value(1), value(nullptr), texts(1, "a")})
        BOOST_TEST(judge_claims(with("scope", bad)) == invalid, bad);
    for (const value& good : {texts(0, ""), texts(32, std::string(64, 'r')), texts(1, "\xC3\xA9 \"\\")})
        BOOST_TEST(judge_claims(with("roles", good)) == fine, good);
    for (const value& bad : {texts(33, "r"), texts(1, std::string(65, 'r')), texts(1, ""), texts(1, "a\n"), value("r"),
                             value(nullptr), value(object()), value(array{1}), value(array{"r", nullptr})})
        BOOST_TEST(judge_claims(with("roles", bad)) == invalid, bad);
    BOOST_TEST(judge_claims(with("amr", texts(8, std::string(32, 'm')))) == fine);
    for (const value& bad :
         {texts(9, "m"), texts(1, std::string(33, 'm')), texts(1, ""), value("pwd"), value(array{1})})
        BOOST_TEST(judge_claims(with("amr", bad)) == invalid, bad);
    BOOST_TEST(judge_claims(without("roles")) == fine);
    BOOST_TEST(judge_claims(with("unknown", object())) == fine);
}

BOOST_AUTO_TEST_CASE(nothing_is_issued_beyond_them)
{
    crypto::access_token_issuer issuer({"k", key_of(algorithm::hs256)});
    const auto issues = [&](auto change) {
        auto claims = good_claims();
        change(claims);
        const auto token = issuer.issue(claims);
        return token ? core::error_code() : token.error();
    };
    using claims = crypto::access_token_claims;
    const core::error_code refused = core::errc::invalid_input, too_large = core::errc::too_large;
    BOOST_TEST(issues([](claims&) {}) == fine);
    BOOST_TEST(issues([](claims& c) { c.issuer.clear(); }) == refused);
    BOOST_TEST(issues([](claims& c) { c.subject.assign(1025, 's'); }) == refused);
    BOOST_TEST(issues([](claims& c) { c.subject = "\xFF"; }) == refused);
    BOOST_TEST(issues([](claims& c) { c.audience.clear(); }) == refused);
    BOOST_TEST(issues([](claims& c) { c.id.clear(); }) == refused);
    BOOST_TEST(issues([](claims& c) { c.session_id = "a\x7F"; }) == refused);
    BOOST_TEST(issues([](claims& c) { c.scope = " "; }) == refused);
    BOOST_TEST(issues([](claims& c) { c.roles.assign(33, "r"); }) == refused);
    BOOST_TEST(issues([](claims& c) { c.roles = {"admin", ""}; }) == refused);
    BOOST_TEST(issues([](claims& c) { c.methods.assign(9, "m"); }) == refused);
    // Within each limit, and twice as long in JSON: longer than what is read, never issued.
    const auto widest = [](claims& c) {
        c.issuer.assign(1024, '"');
        c.subject.assign(1024, '"');
        c.audience.assign(1024, '"');
        c.id.assign(128, '"');
        c.session_id.assign(128, '"');
        c.scope.assign(1024, 's');
        c.roles.assign(32, std::string(64, '"'));
        c.methods.assign(8, std::string(32, '"'));
    };
    BOOST_TEST(issues(widest) == too_large);
}

BOOST_AUTO_TEST_CASE(the_header_names_a_key_and_the_type)
{
    BOOST_TEST(judge_header(good_header) == fine);
    BOOST_TEST(judge_header(R"({"alg":"EdDSA","typ":"application/at+jwt","kid":"k"})") == fine);
    for (const char* bad :
         {R"({"alg":"EdDSA","kid":"k"})", R"({"alg":"EdDSA","typ":"JWT","kid":"k"})",
          R"({"alg":"EdDSA","typ":"refresh+jwt","kid":"k"})", R"({"alg":"EdDSA","typ":null,"kid":"k"})",
          R"({"alg":"EdDSA","typ":"at+jwt"})", R"({"alg":"EdDSA","typ":"at+jwt","kid":""})",
          R"({"alg":"EdDSA","typ":"at+jwt","kid":"K"})", R"({"alg":"EdDSA","typ":"at+jwt","kid":"k "})",
          R"({"alg":"EdDSA","typ":"at+jwt","kid":"../k"})", R"({"alg":"EdDSA","typ":"at+jwt","kid":1})",
          R"({"alg":"HS256","typ":"at+jwt","kid":"k"})", R"({"alg":"none","typ":"at+jwt","kid":"k"})",
          R"({"alg":"EdDSA","typ":"at+jwt","kid":"k","crit":["exp"]})"})
        BOOST_TEST(judge_header(bad) == invalid, bad);
}

BOOST_AUTO_TEST_CASE(a_token_is_of_the_key_that_it_names)
{
    std::vector<crypto::named_verifying_key> keys;
    for (const auto a : all_algorithms) keys.push_back({test::name(a), key_of(a).verifying()});
    crypto::access_token_verifier verifier(set_of(keys), expected());
    for (const auto named : all_algorithms)
        for (const auto signs : all_algorithms) {
            crypto::access_token_issuer issuer({test::name(named), key_of(signs)});
            const auto token = issuer.issue(good_claims()).value();
            BOOST_TEST(verifier.verify(token, now).has_value() == (named == signs), test::name(named)
                                                                                        << test::name(signs));
        }
}

BOOST_AUTO_TEST_CASE(keys_come_and_go)
{
    crypto::access_token_issuer first({"1", key_of(algorithm::es256)}), second({"2", key_of(algorithm::eddsa)});
    const auto old_token = first.issue(good_claims()).value(), new_token = second.issue(good_claims()).value();
    const auto before = set_of({{"1", key_of(algorithm::es256).verifying()}});
    const auto both =
        set_of({{"1", key_of(algorithm::es256).verifying()}, {"2", key_of(algorithm::eddsa).verifying()}});
    const auto after = set_of({{"2", key_of(algorithm::eddsa).verifying()}});
    crypto::access_token_verifier verifier(before, expected());
    const auto accepts = [&](const std::string& token) { return verifier.verify(token, now).has_value(); };
    BOOST_TEST((accepts(old_token) && !accepts(new_token)));
    verifier.use(both);
    BOOST_TEST((accepts(old_token) && accepts(new_token)));
    verifier.use(both);
    BOOST_TEST((accepts(old_token) && accepts(new_token)));
    verifier.use(after);
    BOOST_TEST((!accepts(old_token) && accepts(new_token)));
    verifier.use(set_of({}));
    BOOST_TEST((!accepts(old_token) && !accepts(new_token)));
}

BOOST_AUTO_TEST_CASE(settings_that_cannot_be)
{
    const auto key = key_of(algorithm::eddsa).verifying();
    using keys = std::vector<crypto::named_verifying_key>;
    BOOST_CHECK_THROW(crypto::verifying_key_set(keys{{"", key}}), std::invalid_argument);
    BOOST_CHECK_THROW(crypto::verifying_key_set(keys{{"k", key}, {"l", key}, {"k", key}}), std::invalid_argument);
    const auto none = set_of({});
    BOOST_CHECK_THROW(crypto::access_token_verifier(none, expected(seconds(61))), std::invalid_argument);
    BOOST_CHECK_THROW(crypto::access_token_verifier(none, expected(seconds(-1))), std::invalid_argument);
    BOOST_CHECK_NO_THROW(crypto::access_token_verifier(none, expected(seconds(60))));
    auto nobody = expected();
    nobody.issuer.clear();
    BOOST_CHECK_THROW(crypto::access_token_verifier(none, nobody), std::invalid_argument);
    nobody = expected();
    nobody.audience.clear();
    BOOST_CHECK_THROW(crypto::access_token_verifier(none, nobody), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(garbage_is_refused)
{
    for (const auto& bad : {std::string(), std::string("a.b.c"), std::string(100'000, '.'), std::string(1'000'000, 'a'),
                            std::string("Bearer x"), std::string(3, '\0')})
        BOOST_TEST(judge(bad) == invalid);
}

// Threads share keys, each with contexts of its own, while the set changes.
BOOST_AUTO_TEST_CASE(threads_share_a_set)
{
    const auto one = set_of({{"k", key_of(algorithm::es256).verifying()}, {"h", key_of(algorithm::hs256).verifying()}});
    const auto other = set_of({{"k", key_of(algorithm::es256).verifying()}});
    crypto::access_token_issuer issuer({"k", key_of(algorithm::es256)});
    const auto token = issuer.issue(good_claims()).value();
    crypto::access_token_verifier original(one, expected());
    std::atomic<unsigned> accepted{0};
    const auto work = [&accepted, &token, &one, &other](crypto::access_token_verifier verifier) {
        for (int i = 0; i < 50; ++i) {
            verifier.use(i % 2 == 0 ? other : one);
            accepted += verifier.verify(token, now).has_value();
        }
    };
    std::thread first(work, original), second(work, original);
    first.join();
    second.join();
    BOOST_TEST(accepted == 100u);
}

BOOST_AUTO_TEST_SUITE_END()
