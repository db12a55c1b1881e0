// What judging and hashing leaves of a password on the stack: nothing.
#include "accounts/password_forms.hpp"
#include "accounts/password_policy.hpp"
#include "breached_fixture.hpp"
#include "support/own_stack.hpp"
#include "support/test_form.hpp"

namespace {

using namespace watchword;

const std::string passwords[] = {"qVxLm2Zp9aTr", "qVxLm2Zp9aTr and more of it", "qVxLm2Zp9aTr e\u0301",
                                 "12qVxLm2Zp9aTr34"};

// As it was sent or folded.
bool holds_a_part(const std::string& bytes)
{
    for (const char* part : {"qVxLm2Zp", "m2Zp9aTr", "qvxlm2zp", "m2zp9atr", "rta9pz2m"})
        if (bytes.find(part) != bytes.npos) return true;
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(password_stack, *boost::unit_test::enable_if<!test::is_sanitized>())

BOOST_FIXTURE_TEST_CASE(the_rules_leave_none_there, test::breached_fixture)
{
    build("in the list\n");
    const accounts::password_policy policy({8, filter});
    for (const auto& password : passwords) {
        bool good = false;
        const auto left = test::left_on_stack([&] {
            good = policy.check(password, {"ann@b.test", "Ann"}).has_value();
        });
        BOOST_TEST(good, password); // it went through all of them
        BOOST_TEST(!holds_a_part(left), password);
    }
}

BOOST_AUTO_TEST_CASE(hashing_in_two_forms_leaves_none_there)
{
    core::system_random random;
    crypto::password_hasher hasher{{{64, 1}}};
    const std::string of_another = accounts::hash_password(hasher, 0, "another", random);
    for (const auto& password : passwords) {
        auto judged = crypto::verdict::unusable;
        const auto hashing = test::left_on_stack([&] { accounts::hash_password(hasher, 0, password, random); });
        const auto comparing =
            test::left_on_stack([&] { judged = accounts::verify_password(hasher, 0, password, of_another); });
        BOOST_TEST((judged == crypto::verdict::mismatch));
        BOOST_TEST(!holds_a_part(hashing), password);
        BOOST_TEST(!holds_a_part(comparing), password);
    }
}

BOOST_AUTO_TEST_SUITE_END()
