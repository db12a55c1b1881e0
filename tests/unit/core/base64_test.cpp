#include "core/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using namespace watchword::core;

BOOST_AUTO_TEST_CASE(base64_is_padded_and_has_one_spelling)
{
    const std::pair<const char*, const char*> known[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"\xff\xef", "/+8="}};
    for (const auto& [plain, coded] : known) BOOST_TEST(base64_decode(coded).value() == plain);
    for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm8", "Zm9=", "_-8=", "=", "==", "====", "A===", "Zg==Zg==", "Zm9v\n",
                            " Zm9v", "Zm9v====", "Z=g="})
        BOOST_TEST(!base64_decode(bad).has_value(), bad);
}
