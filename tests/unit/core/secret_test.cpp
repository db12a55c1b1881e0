#include "core/secret.hpp"
#include "support/own_stack.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>

namespace {

using namespace watchword::core;

const std::string known = "known to be on the stack";

// As deep as a parser with a buffer of 8 KiB.
[[gnu::noinline]] void leave_behind()
{
    char place[8 * 1024];
    std::memcpy(place, known.data(), known.size());
    asm volatile("" : : "r"(place) : "memory"); // or the compiler may leave it out
}

bool holds(const std::string& bytes)
{
    return bytes.find(known) != bytes.npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(secret)

BOOST_AUTO_TEST_CASE(a_moved_from_string_holds_nothing_any_more)
{
    for (const std::string& text : {std::string("short"), std::string(100, 's')}) {
        std::string given = text;
        secret_string a(std::move(given));
        BOOST_TEST(given.empty()); // NOLINT: that it is empty is the point
        secret_string b(std::move(a));
        BOOST_TEST(a.empty()); // NOLINT
        BOOST_TEST(b.view() == text);
        a = b;
        BOOST_TEST(a.view() == b.view());
        b = std::move(a);
        BOOST_TEST(b.view() == text);
    }
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_short_secret_is_overwritten)
{
    alignas(secret_string) unsigned char place[sizeof(secret_string)];
    auto* const s = new (place) secret_string(std::string_view("hunter2"));
    const std::string_view needle = "hunter2";
    const auto holds = [&] {
        return std::search(place, place + sizeof place, needle.begin(), needle.end()) != place + sizeof place;
    };
    BOOST_TEST(holds());
    s->~secret_string();
    BOOST_TEST(!holds());
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_string_is_overwritten_beyond_its_end)
{
    std::string text = "a longer secret, which lies on the heap";
    text.resize(3); // shrinks nothing
    const std::string_view memory(text.data(), 30);
    BOOST_TEST(memory.substr(4).starts_with("nger secret"));
    wipe(text);
    BOOST_TEST(text.empty());
    BOOST_TEST(memory == std::string(30, '\0'));
}

BOOST_AUTO_TEST_CASE(a_buffer_is_overwritten)
{
    alignas(secret_bytes<16>) unsigned char place[sizeof(secret_bytes<16>)];
    auto* const b = new (place) secret_bytes<16>;
    std::memcpy(b->data, "sixteen letters!", 16);
    BOOST_TEST(b->view() == "sixteen letters!");
    b->~secret_bytes<16>();
    BOOST_TEST(std::count(place, place + sizeof place, 0) == 16);
}

BOOST_AUTO_TEST_CASE(what_a_function_leaves_on_the_stack_is_overwritten,
                     *boost::unit_test::enable_if<!watchword::test::is_sanitized>())
{
    using watchword::test::left_on_stack;
    BOOST_TEST(holds(left_on_stack([] { leave_behind(); })));
    BOOST_TEST(!holds(left_on_stack([] {
        leave_behind();
        wipe_stack();
    })));
    BOOST_TEST(!holds(left_on_stack([] {
        const stack_wipe afterwards;
        leave_behind();
    })));
}

BOOST_AUTO_TEST_CASE(equality_is_of_every_byte)
{
    for (std::size_t size = 0; size < 140; ++size) { // more than two of the pieces that are compared at once
        const std::string a(size, 'a');
        BOOST_TEST(equal_in_constant_time(a, a));
        BOOST_TEST(!equal_in_constant_time(a, a + "a"));
        for (std::size_t i = 0; i < size; ++i) {
            auto b = a;
            b[i] = 'b';
            BOOST_TEST(!equal_in_constant_time(a, b));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
