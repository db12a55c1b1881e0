#include "load/response_reader.hpp"

#include <boost/test/unit_test.hpp>

using watchword::load::response_reader;
using state = response_reader::state;

namespace {

// Feeds it in pieces of `size`; what was taken in all.
std::size_t feed(response_reader& r, std::string_view bytes, std::size_t size)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && r.now() == state::reading) taken += r.feed(bytes.substr(taken, size));
    return taken;
}

} // namespace

BOOST_AUTO_TEST_SUITE(response_readers)

BOOST_AUTO_TEST_CASE(responses_end_where_they_should_however_they_arrive)
{
    const std::string wanted = "hello";
    const std::string_view responses[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length:  5 \r\nX: y\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n005\r\nhello\r\n0\r\nTrailer: t\r\n\r\n",
        "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    };
    for (const auto response : responses) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}}) {
            BOOST_TEST_CONTEXT(response << " by " << size)
            {
                response_reader r;
                r.start(false, &wanted);
                BOOST_TEST(feed(r, std::string(response) + "HTTP/1.1 200", size) == response.size());
                BOOST_TEST((r.now() == state::done));
                BOOST_TEST(r.status() == 200u);
                BOOST_TEST(r.has_expected_body());
                BOOST_TEST(!r.closes());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(some_responses_have_no_body)
{
    for (const auto* const head :
         {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
        response_reader r;
        r.start(false, nullptr);
        r.feed(head);
        BOOST_TEST((r.now() == state::done), head);
    }
    response_reader r;
    r.start(true, nullptr);
    r.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    BOOST_TEST((r.now() == state::done));
}

BOOST_AUTO_TEST_CASE(a_connection_goes_on_or_closes_as_the_response_says)
{
    const std::pair<const char*, bool> cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false},
        {"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", true},
        {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", true},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", false},
    };
    for (const auto& [head, closes] : cases) {
        response_reader r;
        r.start(false, nullptr);
        r.feed(head);
        BOOST_TEST(r.closes() == closes, head);
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_the_connection_ends_only_a_body_without_a_length)
{
    response_reader r;
    r.start(false, nullptr);
    r.feed("HTTP/1.1 200 OK\r\n\r\nhel");
    r.end_of_input();
    BOOST_TEST((r.now() == state::done));
    BOOST_TEST(r.closes());
    BOOST_TEST(r.body_bytes() == 3u);
    for (const auto* const broken : {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
                                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n"}) {
        r.start(false, nullptr);
        r.feed(broken);
        r.end_of_input();
        BOOST_TEST((r.now() == state::failed), broken);
    }
}

BOOST_AUTO_TEST_CASE(another_body_is_noticed)
{
    const std::string wanted = "hello";
    for (const auto* const body : {"5\r\n\r\nhellO", "4\r\n\r\nhell", "6\r\n\r\nhello!", "0\r\n\r\n"}) {
        response_reader r;
        r.start(false, &wanted);
        r.feed(std::string("HTTP/1.1 200 OK\r\nContent-Length: ") + body);
        BOOST_TEST((r.now() == state::done), body);
        BOOST_TEST(!r.has_expected_body(), body);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_http_fails)
{
    for (const auto* const text :
         {"SSH-2.0-OpenSSH\r\n\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n",
          "HTTP/1.1 200 OK\r\nno field\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"}) {
        response_reader r;
        r.start(false, nullptr);
        r.feed(text);
        BOOST_TEST((r.now() == state::failed), text);
    }
}

BOOST_AUTO_TEST_CASE(a_body_is_kept_if_wished_up_to_a_limit)
{
    response_reader r;
    r.start_keeping(nullptr);
    feed(r, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 3);
    BOOST_TEST(r.kept_body().value() == "hello");
    r.start_keeping(nullptr);
    feed(r, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 100);
    BOOST_TEST(r.kept_body().value() == "");

    for (const std::size_t more : {0U, 1U}) {
        const std::string body(response_reader::longest_kept_body + more, 'x');
        r.start_keeping(nullptr);
        feed(r, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body, 64 * 1024);
        BOOST_TEST((r.now() == state::done));
        BOOST_TEST(r.kept_body().has_value() == (more == 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()
