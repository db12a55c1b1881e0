#include "core/json.hpp"
#include "settings/help.hpp"
#include "settings/table.hpp"
#include "settings_fixture.hpp"
#include "support/paths.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace {

using namespace watchword;

std::string shipped_file(const std::string& name = "config/watchword.json")
{
    std::ifstream in(test::source_file(name), std::ios::binary);
    BOOST_REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string without_spaces(std::string text)
{
    text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\n'; }), text.end());
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(texts_from_the_table)

BOOST_AUTO_TEST_CASE(help_names_every_flag_and_setting_with_its_default)
{
    const auto help = settings::help_text();
    const settings::settings defaults;
    const auto unwrapped = without_spaces(help);
    for (const auto& d : settings::table()) {
        if (!d.flag.empty()) BOOST_TEST(help.find("  " + std::string(d.flag)) != help.npos, d.flag);
        if (!d.short_environment.empty()) BOOST_TEST(help.find(d.short_environment) != help.npos, d.short_environment);
        if (d.environment_only) continue;
        BOOST_TEST(help.find("  " + std::string(d.key)) != help.npos, d.key);
        const auto value = without_spaces("[" + d.write(defaults) + "]");
        if (value != "[]") BOOST_TEST(unwrapped.find(value) != unwrapped.npos, d.key);
    }
}

BOOST_AUTO_TEST_CASE(help_fits_a_terminal)
{
    const auto help = settings::help_text();
    std::size_t longest = 0;
    for (std::size_t at = 0; at < help.size();) {
        const auto end = help.find('\n', at);
        BOOST_REQUIRE_NE(end, help.npos);
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    BOOST_TEST(longest <= 100u);
}

BOOST_AUTO_TEST_CASE(no_two_settings_share_a_name)
{
    std::set<std::string> seen;
    for (const auto& d : settings::table()) {
        BOOST_TEST(seen.insert(std::string(d.key)).second, d.key);
        BOOST_TEST(seen.insert(settings::environment_name(d)).second, d.key);
        if (!d.flag.empty()) BOOST_TEST(seen.insert(std::string(d.flag)).second, d.flag);
        if (!d.short_environment.empty()) BOOST_TEST(seen.insert(std::string(d.short_environment)).second, d.key);
        BOOST_TEST(!d.text.empty(), d.key);
    }
}

BOOST_AUTO_TEST_CASE(the_shipped_file_is_the_one_that_the_table_makes)
{
    BOOST_TEST((shipped_file() == settings::default_file()), "write it anew: watchword config > config/watchword.json");
}

BOOST_AUTO_TEST_CASE(the_shipped_reference_and_schema_are_those_that_the_table_makes)
{
    BOOST_TEST((shipped_file("config/reference.md") == settings::reference()),
               "write it anew: watchword config reference > config/reference.md");
    BOOST_TEST((shipped_file("config/watchword.schema.json") == settings::file_schema()),
               "write it anew: watchword config schema > config/watchword.schema.json");
}

BOOST_AUTO_TEST_CASE(the_schema_names_every_setting_of_the_file_with_its_default)
{
    const auto schema = core::parse_json(settings::file_schema(), {16, false});
    BOOST_REQUIRE(schema);
    const auto groups = schema->at("properties").as_object();
    std::size_t named = 0, expected = 0;
    for (const auto& group : groups) named += group.value().at("properties").as_object().size();
    for (const auto& d : settings::table()) {
        if (d.environment_only) continue;
        ++expected;
        const auto dot = d.key.find('.');
        const auto* const group = groups.if_contains(d.key.substr(0, dot));
        BOOST_REQUIRE_MESSAGE(group, d.key);
        const auto* const one = group->at("properties").as_object().if_contains(d.key.substr(dot + 1));
        BOOST_REQUIRE_MESSAGE(one, d.key);
        BOOST_TEST(one->as_object().contains("default"), d.key);
    }
    BOOST_TEST(named == expected);
}

BOOST_AUTO_TEST_CASE(secrets_are_not_shown)
{
    settings::settings values;
    values.secret.value = core::secret_string(std::string("hunter2"));
    values.database.url = "postgresql://u:hunter2@h/d";
    std::size_t hidden = 0;
    for (const auto& d : settings::table()) {
        const auto shown = settings::shown_value(d, values);
        BOOST_TEST(shown.find("hunter2") == shown.npos, d.key);
        hidden += shown == "\"***\"";
    }
    BOOST_TEST(hidden >= 1u);
}

BOOST_AUTO_TEST_CASE(the_shipped_file_holds_every_setting_and_gives_the_defaults)
{
    const auto text = shipped_file();
    const auto parsed = core::parse_json(text, {8, true});
    BOOST_REQUIRE(parsed);
    std::size_t held = 0;
    for (const auto& group : parsed->as_object()) held += group.value().as_object().size();
    std::size_t expected = 0;
    for (const auto& d : settings::table()) expected += d.environment_only ? 0 : 1;
    BOOST_TEST(held == expected);

    test::given g;
    g.config = text;
    const auto loaded = test::values_of(g);
    const settings::settings defaults;
    for (const auto& d : settings::table()) BOOST_TEST(d.write(loaded) == d.write(defaults), d.key);
}

BOOST_AUTO_TEST_SUITE_END()
