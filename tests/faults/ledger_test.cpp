// The ledger notices each kind of damage that it is there for.
#include "support/ledger.hpp"
#include "support/temporary_directory.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

stored_account whole(const std::string& email)
{
    return {email, ledger_name(email), "id of " + email, "hash"};
}

const std::vector<ledger_entry> entries{{"ok@a", outcome::acknowledged},
                                        {"fail@a", outcome::refused},
                                        {"info@a", outcome::unknown},
                                        {"other@a", outcome::unknown}};

} // namespace

BOOST_AUTO_TEST_SUITE(the_ledger)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_must_exist_and_what_is_unknown_may)
{
    const auto right = compare(entries, {whole("ok@a"), whole("info@a")});
    BOOST_TEST(right.wrong() == 0u, right.example);
    BOOST_TEST(right.acknowledged == 1u);
    BOOST_TEST(right.refused == 1u);
    BOOST_TEST(right.unknown == 2u);
    BOOST_TEST(right.unknown_kept == 1u);
}

BOOST_AUTO_TEST_CASE(each_kind_of_damage_is_noticed)
{
    BOOST_TEST(compare(entries, {}).lost == 1u);
    BOOST_TEST(compare(entries, {whole("ok@a"), whole("fail@a")}).revived == 1u);
    BOOST_TEST(compare(entries, {whole("ok@a"), whole("ok@a")}).twice == 1u);
    BOOST_TEST(compare(entries, {whole("ok@a"), whole("new@a")}).strangers == 1u);
    for (auto part : {&stored_account::name, &stored_account::public_id, &stored_account::password_hash}) {
        auto half = whole("info@a");
        (half.*part).clear();
        BOOST_TEST(compare(entries, {whole("ok@a"), half}).half == 1u);
    }
}

BOOST_AUTO_TEST_CASE(it_is_read_as_it_was_written_but_for_a_line_that_is_cut_off)
{
    const temporary_directory directory;
    const auto file = directory / "ledger";
    {
        ledger book(file);
        for (const auto& e : entries) book.invoke(e.email);
        book.settle(1, outcome::refused);
        book.settle(0, outcome::acknowledged);
    }
    write_file(file, read_file(file) + "ok");
    const auto all = read_ledger(file);
    BOOST_TEST(all.size() == entries.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        BOOST_TEST(all[i].email == entries[i].email);
        BOOST_TEST(bool(all[i].what == entries[i].what), i);
    }
}

BOOST_AUTO_TEST_SUITE_END()
