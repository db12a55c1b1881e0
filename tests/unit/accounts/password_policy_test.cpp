#include "accounts/password_policy.hpp"
#include "breached_fixture.hpp"

#include <filesystem>
#include <set>

namespace {

using namespace watchword;
using namespace watchword::accounts;

const password_owner nobody{"q@w.test", ""};

// The code of what is wrong, or nothing.
std::string judged(const password_policy& p, std::string_view password, const password_owner& owner = nobody)
{
    const auto r = p.check(password, owner);
    if (r) return "";
    const auto weak = weakness_of(r.error());
    return weak ? std::string(code_of(*weak)) : r.error().message();
}

std::string repeated(const std::string& text, int times)
{
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(password_rules)

BOOST_AUTO_TEST_CASE(characters_are_counted_for_the_least_and_bytes_for_the_most)
{
    const password_policy p(password_policy::settings{});
    BOOST_TEST(judged(p, "") == "password_too_short");
    BOOST_TEST(judged(p, "gXv2pTq") == "password_too_short");
    BOOST_TEST(judged(p, "gXv2pTqL") == "");
    // Seven and eight characters of four bytes, and of two that are one.
    const std::string seven = "\U0001F511\U0001F98A\U0001F30B\U0001F3BB\U0001F9CA\U0001F40C\U0001F9F5";
    BOOST_TEST(judged(p, seven) == "password_too_short");
    BOOST_TEST(judged(p, seven + "\U0001F33D") == "");
    BOOST_TEST(judged(p, "e\u0301u\u0308o\u0308a\u0301i\u0301c\u030Cz\u030C") == "password_too_short");
    BOOST_TEST(judged(p, "e\u0301u\u0308o\u0308a\u0301i\u0301c\u030Cz\u030Cr\u030C") == "");

    std::string longest;
    for (int i = 0; longest.size() < 1024; ++i) longest += std::to_string(i * 7919);
    longest.resize(1024);
    BOOST_TEST(judged(p, longest) == "");
    BOOST_TEST(judged(p, longest + "1") == "password_too_long");
    BOOST_TEST(judged(p, std::string(100'000, 'a')) == "password_too_long");
}

BOOST_AUTO_TEST_CASE(the_least_is_a_setting_and_the_text_names_it)
{
    const password_policy p({15});
    BOOST_TEST(judged(p, "gXv2pTqLm#81xy") == "password_too_short");
    BOOST_TEST(judged(p, "gXv2pTqLm#81xyz") == "");
    BOOST_TEST(p.explain(weakness::too_short) == "The password must have at least 15 characters.");
}

BOOST_AUTO_TEST_CASE(any_character_will_do_and_none_is_asked_for)
{
    const password_policy p(password_policy::settings{});
    for (const std::string& password :
         {std::string("onlysmallletterz"), std::string("ONLYLARGELETTERZ"), std::string("83610294"),
          std::string("    x 7 q   "), std::string("tab\tand\nline"), std::string("nul\0inside it", 13),
          std::string("\u05E9\u05DC\u05D5\u05DD \u05E2\u05D5\u05DC\u05DD"), repeated("lorem ipsum dolor ", 20)})
        BOOST_TEST(judged(p, password) == "", password);
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_told_so)
{
    const password_policy p(password_policy::settings{});
    BOOST_TEST(judged(p, "gXv2pTqLm\xFF") == "password_not_text");
    BOOST_TEST(judged(p, "\xED\xA0\x80gXv2pTqLm") == "password_not_text");
}

BOOST_AUTO_TEST_CASE(common_and_personal_ones_are_refused)
{
    const password_policy p({8, "", {"Bright Ideas"}});
    BOOST_TEST(judged(p, "P@ssw0rd2024") == "password_common");
    BOOST_TEST(judged(p, "BrightIdeas!") == "password_personal");
    BOOST_TEST(judged(p, "vratislav7", {"vratislav@w.test", "V"}) == "password_personal");
    BOOST_TEST(judged(p, "vratislav7", {"v@w.test", "Vratislav"}) == "password_personal");
    BOOST_TEST(judged(p, "vratislav7") == "");
}

BOOST_FIXTURE_TEST_CASE(breached_ones_are_refused_in_either_form, test::breached_fixture)
{
    build("one from the list\ncaf\u00E9 caf\u00E9 au lait\nnoe\u0308l noe\u0308l\n");
    const password_policy p({8, filter});
    BOOST_TEST(judged(p, "one from the list") == "password_breached");
    BOOST_TEST(judged(p, "cafe\u0301 cafe\u0301 au lait") == "password_breached");
    BOOST_TEST(judged(p, "noe\u0308l noe\u0308l") == "password_breached");
    BOOST_TEST(judged(p, "one that is in no list") == "");

    // A filter that has gone bad lets nobody through unseen.
    std::filesystem::resize_file(filter, 50);
    BOOST_TEST(judged(p, "one that is in no list") == "unavailable");
    BOOST_TEST(judged(p, "short") == "password_too_short");
}

BOOST_AUTO_TEST_CASE(a_filter_that_cannot_be_used_is_found_at_the_start)
{
    BOOST_TEST(test::problem_of([] {
                   password_policy p({8, "/dev/null"});
               }) == "the filter of breached passwords /dev/null is not a file");
}

BOOST_AUTO_TEST_CASE(every_weakness_has_a_code_and_a_text_of_its_own)
{
    const password_policy p(password_policy::settings{});
    std::set<std::string> seen;
    for (const auto w : {weakness::too_short, weakness::too_long, weakness::not_text, weakness::common,
                         weakness::personal, weakness::breached}) {
        BOOST_TEST((weakness_of(make_error_code(w)) == w));
        BOOST_TEST(code_of(w).starts_with("password_"));
        BOOST_TEST(seen.insert(std::string(code_of(w))).second);
        BOOST_TEST(seen.insert(p.explain(w)).second);
    }
    BOOST_TEST(!weakness_of(core::errc::invalid_input));
}

BOOST_AUTO_TEST_SUITE_END()
