#include "api/jwks.hpp"

#include "http/conditional.hpp"

#include <algorithm>

namespace watchword::api {
namespace {

std::string cache_control(std::chrono::milliseconds publish_ahead)
{
    using std::chrono::seconds;
    constexpr seconds longest{3600};
    const auto age = std::min(longest, std::chrono::floor<seconds>(publish_ahead / 2));
    return "public, max-age=" + std::to_string(age.count());
}

operation declared()
{
    operation o;
    o.path = "/.well-known/jwks.json";
    o.id = "listPublicKeys";
    o.group = "Tokens";
    o.summary = "Public keys by which anybody can verify access tokens (RFC 7517)";
    o.answers = {{http::status::ok, "All that have signed a valid token, or soon will.",
                  object_of({{"keys", list_of(open_object())}}), "application/jwk-set+json"}};
    o.negotiated = false;
    o.tagged = true;
    return o;
}

} // namespace

jwks::jwks(accounts::key_ring& k, std::chrono::milliseconds publish_ahead)
    : keys_(k), cache_control_(cache_control(publish_ahead))
{}

void jwks::add_routes(operations& all)
{
    all.add(declared(), [this](http::request& q) { return answer(q); });
}

core::task<http::response> jwks::answer(http::request& q)
{
    co_await keys_.reload_if_changed(); // else those that are known
    const auto all = keys_.current();
    http::response r(http::status::ok, "application/jwk-set+json", all->jwks());
    r.set("ETag", all->jwks_tag());
    r.set("Cache-Control", cache_control_);
    auto answered = http::not_modified_if_matched(q, std::move(r));
    co_return answered;
}

} // namespace watchword::api
