// The recorded HTTP requests of the shared vectors against request_reader: in one write and byte by byte.
#include "http/request_reader.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

namespace {

using namespace watchword;
using http::request_reader;

struct outcome {
    std::size_t requests = 0;
    bool failed = false;
    bool smuggled = false;
    http::status why{};

    bool operator==(const outcome&) const = default;
};

outcome feed(std::string_view bytes, std::size_t step)
{
    const http::limits limits;
    http::read_memory memory;
    request_reader reader(limits, memory);
    outcome seen;
    while (!bytes.empty()) {
        auto room = reader.prepare();
        const std::size_t size = std::min({bytes.size(), room.size(), step});
        std::copy_n(bytes.data(), size, room.data());
        reader.commit(size);
        bytes.remove_prefix(size);
        for (;;) {
            const auto state = reader.advance();
            if (state == request_reader::state::need_more) break;
            if (state == request_reader::state::failed) {
                seen.failed = true;
                seen.why = reader.failure();
                return seen;
            }
            ++seen.requests;
            seen.smuggled = seen.smuggled || reader.current().path == "/smuggled";
            if (!reader.keep_alive()) return seen; // the server closes
            reader.next();
        }
    }
    return seen;
}

// Where our policy is not the file's, with the reason. Everything else marked reject-or-safe is refused.
const std::map<std::string, std::string> lenient = {
    {"gunicorn/invalid/003c", "'-bl' is a token (RFC 9110 section 5.6.2), so it is a method"},
    {"gunicorn/invalid/006", "gunicorn's own, smaller limit"},
    {"gunicorn/invalid/007", "gunicorn's own, smaller limit"},
    {"gunicorn/invalid/008", "gunicorn's own, smaller limit"},
    {"gunicorn/invalid/017", "gunicorn's own, smaller limit"},
    {"gunicorn/invalid/019", "gunicorn's own check of forwarding fields, which are not looked at"},
    {"gunicorn/invalid/040", "a field with an underscore is another field, and not looked at"},
    {"gunicorn/invalid/041", "of two Content-Types the first counts: the body's framing does not depend on it"},
    {"gunicorn/invalid/chunked_07", "a field with an underscore is another field, and not looked at"},
};
const std::map<std::string, std::string> stricter = {
    {"llhttp/invalid/invalid-space-after-start-line", "refused at the space: no end could make it right"},
    {"garden/bonus-03", "refused at the NUL: no end could make it right"},
    {"rfc9112/host/empty", "an empty Host names nothing"},
};

bool is_beyond_limits(http::status s)
{
    return s == http::status::payload_too_large || s == http::status::uri_too_long ||
           s == http::status::request_header_fields_too_large || s == http::status::not_implemented;
}

bool behaves(const test::vector_case& c, const outcome& seen)
{
    const auto expect = c.text("expect");
    const auto id = c.text("id");
    const auto n = static_cast<std::size_t>(c.number("n"));
    const bool refused = seen.requests <= n && seen.failed;
    const bool obs_text = c.text("why").find("obs-text") != std::string::npos;
    if (stricter.contains(id)) return refused;
    if (expect == "accept") return (seen.requests == n && !seen.failed) || (refused && is_beyond_limits(seen.why));
    if (expect == "incomplete") return seen.requests == n && (!seen.failed || is_beyond_limits(seen.why));
    if (expect == "reject-or-safe" && (lenient.contains(id) || obs_text)) return seen.requests <= n;
    return refused && !seen.smuggled;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_vectors)

BOOST_AUTO_TEST_CASE(every_recorded_request_gets_its_verdict_however_it_is_split)
{
    std::map<std::string, std::size_t> counted;
    for (const char* file :
         {"rfc9112", "llhttp", "gunicorn", "portswigger", "garden", "picohttpparser", "h11", "cispa"}) {
        for (const auto& c : test::read_vectors("http/" + std::string(file) + ".jsonl")) {
            const auto bytes = c.bytes();
            const auto whole = feed(bytes, bytes.size());
            BOOST_TEST(behaves(c, whole), file << " " << c.text("id") << " (" << c.text("title") << "): expected "
                                               << c.text("expect") << " " << c.number("n") << ", got " << whole.requests
                                               << " requests, " << (whole.failed ? "refused " : "not refused ")
                                               << static_cast<int>(whole.why) << "; " << c.text("why"));
            const auto split = feed(bytes, 1);
            BOOST_TEST((whole == split), file << " " << c.text("id") << ": differs byte by byte: " << split.requests
                                              << " requests, " << static_cast<int>(split.why));
            ++counted[c.text("expect")];
        }
    }
    BOOST_TEST(counted["reject"] + counted["reject-or-safe"] >= 781u);
    BOOST_TEST(counted["accept"] >= 190u);
}

BOOST_AUTO_TEST_SUITE_END()
