// What the recorded requests of http_vectors_test cannot show: the reader's memory.
#include "http/request_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>

namespace {

using namespace watchword;
using state = http::request_reader::state;

struct fixture {
    http::limits limits;
    http::read_memory memory;
    http::request_reader reader{limits, memory};

    state feed(std::string_view bytes)
    {
        state now = reader.advance();
        while (!bytes.empty()) {
            const auto room = reader.prepare();
            const auto size = std::min(room.size(), bytes.size());
            std::copy_n(bytes.data(), size, room.data());
            reader.commit(size);
            bytes.remove_prefix(size);
            now = reader.advance();
        }
        return now;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(request_reader_memory, fixture)

BOOST_AUTO_TEST_CASE(an_idle_reader_holds_none)
{
    const void* const first = reader.prepare().data();
    reader.rest();
    {
        http::request_reader other(limits, memory);
        BOOST_TEST((other.prepare().data() == first)); // the same piece
        BOOST_TEST((reader.prepare().data() != first));
        reader.rest();
    }
    BOOST_TEST((feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == state::ready));
    reader.rest(); // not idle: the request stays
    BOOST_TEST(reader.current().path == "/");
    reader.next();
    reader.rest();
    http::request_reader other(limits, memory);
    BOOST_TEST((other.prepare().data() == first));
}

BOOST_AUTO_TEST_CASE(nothing_of_the_last_client_is_left_in_it)
{
    feed("GET /mine HTTP/1.1\r\nHost: x\r\nX-Mine: 1\r\n\r\n");
    auto& mine = reader.current();
    mine.remote_address = mine.client_subject = mine.id = mine.traceparent = "mine";
    mine.made_id = "mine";
    mine.parameters.emplace_back("id", "mine");
    reader.next();
    reader.rest();

    http::request_reader other(limits, memory);
    const auto room = other.prepare();
    const std::string_view bytes = "GET / HTTP/1.1\r\nHost: y\r\n\r\n";
    std::copy(bytes.begin(), bytes.end(), room.begin());
    other.commit(bytes.size());
    BOOST_TEST((other.advance() == state::ready));
    const auto& q = other.current();
    BOOST_TEST(&q == &mine); // the same piece
    BOOST_TEST(q.path == "/");
    BOOST_TEST(q.headers.size() == 1u);
    BOOST_TEST(q.parameters.empty());
    for (const std::string_view text : {q.remote_address, q.client_subject, q.id, q.traceparent})
        BOOST_TEST(text == "");
    BOOST_TEST(q.made_id == "");
}

BOOST_AUTO_TEST_CASE(half_a_request_keeps_its_memory)
{
    BOOST_TEST((feed("GET /half") == state::need_more));
    reader.rest();
    BOOST_TEST((feed(" HTTP/1.1\r\nHost: x\r\n\r\n") == state::ready));
    BOOST_TEST(reader.current().path == "/half");
}

BOOST_AUTO_TEST_CASE(views_survive_the_growth_of_the_buffer)
{
    const std::string body(100'000, 'b');
    BOOST_TEST((feed("POST /p?q HTTP/1.1\r\nHost: x\r\nX-Name: value\r\nContent-Length: 100000\r\n\r\n" + body) ==
                state::ready));
    const auto& q = reader.current();
    BOOST_TEST(q.method_name == "POST");
    BOOST_TEST(q.path == "/p");
    BOOST_TEST(q.query == "q");
    BOOST_TEST(q.header("x-name") == "value");
    BOOST_TEST((q.body == body));
}

BOOST_AUTO_TEST_CASE(a_body_is_wiped_when_its_request_is_over)
{
    const std::string secret = "password=correct-horse";
    const std::string length = std::to_string(secret.size());
    for (const auto& request :
         {"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n" + secret,
          "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n" + secret + "\r\n0\r\n\r\n"}) {
        const auto room = reader.prepare();
        BOOST_REQUIRE((feed(request) == state::ready));
        BOOST_TEST(reader.current().body == secret);
        const std::string_view held(room.data(), request.size());
        BOOST_TEST((held.find("correct-horse") != held.npos));
        reader.next();
        BOOST_TEST((held.find("correct-horse") == held.npos));
    }
}

BOOST_AUTO_TEST_CASE(a_body_is_wiped_when_its_connection_ends_before)
{
    const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\n";
    for (const auto& [request, last] :
         {std::pair(head + "Content-Length: 100\r\n\r\npassword=correct-horse", state::need_more),
          {head + "Content-Length: 13\r\n\r\ncorrect-horse", state::ready},
          {head + "Transfer-Encoding: chunked\r\n\r\n40\r\ncorrect-horse", state::need_more},
          {head + "Transfer-Encoding: chunked\r\n\r\nd\r\ncorrect-horse\r\nmalformed", state::failed}}) {
        std::optional<http::request_reader> other(std::in_place, limits, memory);
        const auto room = other->prepare();
        std::copy(request.begin(), request.end(), room.begin());
        other->commit(request.size());
        BOOST_TEST((other->advance() == last), request);
        const std::string_view held(room.data(), request.size()); // the piece stays in `memory`
        BOOST_TEST((held.find("correct-horse") != held.npos));
        other.reset();
        BOOST_TEST((held.find("correct-horse") == held.npos));
    }
}

BOOST_AUTO_TEST_CASE(a_chunked_body_leaves_nothing_behind_where_it_lay_first)
{
    const auto room = reader.prepare();
    const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string body = "1;moves-what-follows-it\r\nx\r\nd\r\ncorrect-horse\r\n";
    BOOST_TEST((feed(head + body) == state::need_more));
    const std::string_view held(room.data(), head.size() + body.size());
    BOOST_TEST(held.find("correct-horse") == head.size() + 1);
    BOOST_TEST(held.rfind("correct-horse") == head.size() + 1);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_moved_to_make_room_leaves_nothing_where_it_lay)
{
    const auto room = reader.prepare();
    const std::string_view held(room.data(), room.size());
    const std::string first = "GET / HTTP/1.1\r\nHost: x\r\nX-Fill: " + std::string(held.size() / 2, 'x') + "\r\n\r\n";
    const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1800\r\n\r\n";
    const std::string secret = "password=correct-horse";
    const std::string begun = first + head + secret + std::string(1500 - secret.size(), 'y');
    BOOST_REQUIRE(begun.size() < held.size());
    BOOST_REQUIRE((feed(begun) == state::ready));
    reader.next();
    BOOST_TEST((reader.advance() == state::need_more));
    BOOST_TEST(held.find(secret) == begun.find(secret));
    BOOST_TEST((reader.prepare().data() != room.data() + begun.size())); // it was moved, and not elsewhere
    BOOST_TEST(held.find(secret) == head.size());
    BOOST_TEST(held.rfind(secret) == head.size());
    BOOST_TEST((feed(std::string(300, 'z')) == state::ready));
    BOOST_TEST(reader.current().body.starts_with(secret));
    reader.next();
    BOOST_TEST((held.find(secret) == held.npos));
}

BOOST_AUTO_TEST_CASE(the_request_behind_a_wiped_body_stays)
{
    BOOST_TEST((feed("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\npassPOST /q HTTP/1.1\r\nHost: x\r\n"
                     "Content-Length: 5\r\n\r\nwords") == state::ready));
    BOOST_TEST(reader.current().body == "pass");
    reader.next();
    BOOST_TEST((reader.advance() == state::ready));
    BOOST_TEST(reader.current().path == "/q");
    BOOST_TEST(reader.current().body == "words");
}

BOOST_AUTO_TEST_CASE(the_body_that_came_is_counted)
{
    feed("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
    BOOST_TEST(reader.body_received() == 3u);
    feed("45");
    BOOST_TEST(reader.body_received() == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
