#include "accounts/common_passwords.hpp"
#include "accounts/password_variants.hpp"
#include "accounts/personal_words.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace watchword::accounts;

namespace {

bool is_personal(std::string_view password)
{
    static const std::vector<std::string> service{"Acme Mail", "watchword"};
    return is_personal_password(password, {"Zdenka.Novotna91@post.beispiel.test", "Zdenka van der Novotna", service});
}

} // namespace

BOOST_AUTO_TEST_SUITE(common_passwords)

// Of more than eight characters each, as the lists of stolen passwords begin.
BOOST_AUTO_TEST_CASE(what_everybody_chooses_is_common)
{
    for (const char* password : {"password",      "Password1",       "P@ssw0rd",
                                 "passw0rd!",     "password123",     "PASSWORD2024",
                                 "12345678",      "123456789",       "1234567890",
                                 "12345678910",   "987654321",       "qwertyuiop",
                                 "qwerty123",     "Qwerty12345!",    "1q2w3e4r",
                                 "1q2w3e4r5t",    "1qaz2wsx",        "zaq12wsx",
                                 "qazwsxedc",     "asdfghjkl",       "zxcvbnm1",
                                 "azertyuiop",    "abcd1234",        "abc123456",
                                 "a1b2c3d4e5",    "11111111",        "00000000",
                                 "88888888",      "12121212",        "123123123",
                                 "112233445566",  "aabbccdd",        "abcabcabc",
                                 "iloveyou",      "ilovey0u",        "1loveyou",
                                 "iloveyou2",     "sunshine",        "Sunshine99",
                                 "princess",      "princess1",       "football",
                                 "football12",    "baseball",        "superman",
                                 "Batman1989",    "trustno1",        "letmein123",
                                 "welcome1",      "Welcome2023!",    "admin123",
                                 "administrator", "michael1",        "jennifer",
                                 "Alexander2000", "liverpool",       "Chelsea1905",
                                 "starwars",      "pokemon1",        "whatever",
                                 "drowssap",      "monkeymonkey",    "dragon12345678",
                                 "summer2024!",   "Winter22!",       "31121999",
                                 "12311999",      "19991231",        "passwort",
                                 "motdepasse",    "hallo123",        "schatz11",
                                 "te amo 1",      "p.a.s.s.w.o.r.d", "\uFF50\uFF41\uFF53\uFF53\uFF57\uFF4F\uFF52\uFF44",
                                 "!@#$%^&*"})
        BOOST_TEST(is_common_password(password), password);
}

// NIST: the whole counts, words in it do not.
BOOST_AUTO_TEST_CASE(what_only_contains_a_common_word_is_not)
{
    for (const char* password :
         {"correct horse battery staple", "my monkey eats passwords", "dragon of the seventh moon",
          "summer-2024-in-Kyiv!", "cat 8361940275183", "x7#Kq9!vT2", "tr0ub4dor&3", "gXv2pTqLm",
          "ladder under violet engine", "\u0436\u0443\u0440\u0430\u0432\u043B\u044C \u0432 \u043D\u0435\u0431\u0435",
          "83610294", "mnohopsu42", "\U0001F511\U0001F98A\U0001F30B\U0001F3BB\U0001F9CA\U0001F40C\U0001F9F5\U0001F33D"})
        BOOST_TEST(!is_common_password(password), password);
}

BOOST_AUTO_TEST_CASE(there_are_words_and_all_can_be_found)
{
    BOOST_TEST(common_words() > 2500u);
    for (const char* word : {"zombies", "webmaster", "password", "anastasia", "zxcvbnm"})
        BOOST_TEST(is_common_password(word), word);
}

BOOST_AUTO_TEST_CASE(habits_need_no_list)
{
    for (const char* habit : {"qwertzuiop", "lkjhgfdsa", "4rfv5tgb", "147258369", "zyxwvuts", "aaaaaaaaaaaa",
                              "xyxyxyxy", "abc abc abc", "1a2b1a2b1a2b", "1122334455", "01.02.1987"})
        BOOST_TEST(is_habit(habit), habit);
    for (const char* other : {"qwmnbvop", "99999998x7", "abdcefhg", "32121999", "00121999", "12341899", "ab"})
        BOOST_TEST(!is_habit(other), other);
}

BOOST_AUTO_TEST_CASE(up_to_five_characters_of_decoration_do_not_make_a_word_another)
{
    BOOST_TEST(is_common_password("1!monkey7#2"));
    BOOST_TEST(is_common_password("monkey83619"));
    BOOST_TEST(!is_common_password("monkey836194"));
    BOOST_TEST(!is_common_password("83monkey6194"));
}

BOOST_AUTO_TEST_CASE(an_accounts_own_words_are_personal)
{
    for (const char* password :
         {"zdenka.novotna91", "ZdenkaNovotna", "zdenka1991", "Zd3nk4!!", "novotna91", "novotna zdenka", "Novotn4",
          "zdenka.novotna91@post.beispiel.test", "beispiel2024", "acme mail", "AcmeMail1", "watchword", "W4tchword!",
          "drowhctaw", "zdenkazdenka", "zdenkavandernovotna", "\uFF5A\uFF44\uFF45\uFF4E\uFF4B\uFF41"})
        BOOST_TEST(is_personal(password), password);
    for (const char* password : {"zdenka likes novels", "correct horse battery staple", "test1234", "zd", "nov"})
        BOOST_TEST(!is_personal(password), password);
}

BOOST_AUTO_TEST_CASE(texts_of_an_account_may_be_anything)
{
    const std::string endless(100'000, 'a'), many = [] {
        std::string all;
        for (int i = 100; i < 300; ++i) all += std::to_string(i) + " ";
        return all;
    }();
    for (const std::string& text : {std::string(), std::string("@"), std::string("@@@"),
                                    std::string("\xFF\xFE@\xFF.\xFF"), std::string("."), endless, many})
        BOOST_TEST(!is_personal_password("correct horse battery staple", {text, text, {}}));
    BOOST_TEST(is_personal_password(many.substr(0, 7), {many, "", {}})); // of its first words
    BOOST_TEST(!is_personal_password("299 298", {many, "", {}}));
}

BOOST_AUTO_TEST_SUITE_END()
