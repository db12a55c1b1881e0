#include "api/problem_codes.hpp"
#include "support/paths.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

namespace {

using namespace watchword;

// What the sources of the library name where they make problems.
std::set<std::string> used_codes()
{
    const std::regex calls(
        R"re(\b(?:problem|unauthorized|busy|tell|refuse_input|too_many)\()re"
        R"re((?:[a-z_:\s]+,\s*|"[/a-z_]*",\s*|\{\s*|[a-z_.]+\([a-z_, .]*\),\s*|pointer,\s*|p\.name,\s*)*)re"
        R"re("([a-z]+_[a-z_]+|overloaded|unavailable|unauthorized|unsupported)")re");
    const std::regex cases(R"re((?:weakness|session_problem|administration_problem)::\w+: return "([a-z_]+)")re");
    const std::regex braced(R"re(\{(?:\{\})?[^{}"]*(?:"[a-z]+", )?"((?:invalid|missing|unknown)_[a-z]+)")re");
    std::set<std::string> all;
    for (const auto* directory : {"lib/api", "lib/http", "lib/accounts"})
        for (const auto& each : std::filesystem::directory_iterator(test::source_file(directory))) {
            if (each.path().extension() != ".cpp" || each.path().stem() == "problem_codes") continue;
            const auto text = test::read_file(each.path().string());
            for (const auto* pattern : {&calls, &cases, &braced})
                for (std::sregex_iterator m(text.begin(), text.end(), *pattern), end; m != end; ++m)
                    all.insert((*m)[1].str());
        }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(problem_codes)

BOOST_AUTO_TEST_CASE(every_code_that_is_used_is_documented)
{
    std::set<std::string> documented;
    for (const auto& [code, meaning] : api::problem_codes()) {
        documented.emplace(code);
        BOOST_TEST(meaning.ends_with('.'), code);
    }
    const auto used = used_codes();
    BOOST_TEST(used.size() > 55u); // that they are found at all
    for (const auto& each : used) BOOST_TEST(documented.contains(each), each);
    for (const auto& each : documented) BOOST_TEST(used.contains(each), each << " is nowhere used");
}

BOOST_AUTO_TEST_CASE(they_are_listed_by_name)
{
    const auto all = api::problem_codes();
    const auto by_code = [](const api::problem_code& a, const api::problem_code& b) { return a.code < b.code; };
    BOOST_TEST(std::is_sorted(all.begin(), all.end(), by_code));
}

BOOST_AUTO_TEST_SUITE_END()
